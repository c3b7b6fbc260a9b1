"""How a tool can be asked for in ordinary words, for the model that is no AI.

A tool that wants to be understood without a language model carries a `Language`: frames (which words and which
kinds of thing make a question that it answers) and the source of the names that can stand in them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import JsonValue

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
    """The tool's argument; "" for something that has to be said and is not passed on."""
    takes: tuple[str, ...]
    """Kinds of `Named` that fit, or one of "class", "classes" (a plural), "state" and "measure" (see `Words`), or
    "text": free words."""
    required: bool = True
    otherwise: str = ""
    """The kind of which there is one, and that one is meant, where nothing is said: "home"."""
    after: tuple[str, ...] = ()
    """Words one of which stands right before it, where word order carries meaning: "from", "to"."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One way of asking for a tool."""

    name: str
    cues: tuple[tuple[str, ...], ...]
    """One word or phrase of every inner tuple must be there (all of the groups, any of each).

    A cue that ends in "…" must open the question.
    """
    slots: tuple[Slot, ...]
    fillers: tuple[str, ...] = ()
    """Words that may stand in such a question and mean nothing."""
    examples: tuple[str, ...] = ()
    """Questions of this kind, the first that can be filled is shown. A name goes in braces: a kind ("{room}"), a
    class ("{light}"), "{measured}" for a place where something is measured, "{other_room}" for another one."""
    rank: int = 0
    """Where its example stands among all that are shown, from 1; 0 for a frame that shows none."""
    constants: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    """Arguments that such a question always means, whatever its words."""
    action: str = ""
    """The argument that takes what is to be done, where that is said by a word that a procedure's name has to hold:
    "how do I descale …"."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that can be measured, and what measures it."""

    words: tuple[str, ...]
    classes: tuple[str, ...]
    """Classes of things that measure it, the best first."""


@dataclass(frozen=True, slots=True)
class Denial:
    """Words that deny a state and so mean another one, for classes that are always in one of the two."""

    words: tuple[str, ...]
    """Phrases: "not on"."""
    state: str
    """What they mean: "off"."""
    classes: tuple[str, ...]
    """Of these only."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a subject, shared by the tools of a toolkit."""

    classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Class → the nouns that mean it, singular: "light" → ("light", "bulb")."""
    states: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """State → the words and phrases that mean it: "on" → ("on", "switched on")."""
    state_classes: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """State → the classes that have it, where only these do: "locked" → ("lock",)."""
    measures: tuple[Measure, ...] = ()
    denials: tuple[Denial, ...] = ()


@dataclass(frozen=True, slots=True)
class Language:
    """The frames of a tool, the words of its subject, and where the names in them come from."""

    frames: tuple[Frame, ...]
    names: NameSource | None
    words: Words = field(default_factory=Words)
