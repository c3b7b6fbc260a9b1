"""Fitting frames over tagged words, and explaining every word.

A frame fits when each of its groups of cues is there, each of its slots is filled, and nothing is left: every other
word is a filler, every tag is in a slot. What is left over is kept, so that a refusal can name it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from parlour.models.intents.frames import BoundFrame, Cue, Grammar, slot_key
from parlour.models.intents.index import NameIndex
from parlour.models.intents.lexicon import is_slip
from parlour.models.intents.normalise import Word
from parlour.models.intents.nouns import stem
from parlour.models.intents.tagging import Reading, Tag
from parlour.models.intents.variants import Phrase
from parlour.tools.language import Slot

PLACES = frozenset({"room", "zone", "home"})
_WORDLESS = frozenset({"class", "classes", "state", "measure", "text"})
_LONGEST_TEXT = 8
_SHORTEST_VERB = 2
_UNMISTAKABLE = 3
"""An opening of this many words is seen through a name: "search the house for"."""


@dataclass(frozen=True, slots=True)
class Fill:
    """What a slot was filled with."""

    tag: Tag
    said: str
    """The words, as they were written."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A frame laid over the words."""

    bound: BoundFrame
    fills: Mapping[str, Fill]
    place: Fill | None = None
    """A place that narrows what is meant: "the lamp in the bedroom"."""
    explained: int = 0
    """How many words its cues and slots explain."""
    leftover: tuple[str, ...] = ()
    """Words and names that it does not explain."""
    missing: Slot | None = None
    """A slot that has to be filled and is not."""
    action: str = ""
    """What is to be done to what is asked about: "descale". Of "it" only the talk tells whether one does that to it."""
    clause: str = ""
    """The words of a command to things, for a second reader."""
    without: frozenset[str] = frozenset()
    """What a command leaves out: "all the lights but the desk lamp"."""
    wished: bool = False
    """Whether it was said as a wish only, so that it is to be asked about."""

    @property
    def complete(self) -> bool:
        """Whether everything is explained and nothing is missing."""
        return not self.leftover and self.missing is None


@dataclass(slots=True)
class _Attempt:
    """A frame while it is being laid over the words."""

    words: Sequence[Word]
    reading: Reading
    used: set[int] = field(default_factory=set[int])
    cue_end: int = 0
    fills: dict[str, Fill] = field(default_factory=dict[str, Fill])
    free: list[Tag] = field(default_factory=list[Tag])


def fits(
    words: Sequence[Word], reading: Reading, grammar: Grammar, index: NameIndex, frames: Iterable[BoundFrame]
) -> list[Fit]:
    """Every frame whose cues are there, the best first: the complete ones, then by how much they explain."""
    texts = frozenset(w.text for w in words)
    likely = (bound for bound in frames if not any(map(texts.isdisjoint, bound.heads)))
    found = [f for bound in likely if (f := fit(bound, words, reading, grammar, index)) is not None]
    return sorted(found, key=lambda f: (not f.complete, len(f.leftover), f.missing is not None, -f.explained))


def fit(bound: BoundFrame, words: Sequence[Word], reading: Reading, grammar: Grammar, index: NameIndex) -> Fit | None:
    """The frame laid over the words; None when its cues are not there."""
    attempt = _Attempt(words, reading)
    if not _take_cues(bound, attempt):
        return None
    attempt.free = [t for t in reading if not attempt.used & set(range(t.start, t.end))]
    text_left = _take_text(bound, attempt, grammar)
    marked = {slot_key(s) for s in bound.frame.slots if s.after}
    for slot in sorted(bound.frame.slots, key=lambda s: not s.after):
        _take_tag(slot, marked, attempt, grammar, index)
    place = _take_place(bound, attempt, index)
    action = _take_action(attempt, grammar, index) if bound.frame.action else ""
    texts = [f.tag for s in bound.frame.slots if "text" in s.takes and (f := attempt.fills.get(slot_key(s)))]
    explained = len(attempt.used) - sum(tag.end - tag.start for tag in texts)
    missing = next((s for s in bound.frame.slots if s.required and slot_key(s) not in attempt.fills), None)
    left = (*text_left, *_left(bound, attempt, grammar))
    return Fit(bound, attempt.fills, place, explained, left, missing, action)


# --- cues and slots ------------------------------------------------------------------------------------------------


def _take_cues(bound: BoundFrame, attempt: _Attempt) -> bool:
    hidden = {at for t in attempt.reading if t.role == "name" for at in range(t.start, t.end)}
    texts = tuple(w.text for w in attempt.words)
    for group in bound.cues:
        span = _find(group, texts, hidden | attempt.used)
        if span is None:
            return False
        attempt.used.update(range(*span))
        attempt.cue_end = max(attempt.cue_end, span[1])
    return True


