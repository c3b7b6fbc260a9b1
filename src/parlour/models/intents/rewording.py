"""Other ways of saying the same: "get the mower going" is "start the mower". What comes of it is read like any clause.

Only the wording changes: every word that a gap takes has still to be explained, and what is read in the end has to be
of the kind that the rewording is for.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
_DONE = "done"
_PLACE = "p"
_AMOUNT = "amount"
_AMOUNTS = (_AMOUNT, "y")
_LAST_HOUR = 24
_UNITS = (("percent",), ("degrees",), ("degree",))
_MOST_MORE = 4
_PLACED = frozenset({"in", "on", "at", "of", "inside", "throughout", "over"})
_SHARED = (("of",), ("the",), ("my",), ("our",))
_PARTICLES = frozenset({"in", "on", "out", "off", "up", "down", "back", "shut", "open", "closed", "not"})
Kind = Literal["first", "act", "start", "wish", "ask", "write"]
"""A wish is to be done only when it is meant as one, and so it is asked about. What comes "first" is to be done, though
it could be read as a question: "give me some light in the study". What is to "start" is a scene or the like: one does
movie time, and no lamp."""


@dataclass(frozen=True, slots=True)
class Rewording:
    """A way of saying something, and how the frames say it."""

    parts: tuple[Part, ...]
    means: tuple[str, ...]
    """Words, and the gaps of `parts` in braces."""
    kind: Kind
    needs: tuple[frozenset[str], ...]
    """Sets of words: where a clause has none of one of them, it is not said so."""
    bases: Mapping[str, Mapping[str, str]]
    """By gap, verbs of command by their forms, one of which it takes: "locking" in "doing", "locked" in "done"."""

    def of(self, words: Words, measures: Callable[[str], bool]) -> Iterator[Words]:
        """The clause said as the frames say it, once for each way in which it may be meant.

        The gap "amount" takes nothing in which no word `measures`; "p" takes no share: "half the lights".
        """
        said = texts(words)
        for spans in laid(self.parts, said, 0):
            start, end = spans.get(_AMOUNT, (0, 0))
            is_amount = end == start or any(map(measures, said[start:end]))
            if is_amount and self._may_be(said, spans) and not _is_share(said, spans, measures):
                yield tuple(self._filled(words, spans))

    def _may_be(self, said: Sequence[str], spans: Mapping[str, Span]) -> bool:
        """Whether the gaps that take only some words hold such ones: a verb in -ing, where something is."""
        for gap, forms in self.bases.items():
            start, end = spans.get(gap, (0, 0))
            if end > start and (end > start + 1 or said[start] not in forms):
                return False
        if any(_is_an_hour(said, span) for gap, span in spans.items() if gap in _AMOUNTS):
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
            if gap in self.bases:
                yield replace(words[start], text=self.bases[gap][words[start].text])
            else:
                yield from words[start:end]


def _is_share(said: Sequence[str], spans: Mapping[str, Span], measures: Callable[[str], bool]) -> bool:
    start, end = spans.get(_PLACE, (0, 0))
    return end == start + 1 and measures(said[start]) and said[end : end + 1] in _SHARED


def _is_an_hour(said: Sequence[str], span: Span) -> bool:
    """Whether a number says when: "lights on at 8", where "at 50" and "at half" can only say how much."""
    start, end = span
    if start < 2 or end == start or said[start - 1] != "at" or said[start - 2] not in _PARTICLES:
        return False
    return said[start].isdigit() and int(said[start]) <= _LAST_HOUR and said[start + 1 : start + 2] not in _UNITS


@dataclass(frozen=True, slots=True)
class Rewordings:
    """Ways of saying something, of which few are looked at: those that need a word that was said."""

    every: tuple[Rewording, ...]
    needing: Mapping[str, tuple[int, ...]]
    """Where in `every` they stand, by each word of their smallest need; by "" those that need none."""

    @classmethod
    def of(cls, known: Iterable[Rewording]) -> "Rewordings":
        """These, in their order."""
        every = tuple(known)
        needing: dict[str, list[int]] = {}
        for at, rewording in enumerate(every):
            for word in min(rewording.needs, key=len, default=("",)):
                needing.setdefault(word, []).append(at)
        return cls(every, {word: tuple(places) for word, places in needing.items()})

    def likely(self, said: frozenset[str]) -> Iterator[Rewording]:
        """Those that find every word they need among these, in their order."""
        near = {at for word in (*said, "") for at in self.needing.get(word, ())}
        return (way for way in map(self.every.__getitem__, sorted(near)) if not any(map(said.isdisjoint, way.needs)))


@cache
def english_rewordings_of(*kinds: Kind) -> Rewordings:
    """Those of English that are of one of these kinds."""
    return Rewordings.of(rewording for rewording in english_rewordings() if rewording.kind in kinds)


@cache
def english_rewordings() -> tuple[Rewording, ...]:
    """Those of English; read once."""
    data, more = _data("rewordings"), _data("tellings")
    groups = {**data["groups"], **more["groups"]}
    forms = {_GERUND: gerunds(data["verbs"]), _DONE: participles(data["verbs"], data["participles"])}
    return tuple(_rewording(entry, groups, forms) for entry in (*data["rewording"], *more["rewording"]))


def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(files("parlour.models.intents").joinpath("english", f"{name}.toml").read_text("utf-8"))


def reworded(words: Words, known: Rewordings, measures: Callable[[str], bool] = bool) -> Iterator[tuple[Kind, Words]]:
    """Every other way of saying these words, in the order of the data; none is much longer.

    `measures` tells whether a word may say how much.
    """
    for rewording in known.likely(frozenset(texts(words))):
        for way in rewording.of(words, measures):
            if len(way) <= len(words) + _MOST_MORE:
                yield rewording.kind, way


def is_of(kind: Kind, fits: Iterable[Fit], is_started: Callable[[str], bool]) -> bool:
    """Whether all of this is something to do, something to look up, or something to change.

    `is_started` tells of a thing by its id whether it is one that is started.
    """
    fits = tuple(fits)
    frames = [fit.bound.frame for fit in fits]
    if kind == "start" and not all(_names_only(fit, is_started) for fit in fits):
        return False
    if kind in ("first", "act", "start", "wish"):
        return all(frame.act is not None for frame in frames)
    return all(bool(frame.order) == (kind == "write") and frame.act is None for frame in frames)


def _names_only(fit: Fit, is_so: Callable[[str], bool]) -> bool:
    """Whether things are named, and all that are, are so."""
    named = [thing for fill in fit.fills.values() for thing in fill.tag.ids]
    return bool(named) and all(map(is_so, named))


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


def participles(verbs: Iterable[str], irregular: Mapping[str, str]) -> dict[str, str]:
    """ "locked" → "lock", for each of these verbs; `irregular` are by their participles."""
    found = dict(irregular)
    for doing, verb in gerunds(verbs).items():
        if not set(irregular.values()) & {verb}:
            found[doing.removesuffix("ing") + "ed"] = verb
    return found


def _rewording(
    entry: Mapping[str, Any], groups: Mapping[str, str], forms: Mapping[str, Mapping[str, str]]
) -> Rewording:
    parts = tuple(part_of(_GROUP.sub(lambda found: groups[found[1]], text)) for text in entry["said"])
    needs = [frozenset(choice[0] for choice in p.choices) for p in parts if p.choices and p.required]
    bases = {gap: known for gap, known in forms.items() if any(p.slot == gap for p in parts)}
    needs += map(frozenset, bases.values())
    return Rewording(parts, tuple(entry["means"].split()), entry["kind"], tuple(needs), bases)
