"""Frames of the moment on their way to the other nodes: few, each the newest of its kind, and never worth a wait."""

from dataclasses import dataclass

MOST_WAITING = 256
"""So many wait to be told; what comes on top of them is lost."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A frame of the moment for those who follow a topic. Nobody keeps it, and it may be lost."""

    topic: str
    about: str
    """What it tells of, a person say: a newer one of the same makes it old news."""
    wire: str
    """The frame as it is sent."""


class Mentions:
    """Those that wait to be told, in the order in which their kinds came first."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], Mention] = {}

    def add(self, mention: Mention) -> None:
        """Take one, in the place of an older one of the same; with too many waiting it is lost."""
        kind = mention.topic, mention.about
        if kind in self._waiting or len(self._waiting) < MOST_WAITING:
            self._waiting[kind] = mention

    def take(self) -> list[Mention]:
        """All that wait; from now on nothing does."""
        taken, self._waiting = self._waiting, {}
        return list(taken.values())