def _find(group: tuple[Cue, ...], texts: tuple[str, ...], closed: set[int]) -> tuple[int, int] | None:
    for cue in group:
        if cue.words[0] not in texts[: 1 if cue.opens else None]:
            continue
        size = len(cue.words)
        starts = range(1) if cue.opens else range(len(texts) - size + 1)
        for start in starts:
            covered = cue.opens and size >= _UNMISTAKABLE
            if texts[start : start + size] == cue.words and (covered or not closed & set(range(start, start + size))):
                return start, start + size
    return None


def _take_tag(slot: Slot, marked: set[str], attempt: _Attempt, grammar: Grammar, index: NameIndex) -> None:
    key = slot_key(slot)
    ordered = attempt.free if slot.after else sorted(attempt.free, key=lambda tag: _is_place(tag, index))
    for tag in ordered:
        if not _fits_slot(slot, tag, index):
            continue
        if slot.after and not _stands_after(slot.after, tag, attempt, grammar):
            continue
        if not slot.after and any(attempt.fills[key].tag.start < tag.start for key in marked & attempt.fills.keys()):
            continue
        attempt.free.remove(tag)
        attempt.used.update(range(tag.start, tag.end))
        attempt.fills[key] = Fill(tag, said(attempt.words, tag.start, tag.end))
        return


def _fits_slot(slot: Slot, tag: Tag, index: NameIndex) -> bool:
    if tag.role == "name":
        return any(index.things[i].kind in slot.takes for i in tag.ids)
    if tag.role == "class":
        if "class" in slot.takes or ("classes" in slot.takes and tag.plural):
            return True
        return "device" in slot.takes and not tag.plural
    if tag.role == "nth":
        return "device" in slot.takes
    if tag.role in ("it", "there"):
        return bool(set(slot.takes) - _WORDLESS) and (tag.role == "it" or "room" in slot.takes)
    if tag.role == "them":
        return "class" in slot.takes or "classes" in slot.takes
    return tag.role in slot.takes


def _stands_after(after: tuple[str, ...], tag: Tag, attempt: _Attempt, grammar: Grammar) -> bool:
    at = tag.start - 1
    while at >= 0 and attempt.words[at].text in grammar.lexicon.determiners:
        at -= 1
    if at < 0 or attempt.words[at].text not in after:
        return False
    attempt.used.add(at)
    return True


def _take_place(bound: BoundFrame, attempt: _Attempt, index: NameIndex) -> Fill | None:
    """One more name that is a place narrows a thing that is not itself a place. Commands have a slot for it."""
    if bound.frame.act is not None:
        return None
    things = [s for s in bound.frame.slots if set(s.takes) & {"device", "measure"}]
    if len(things) != 1 or slot_key(things[0]) not in attempt.fills:
        return None
    end = attempt.fills[slot_key(things[0])].tag.end
    tag = next((t for t in attempt.free if _narrows(t, end, index)), None)
    if tag is None:
        return None
    attempt.free.remove(tag)
    attempt.used.update(range(tag.start, tag.end))
    return Fill(tag, said(attempt.words, tag.start, tag.end))


def _is_place(tag: Tag, index: NameIndex) -> bool:
    return tag.role == "name" and any(index.things[i].kind in PLACES for i in tag.ids)


def _narrows(tag: Tag, end: int, index: NameIndex) -> bool:
    """A place narrows when it stands before the thing or, behind it, after a preposition; a floor needs none."""
    return tag.role == "there" or (_is_place(tag, index) and (tag.start != end or _is_floor(tag, index)))


def _is_floor(tag: Tag, index: NameIndex) -> bool:
    """ "upstairs" needs no preposition before it."""
    return any(index.things[i].kind == "zone" for i in tag.ids)


def _take_text(bound: BoundFrame, attempt: _Attempt, grammar: Grammar) -> tuple[str, ...]:
    """Free words are everything behind the cues, as written. Returns the words that may not be part of them."""
    slot = next((s for s in bound.frame.slots if "text" in s.takes), None)
    if slot is None:
        return ()
    start, end = attempt.cue_end, len(attempt.words)
    while start < end and attempt.words[start].text in grammar.lexicon.determiners:
        attempt.used.add(start)
        start += 1
    if start == end:
        return ()
    attempt.used.update(range(start, end))
    attempt.free = [t for t in attempt.free if t.start < start]
    tag = Tag("name", start, end, value=said(attempt.words, start, end))
    attempt.fills[slot_key(slot)] = Fill(tag, tag.value)
    inside = {at for t in attempt.reading if t.role == "name" and t.sure for at in range(t.start, t.end)}
    allowed = {w for filler in bound.frame.fillers for w in filler.split()}
    stops = [
        w.text
        for at, w in enumerate(attempt.words)
        if at >= start and at not in inside and w.text not in allowed and _stops(w, grammar)
    ]
    return (*stops, *(w.text for w in attempt.words[start + _LONGEST_TEXT :]))


