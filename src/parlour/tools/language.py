"""How a tool can be asked for in ordinary words, for the model that is no AI.

A tool that wants to be understood without a language model carries a `Language`: frames (which words and which
kinds of thing make a question that it answers) and the source of the names that can stand in them.
"""

from collections.abc import Callable, Mapping, Sequence
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
    services: tuple[str, ...] | None = None
    """What it says itself that it can do; None where it does not say."""


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
    "text": free words. In a command also "quantity", "setting", "all" and "everything"; where words have their order
    "name": a name to give, and "noun": what something new is."""
    required: bool = True
    otherwise: str = ""
    """The kind of which there is one, and that one is meant, where nothing is said: "home"."""
    after: tuple[str, ...] = ()
    """Words one of which stands right before it, where word order carries meaning: "from", "to"."""


@dataclass(frozen=True, slots=True)
class Act:
    """What a command tells things to do. What is meant goes into the frame's first slot, as a list."""

    argument: str
    """The argument that takes what is to be done."""
    does: tuple[str, ...]
    """Abilities (see `Language`); done is the first of them that everything meant has and that suits what was said."""
    among: tuple[str, ...] = ()
    """Classes of what is meant where only a place, or nothing, is named ("play music in the kitchen"), and of what
    stands for a door or a window of the same name ("lock the front door")."""
    by_name: bool = False
    """Whether such a stand-in is meant only where its door is named, and not by "the door" where there are several."""
    anywhere: bool = True
    """Whether these are meant too where no place is named."""
    value: str = ""
    """The argument that takes a number, a colour, a mode; where it is "", nothing of the sort may be said."""
    relative: str = ""
    """The argument that says that the number is a change."""
    sign: int = 0
    """Which way its verb goes: -1 for "dim". "By" some number is a change that way then."""


@dataclass(frozen=True, slots=True)
class New:
    """The arguments that say what something new is."""

    kind: str
    name: str
    content: str
    class_in_content: str


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
    act: Act | None = None
    """Set for a command to things; such a frame is tried where something is to be done, and never for a question."""
    order: tuple[str, ...] = ()
    """Set for a command with words of its own, such as a new name: its parts from first to last, nothing between.

    A part is words to choose from ("rename|call"), with "?" behind it when it may be missing, or a slot ("{name}")."""
    new: New | None = None
    """Set where something new is made: a slot takes "noun" then, for what it is."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that can be measured, and what measures it."""

    words: tuple[str, ...]
    classes: tuple[str, ...]
    """Classes of things that measure it, the best first."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Something about a thing that can be set to a number or a word."""

    ability: str
    """The ability that a thing needs for it (see `Language`)."""
    words: tuple[str, ...]
    """What it is called: "brightness"."""
    units: tuple[str, ...]
    """Units of numbers that suit it: "%", "°", "" for none; "colour" and "mode" for words of these kinds."""
    more: tuple[str, ...] = ()
    """Words for more of it: "brighter"."""
    less: tuple[str, ...] = ()
    """Words for less of it: "darker"."""
    step: float = 0.0
    """How much more or less is meant where no number is said."""
    classes: tuple[str, ...] = ()
    """Classes of which it is meant where only a place is named, the best first."""
    together: bool = False
    """Whether all of these in a place are meant, where none is named."""
    most: float | None = None
    """The highest number, where there is one; the lowest is 0 then."""
    least: float | None = None
    """Below it, a number that came without "to" or "by" can only be a change: "turn the radiator down 2 degrees"."""


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
    settings: tuple[Setting, ...] = ()
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, Mapping[str, str]])
    """Words that can be set, by their kind ("colour", "mode"): what is said → what is meant."""
    kinds: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    """Kind of thing that can be made → nouns for it: "room" → ("room",). Nouns of classes make devices."""
    kind_of_class: str = ""
    """The kind of what has a class, where something new is made: "device"."""


@dataclass(frozen=True, slots=True)
class Language:
    """The frames of a tool, the words of its subject, and where the names in them come from."""

    frames: tuple[Frame, ...]
    names: NameSource | None
    words: Words = field(default_factory=Words)
    abilities: Callable[[Named], tuple[str, ...]] | None = None
    """What a thing can be told to do by this tool: "turn_on", "set_brightness"; None for a tool that tells nothing."""
    loose: tuple[Frame, ...] = ()
    """Frames of questions that nothing else reads. They pass over many words more, and so they only look things up."""
