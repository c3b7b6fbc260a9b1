"""Other ways of saying the same: "get the mower going" is "start the mower". What comes of it is read like any clause.

Only the wording changes: every word that a gap takes has still to be explained, and what is read in the end has to be
of the kind that the rewording is for.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from parlour.models.intents.clauses import Words, texts
from parlour.models.intents.fitting import Fit
from parlour.models.intents.frames import Part, part_of
from parlour.models.intents.laying import Span, laid
from parlour.models.intents.normalise import Word

_GROUP = re.compile(r"@(\w+)")
_GERUND = "doing"
_PLACE = "p"
_MOST_MORE = 4
_PLACED = frozenset({"in", "on", "at", "of", "inside", "throughout", "over"})
_PARTICLES = frozenset({"in", "on", "out", "off", "up", "down", "back", "shut", "open", "closed", "not"})
Kind = Literal["act", "wish", "ask", "write"]
"""A wish is to be done only when it is meant as one, and so it is asked about."""


@dataclass(frozen=True, slots=True)
class Rewording:
    """A way of saying something, and how the frames say it."""

    parts: tuple[Part, ...]
    means: tuple[str, ...]
    """Words, and the gaps of `parts` in braces."""
    kind: Kind
    needs: tuple[frozenset[str], ...]
    """Sets of words: where a clause has none of one of them, it is not said so."""
    bases: Mapping[str, str]
    """Verbs of command by their gerunds, one of which the gap "doing" takes."""

    def of(self, words: Words) -> Iterator[Words]:
        """The clause said as the frames say it, once for each way in which it may be meant."""
        said = texts(words)
        if any(need.isdisjoint(said) for need in self.needs):
            return
        for spans in laid(self.parts, said, 0):
            if self._may_be(said, spans):
                yield tuple(self._filled(words, spans))

    def _may_be(self, said: Sequence[str], spans: Mapping[str, Span]) -> bool:
        """Whether the gaps that take only some words hold such ones: a verb in -ing, where something is."""
        start, end = spans.get(_GERUND, (0, 0))
        if end > start and (end > start + 1 or said[start] not in self.bases):
            return False
        start, end = spans.get(_PLACE, (0, 0))
        return end == start or (said[start] in _PLACED if end > start + 1 else said[start] not in _PARTICLES | _PLACED)

    def _filled(self, words: Words, spans: Mapping[str, Span]) -> Iterator[Word]:
        at = words[0].start
        for text in self.means:
            gap = text[1:-1] if text.startswith("{") else ""
            if not gap:
                yield Word(text, text, at, at, text == ",")
                continue
            if gap not in spans:
                continue
            start, end = spans[gap]
            at = words[end - 1].end
            if gap == _GERUND:
                yield replace(words[start], text=self.bases[words[start].text])
            else:
                yield from words[start:end]


@cache
def english_rewordings() -> tuple[Rewording, ...]:
    """Those of English; read once."""
    text = files("parlour.models.intents").joinpath("english", "rewordings.toml").read_text("utf-8")
    data = tomllib.loads(text)
    bases = gerunds(data["verbs"])
    return tuple(_rewording(entry, data["groups"], bases) for entry in data["rewording"])


def reworded(words: Words, known: Sequence[Rewording]) -> Iterator[tuple[Kind, Words]]:
    """Every other way of saying these words, in the order of the data; none is much longer."""
    for rewording in known:
        for way in rewording.of(words):
            if len(way) <= len(words) + _MOST_MORE:
                yield rewording.kind, way


def is_of(kind: Kind, fits: Iterable[Fit]) -> bool:
    """Whether all of this is something to do, something to look up, or something to change."""
    frames = [fit.bound.frame for fit in fits]
    if kind in ("act", "wish"):
        return all(frame.act is not None for frame in frames)
    return all(bool(frame.order) == (kind == "write") and frame.act is None for frame in frames)


def gerunds(verbs: Iterable[str]) -> dict[str, str]:
    """ "locking" → "lock", for each of these verbs."""
    found: dict[str, str] = {}
    for verb in verbs:
        found[verb + "ing"] = verb
        if verb.endswith("e"):
            found[verb[:-1] + "ing"] = verb
        elif len(verb) > 2 and verb[-1] not in "aeiouwxy" and verb[-2] in "aeiou" and verb[-3] not in "aeiou":
            found[verb + verb[-1] + "ing"] = verb
    return found


def _rewording(entry: Mapping[str, Any], groups: Mapping[str, str], bases: Mapping[str, str]) -> Rewording:
    parts = tuple(part_of(_GROUP.sub(lambda found: groups[found[1]], text)) for text in entry["said"])
    needs = [frozenset(choice[0] for choice in p.choices) for p in parts if p.choices and p.required]
    if any(p.slot == _GERUND for p in parts):
        needs.append(frozenset(bases))
    return Rewording(parts, tuple(entry["means"].split()), entry["kind"], tuple(needs), bases)
