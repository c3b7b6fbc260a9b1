"""How a question was understood, as values: for people who wonder why it was declined, and for tests."""

from collections.abc import Sequence
from dataclasses import dataclass

from parlour.models.intents import clauses
from parlour.models.intents.fitting import fits, said
from parlour.models.intents.followup import Turn
from parlour.models.intents.frames import Grammar
from parlour.models.intents.index import NameIndex
from parlour.models.intents.normalise import words_of
from parlour.models.intents.outcome import Outcome
from parlour.models.intents.tagging import readings
from parlour.models.intents.understanding import Understander


@dataclass(frozen=True, slots=True)
class Tagged:
    """Some words and what they were taken for."""

    words: str
    role: str
    means: tuple[str, ...]
    """Names of things, or the class, or the state."""
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
    """The stages of one question."""

    text: str
    words: tuple[str, ...]
    repairs: tuple[tuple[str, str], ...]
    """(as written, as understood)"""
    tags: tuple[Tagged, ...]
    tried: tuple[Tried, ...]
    """The best first."""
    outcome: Outcome


def explained(turns: Sequence[Turn], grammar: Grammar, index: NameIndex) -> Explanation:
    """The stages of the last turn. Frames are tried on the whole of it, before it is cut into clauses."""
    understander = Understander(grammar, index)
    text = turns[-1].text
    written = words_of(text, grammar.lexicon.spoken)
    outcome = understander.understand(turns)
    words = understander.read.get(len(turns), written)
    as_written = {(w.start, w.text) for w in written}
    bare = clauses.without_commas(clauses.bare(words, grammar.lexicon))
    found = readings(clauses.texts(bare), grammar, index)
    return Explanation(
        text=text,
        words=tuple(w.text for w in words if not w.stop),
        repairs=tuple((w.raw, w.text) for w in words if (w.start, w.text) not in as_written),
        tags=tuple(
            Tagged(
                said(bare, tag.start, tag.end),
                tag.role,
                tuple(sorted(index.name(i) for i in tag.ids)) or ((tag.value,) if tag.value else ()),
                tag.sure,
            )
            for tag in found[-1]
        ),
        tried=tuple(
            Tried(f.bound.tool, f.bound.frame.name, f.explained, f.leftover, f.missing and f.missing.argument)
            for reading in found
            for f in fits(bare, reading, grammar, index)
        ),
        outcome=outcome,
    )
