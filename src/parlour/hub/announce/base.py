"""What servers of one house tell each other: how far topics have come, what there is to do, and who is writing."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from parlour.hub.announce.mentions import Mention
from parlour.journal.unit import Committed


@dataclass(frozen=True, slots=True)
class Ears:
    """Who on this node hears what the others tell."""

    heads: Callable[[dict[str, int]], None]
    """Topics, and the highest seq of each that another node committed."""
    stop: Callable[[str], None]
    """A turn that a person wants to end."""
    work: Callable[[], None]
    """Turns wait for somebody to take them."""
    missed: Callable[[], None]
    """Something may have been told that was not heard."""
    mention: Callable[[str, str], None]
    """A topic, and a frame of the moment for those who follow it here."""


class Announcer(Protocol):
    """Tells the other nodes what happened here. Whatever it tells may be lost: each node also looks by itself."""

    is_heard: Callable[[], bool]
    """Whether other nodes are there. Set by whoever knows; until then, nobody is."""

    @property
    def is_hearing(self) -> bool | None:
        """Whether what other nodes tell is heard just now; None where there can be no others."""
        ...

    def committed(self, said: Iterable[Committed]) -> None:
        """Tell how far these topics have come. Called on the event loop, after the commit."""
        ...

    def stop(self, turn_id: str) -> None:
        """Tell that a person wants a turn to end."""
        ...

    def work(self) -> None:
        """Tell that turns wait for somebody to take them."""
        ...

    def mention(self, mention: Mention) -> None:
        """Tell a frame of the moment, if anybody is there. It delays nothing else, and is lost where many wait."""
        ...

    async def keep_telling(self) -> None:
        """Hand on what is told. Never returns."""
        ...

    async def keep_hearing(self, ears: Ears) -> None:
        """Hear what the others tell. Never returns."""
        ...

    async def close(self) -> None:
        """Hand on what was told last, and hang up."""
        ...
