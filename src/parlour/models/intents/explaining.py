"""How a sentence was understood, as values: for people who wonder why it was declined, and for tests."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from parlour.models.intents import clauses
from parlour.models.intents.agreeing import Agreement
from parlour.models.intents.clauses import Words
from parlour.models.intents.commanding import parted
from parlour.models.intents.fitting import Fit, fits, said
from parlour.models.intents.followup import Turn
from parlour.models.intents.frames import Grammar
from parlour.models.intents.index import NameIndex
from parlour.models.intents.normalise import words_of
from parlour.models.intents.ordering import Ordering
from parlour.models.intents.outcome import Outcome, Plan
from parlour.models.intents.second_reader import SecondReader, SecondReading
from parlour.models.intents.tagging import Tag
from parlour.models.intents.understanding import Understander


@dataclass(frozen=True, slots=True)
class Tagged:
    """Some words and what they were taken for."""

    words: str
    role: str
    means: tuple[str, ...]
    """Names of things, or the class, the state, the number."""
    sure: bool


@dataclass(frozen=True, slots=True)
class Tried:
    """A frame whose cues were there."""

    tool: str
    frame: str
    explained: int
    leftover: tuple[str, ...]
    missing: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The stages of one sentence."""

    text: str
    words: tuple[str, ...]
    repairs: tuple[tuple[str, str], ...]
    """(as written, as understood)"""
    bare: tuple[str, ...]
    """The words without politeness at either end."""
    tags: tuple[Tagged, ...]
    tried: tuple[Tried, ...]
    """The best first, without repetition."""
    second: tuple[SecondReading, ...]
    """What the second reader makes of it, where it may be a command; ids instead of names."""
    calls: tuple[tuple[str, dict[str, JsonValue]], ...]
    """What would be called, things by name."""
    outcome: Outcome


def explained(texts: Sequence[str], grammar: Grammar, index: NameIndex, reader: SecondReader) -> Explanation:
    """The stages of the last of these sentences, said one after the other in one talk.

    Frames are tried on the whole of it, before it is cut into clauses.
    """
    understander = Understander(grammar, index, Agreement(reader, grammar, index))
    turns = tuple(_talked(texts, understander))
    written = words_of(turns[-1].text, grammar.lexicon.spoken)
    outcome = understander.understand(turns)
    words = understander.read.get(len(turns), written)
    as_written = {(w.start, w.text) for w in written}
    bare = clauses.without_commas(clauses.bare(words, grammar.lexicon))
    readings = understander.commander.readings(bare)
    commands = bool(grammar.commands) and clauses.commands(words, grammar.lexicon)
    return Explanation(
        text=turns[-1].text,
        words=tuple(w.text for w in words if not w.stop),
        repairs=tuple((w.raw, w.text) for w in words if (w.start, w.text) not in as_written),
        bare=clauses.texts(bare),
        tags=tuple(_tagged(bare, tag, index) for tag in readings[0]),
        tried=tuple(_tried(bare, understander, turns[-1].text)),
        second=tuple(reader.read(" ".join(clauses.texts(bare)), index)) if commands else (),
        calls=tuple((tool, _named(arguments, index)) for tool, arguments in outcome.calls())
        if isinstance(outcome, Plan)
        else (),
        outcome=outcome,
    )


def _talked(texts: Sequence[str], understander: Understander) -> Iterator[Turn]:
    """The turns of a talk in which everything that was planned was called."""
    turns: list[Turn] = []
    for text in texts:
        outcome = understander.understand((*turns, Turn(text)))
        turns.append(Turn(text, tuple(outcome.calls()) if isinstance(outcome, Plan) else ()))
    yield from turns[:-1]
    yield replace(turns[-1], calls=())


def _tagged(words: Words, tag: Tag, index: NameIndex) -> Tagged:
    return Tagged(said(words, tag.start, tag.end), tag.role, _meaning(tag, index), tag.sure)


def _meaning(tag: Tag, index: NameIndex) -> tuple[str, ...]:
    if tag.ids:
        return tuple(sorted(index.name(i) for i in tag.ids))
    quantity = tag.quantity
    if quantity is None:
        return (tag.value,) if tag.value else ()
    if quantity.kind == "word":
        return (quantity.text, quantity.unit)
    way = {True: "by", False: "to", None: ""}[quantity.relative]
    return (f"{way} {quantity.number:g} {quantity.unit}".strip(), *((quantity.ability,) if quantity.ability else ()))


def _tried(words: Words, understander: Understander, text: str) -> Iterator[Tried]:
    grammar, index = understander.grammar, understander.index
    found: list[Fit] = []
    for reading in understander.readings(words):
        found += fits(words, reading, grammar, index, grammar.frames)
    as_command = next(parted(words, grammar, understander.readings))
    for reading in understander.commander.readings(as_command):
        found += fits(as_command, reading, grammar, index, grammar.commands)
    found += Ordering(grammar, index, text, understander.reader.readings_of).fits(words)
    seen: set[Tried] = set()
    for f in sorted(found, key=lambda f: (not f.complete, len(f.leftover), f.missing is not None, -f.explained)):
        missing = None if f.missing is None else f.missing.argument or " or ".join(f.missing.takes)
        tried = Tried(f.bound.tool, f.bound.frame.name, f.explained, f.leftover, missing)
        if tried not in seen:
            seen.add(tried)
            yield tried


def _named(arguments: dict[str, JsonValue], index: NameIndex) -> dict[str, JsonValue]:
    def name(value: JsonValue) -> JsonValue:
        if isinstance(value, list):
            return [name(each) for each in value]
        return index.name(value) if isinstance(value, str) and value in index.things else value

    return {key: name(value) for key, value in arguments.items()}