def _stops(word: Word, grammar: Grammar) -> bool:
    return word.stop or word.text in grammar.lexicon.text_stops


def _take_action(attempt: _Attempt, grammar: Grammar, index: NameIndex) -> str:
    """A verb such as "descale" is explained by a procedure in whose name it stands, with the thing it is done to.

    Returns the verb, or "". Whether it is done to "it" is to be looked at when it is known what "it" is.
    """
    target = next((f.tag for f in attempt.fills.values() if f.tag.role in ("name", "class", "it")), None)
    if target is None:
        return ""
    if target.ids and all(index.things[i].kind == "procedure" for i in target.ids):
        return ""
    about = {stem(w.text) for w in attempt.words[target.start : target.end]}
    if len(target.ids) == 1:
        about |= index.stems_of(min(target.ids))
    action = ""
    for at, word in enumerate(attempt.words):
        if at in attempt.used or (word.text,) in grammar.lexicon.fillers:
            continue
        papers = procedures_named(word.text, index)
        if target.role == "it" and papers and at < target.start:
            attempt.used.add(at)
            return word.text
        if any(about & index.stems_of(paper) for paper in papers):
            attempt.used.add(at)
            action = action or word.text
    return action


def procedures_named(word: str, index: NameIndex) -> list[str]:
    """The procedures in whose name a word stands, or the verb that it is a form of: "descaling"."""
    named = index.things_named(stem(word)) or names_a_doing(word, index)
    return [i for i in named if index.things[i].kind == "procedure"]


def names_a_doing(word: str, index: NameIndex) -> frozenset[str]:
    """What has in its name the verb of which this is the form in -ing or -ed."""
    ending = next((e for e in ("ing", "ed") if word.endswith(e) and len(word) > len(e) + _SHORTEST_VERB), None)
    if ending is None:
        return frozenset()
    base = word.removesuffix(ending)
    bases = (base, f"{base}e", base[:-1] if base[-1] == base[-2] else base)
    return next((ids for each in bases if (ids := index.things_named(each))), frozenset[str]())


# --- what is left --------------------------------------------------------------------------------------------------


def _left(bound: BoundFrame, attempt: _Attempt, grammar: Grammar) -> tuple[str, ...]:
    texts = tuple(w.text for w in attempt.words)
    tagged = {t.start: t for t in attempt.free}
    left: list[str] = []
    at = 0
    while at < len(texts):
        if at in attempt.used or attempt.words[at].stop:
            at += 1
            continue
        filler = () if is_slip(texts, at, grammar.lexicon) else _filler_at(texts, at, bound.fillers)
        if filler and not any(_weighs(t) and t.start <= at < t.end for t in attempt.free):
            at += len(filler)
        elif at in tagged:
            tag = tagged[at]
            left.append(said(attempt.words, tag.start, tag.end))
            at = tag.end
        else:
            if not _is_loose_preposition(texts, at, grammar):
                left.append(attempt.words[at].raw if "'" not in attempt.words[at].raw else texts[at])
            at += 1
    return tuple(left)


def _weighs(tag: Tag) -> bool:
    """Whether a tag may not be passed over as a filler."""
    return tag.role not in ("name", "it", "there", "them") or (tag.role == "name" and tag.sure)


def _filler_at(texts: tuple[str, ...], at: int, fillers: Mapping[str, tuple[Phrase, ...]]) -> Phrase | None:
    return next((f for f in fillers.get(texts[at], ()) if texts[at : at + len(f)] == f), None)


def _is_loose_preposition(texts: tuple[str, ...], at: int, grammar: Grammar) -> bool:
    lexicon = grammar.lexicon
    return texts[at] == "on" and at + 1 < len(texts) and texts[at + 1] in lexicon.determiners


def said(words: Sequence[Word], start: int, end: int) -> str:
    """What was written from `start` to before `end`, one space between words."""
    raws: list[str] = []
    last = -1
    for word in words[start:end]:
        if word.start != last:
            raws.append(word.raw)
        last = word.start
    return " ".join(raws)


def with_fill(base: Fit, key: str, fill: Fill) -> Fit:
    """The same question with another filling of one slot."""
    return replace(base, fills={**base.fills, key: fill}, missing=None, leftover=())
