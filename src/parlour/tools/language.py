"""How a tool can be asked for in ordinary words, for the model that is no AI.

A tool that wants to be understood without a language model carries a `Language`: frames (which words and which
kinds of thing make a question that it answers) and the source of the names that can stand in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from parlour.tools.caller import Caller


@dataclass(frozen=True, slots=True)
class Named:
    """One thing that a person can name."""

    id: str
    kind: str
    """What sort of thing it is: "room", "zone", "device", "automation", "procedure", …"""
    names: tuple[str, ...]
    """What it is called, its proper name first, then its aliases, as written."""
    classes: tuple[str, ...] = ()
    """Class nouns it answers to, singular and lower-case: "light", "thermostat", "door"."""
    place: str | None = None
    """The id of the place it is in."""


@dataclass(frozen=True, slots=True)
class NameChanges:
    """What became of the names since a version. `whole` means that `put` is everything there is."""

    version: int
    put: Sequence[Named]
    gone: Sequence[str]
    whole: bool


class NameSource(Protocol):
    """Where the names come from; bound to what the caller may see."""

    @property
    def key(self) -> str:
        """Names this source among others; with the caller's project it keys an index."""
        ...

    async def changes(self, caller: Caller, since: int | None) -> NameChanges:
        """What changed after version `since`; everything when it is None or too long ago."""
        ...


@dataclass(frozen=True, slots=True)
class Slot:
    """An argument that is filled from the words."""

    argument: str
    takes: tuple[str, ...]
    """Kinds of `Named` that fit, or ("text",) for free words such as what to search for."""
    required: bool = True


@dataclass(frozen=True, slots=True)
class Frame:
    """One way of asking for a tool."""

    name: str
    cues: tuple[tuple[str, ...], ...]
    """One word or phrase of every inner tuple must be there (all of the groups, any of each)."""
    slots: tuple[Slot, ...]
    fillers: tuple[str, ...] = ()
    """Words that may stand in such a question and mean nothing."""
    examples: tuple[str, ...] = ()
    """Questions of this kind, with {argument} where a name goes; shown when a question is declined."""


@dataclass(frozen=True, slots=True)
class Language:
    """The frames of a tool and where the names in them come from."""

    frames: tuple[Frame, ...]
    names: NameSource | None
