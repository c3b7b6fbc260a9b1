"""The heart of what was said: the request, with what stands beside it left aside.

Asides are parted from a request by a mark, by what links a reason, or, as people dictate, by nothing: there only where
a request plainly begins ("… can you", "… please") or somebody is spoken of anew ("… I am already in bed").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from parlour.models.intents.asides import Aside, Asides, Mention
from parlour.models.intents.clauses import Words, bare, is_command, texts
from parlour.models.intents.fitting import Fit
from parlour.models.intents.index import NameIndex
from parlour.models.intents.normalise import Word
from parlour.models.intents.outcome import Asked, Outcome, Plan

_MOST = 9
_SHORT = 5
_WAYS = frozenset({"from", "to"})
_OVER = frozenset({"up", "down", "out", "over", "through"})
Cut = tuple[int, int]
"""Where the part before ends, and where the one behind begins."""


@dataclass(frozen=True, slots=True)
class Heart:
    """What is left of what was said."""

    words: Words
    before: tuple[Aside, ...]
    behind: tuple[Aside, ...]
    loosely: bool = False
    """Whether only a question may be read so."""

    @property
    def beside(self) -> tuple[Aside, ...]:
        """Everything that was left aside."""
        return (*self.before, *self.behind)

    def allows(self, outcome: Outcome, index: NameIndex) -> bool:
        """Whether nothing that was left aside could matter to it."""
        if not isinstance(outcome, Plan | Asked):
            return False
        changing = [f for f in outcome.fits if f.bound.frame.act is not None or f.bound.frame.order]
        if isinstance(outcome, Asked) and not outcome.candidates and outcome.why not in ("meant", "sure"):
            return not self.loosely and bool(changing)
        if not changing:
            elsewhere = any(m.is_place for a in self.behind for m in a.mentions if not a.is_here)
            placed = any(f.place is not None or "room" in f.fills or "entity" in f.fills for f in outcome.fits)
            return not any(aside.is_for_somebody for aside in self.beside) and (placed or not elsewhere)
        if isinstance(outcome, Asked) and not self.loosely:
            return True
        if self.loosely or not isinstance(outcome, Plan):
            return False
        told = {
            v
            for a in outcome.arguments
            for value in a.values()
            for v in (value if isinstance(value, list) else [value])
            if isinstance(v, str)
        }
        mentions = [m for aside in self.beside for m in aside.mentions]
        is_named = all(map(_is_named, changing))
        other = {id(m) for a in self.beside for m in a.mentions if is_named and not a.is_wanting}
        things = all(
            m.ids & told or (id(m) in other and _is_unlike(m.ids, told, index)) for m in mentions if not m.is_place
        )
        places = [m for m in mentions if m.is_place]
        there = all(any(index.within(t, p) for p in m.ids) for m in places for t in told if t in index.things)
        return things and (there or all(map(_is_settled, changing)))


def _is_unlike(ids: frozenset[str], told: set[str], index: NameIndex) -> bool:
    """Whether nothing of one could be mistaken for anything of the other: a printer and a lamp."""
    sorts = {c for i in ids for c in index.things[i].classes}
    return sorts.isdisjoint(c for i in told if i in index.things for c in index.things[i].classes)


def _is_named(fit: Fit) -> bool:
    """Whether it tells by itself to what, by a name that leaves nothing to ask."""
    return any(fill.tag.role == "name" and fill.tag.sure for key, fill in fit.fills.items() if key != "@room")


def _is_settled(fit: Fit) -> bool:
    """Whether it tells by itself where it is to be done: by a name, or a place."""
    roles = {fill.tag.role for fill in fit.fills.values()}
    return "name" in roles or "@room" in fit.fills


@dataclass(frozen=True, slots=True)
class Hearts:
    """Finds the heart of words."""

    asides: Asides
    known: dict[tuple[int, int, bool, bool], tuple[Aside, ...] | None] = field(
        default_factory=dict[tuple[int, int, bool, bool], "tuple[Aside, ...] | None"]
    )

    def of(self, words: Words) -> Iterator[Heart]:
        """Every heart, those from which least was left aside first; those that only a question may have, last."""
        cuts = self._cuts(words)
        tried: set[Words] = set()
        for loosely in (False, True):
            found = (h for h in self._found(words, cuts, loosely=loosely) if h.words not in tried)
            for heart in islice(found, _MOST):
                tried.add(heart.words)
                yield from self._named(heart)

    def _found(self, words: Words, cuts: list[Cut], *, loosely: bool) -> Iterator[Heart]:
        spans = [
            (start, end, before, behind)
            for before, start in [(0, 0), *cuts]
            for end, behind in [*cuts, (len(words), len(words))]
            if start < end and end - start < len(words) and not self._is_linked(words, start)
        ]
        for start, end, before, behind in sorted(spans, key=lambda s: (s[0] - s[1], s[0])):
            first = self._all(words, 0, before, loosely=loosely) if start else ()
            last = (
                self._all(words, behind, len(words), loosely=loosely) if first is not None and end < len(words) else ()
            )
            if first is None or last is None:
                continue
            heart = bare(words[start:end], self.asides.grammar.lexicon)
            if heart and texts(heart) not in self.asides.grammar.lexicon.requests:
                yield Heart(heart, first, last, loosely)

    def _is_linked(self, words: Words, start: int) -> bool:
        """Whether a link without a mark before it is the first word: what is behind it can be a heart by itself."""
        return start > 0 and words[start].text in self.asides.words.links and not words[start - 1].stop

    def _all(
        self, words: Words, start: int, end: int, *, loosely: bool, going_on: bool = False
    ) -> tuple[Aside, ...] | None:
        """The asides that the words from `start` to before `end` are; None where they are anything else."""
        key = (start, end, loosely, going_on)
        if key not in self.known:
            self.known[key] = None
            self.known[key] = self._split(words, start, end, loosely=loosely, going_on=going_on)
        return self.known[key]

    def _split(self, words: Words, start: int, end: int, *, loosely: bool, going_on: bool) -> tuple[Aside, ...] | None:
        while start < end and words[start].stop:
            start += 1
        whole = self.asides.aside(words[start:end], loosely=loosely, going_on=going_on)
        if whole is not None:
            return (whole,)
        for at in range(start + 1, end - 1):
            if not words[at].stop and words[at].text not in self.asides.words.links:
                continue
            first = self._all(words, start, at + words[at].stop, loosely=loosely, going_on=going_on)
            if first is not None:
                last = self._all(words, at + 1, end, loosely=loosely, going_on=words[at].stop)
                if last is not None:
                    return (*first, *last)
        return None

    # --- where it may be cut -------------------------------------------------------------------------------------

    def _cuts(self, words: Words) -> list[Cut]:
        known = self.asides.words
        found: list[Cut] = []
        for at in range(1, len(words)):
            text = words[at].text
            if words[at].stop:
                found.append((at + 1, at + 1))
            elif text in known.links:
                found += [(at, at + 1), (at, at)]
            elif text in known.since or self._begins_for(words, at) or self._begins(words, at):
                found.append((at, at))
        return found

    def _begins_for(self, words: Words, at: int) -> bool:
        """For whom: never in a condition, "if it is no trouble for …"."""
        return words[at].text == "for" and self.asides.words.conditions.isdisjoint(texts(words[:at]))

    def _begins(self, words: Words, at: int) -> bool:
        """Without a mark before it."""
        return not words[at - 1].stop and (self._begins_request(words, at) or self._begins_aside(words, at))

    def _begins_request(self, words: Words, at: int) -> bool:
        """Behind what is said without a mark: a request in so many words, a question, or a command behind a state."""
        lexicon = self.asides.grammar.lexicon
        said = texts(words[at:])
        if lexicon.requests.at(said):
            return True
        known = self.asides.words
        if not is_command(words[at:], lexicon):
            is_told = said[0] in known.being | known.helping and not self._is_inverted(said, texts(words[at - 1 : at]))
            return said[0] in lexicon.questions and not is_told
        before = texts(words[:at])
        closed = (
            before[-1]
            not in self.asides.words.open
            | self.asides.words.gaps
            | self.asides.words.referring
            | lexicon.determiners
            | known.persons
            | known.adverbs
        )
        return closed and any(w in known.being for w in before[1:4]) and before[-1] not in known.being | known.helping

    def _is_inverted(self, said: tuple[str, ...], before: tuple[str, ...]) -> bool:
        """ "Is the lamp on", and not "my fingers are numb"."""
        known, lexicon = self.asides.words, self.asides.grammar.lexicon
        if not said[1:] or before[0] in known.pronouns | lexicon.questions:
            return False
        return said[1] in known.pronouns | known.people | lexicon.determiners or self.asides.index.knows(said[1])

    def _begins_aside(self, words: Words, at: int) -> bool:
        """Somebody or something, and what it is: no more of what was named before."""
        known = self.asides.words
        said = texts(words[at:])
        before = words[at - 1].text
        if said[0] in self.asides.words.relative or said[-1] in self.asides.words.gaps:
            return False
        if before in self.asides.words.closing:
            return said[0] in known.pronouns or said[0] in known.people
        if before in self.asides.words.open or (before,) in known.never:
            return False
        if said[:2] in self.asides.words.telling:
            return True
        subject = said[0] in known.pronouns or said[0] == "its"
        if subject:
            verb = "is" if said[0] == "its" else said[1] if len(said) > 1 else ""
            return verb in known.stating and len(said) > 2 and not self._is_gap(said)
        begins = said[0] in known.possessive or said[0] in known.people
        if begins and len(said) < _SHORT and said[-1] in known.ready:
            return True
        return begins and any(w in known.being for w in said[1:4]) and not self._is_gap(said)

    def _is_gap(self, said: tuple[str, ...]) -> bool:
        """ "We have in the hall" says more of what we have."""
        known = self.asides.words
        return len(said) > 2 and said[2] in known.gaps and said[1] in known.having

    def _stands_for_what_was_before(self, heart: Heart, refers: Sequence[int]) -> bool:
        """Whether "it" cannot be something that was named beside it, and is unknown."""
        plurals = self.asides.words.plurals
        if all(heart.words[at].text in plurals for at in refers):
            return all(aside.is_plain or aside.is_singular for aside in heart.before)
        return all(aside.is_plain for aside in heart.before)

    # --- what stands for what was left aside ---------------------------------------------------------------------

    def _named(self, heart: Heart) -> Iterator[Heart]:
        """The heart with what was named beside it said in it, and as it is where that cannot matter."""
        mentions = [m for aside in heart.beside for m in aside.mentions]
        things, places = [m for m in mentions if not m.is_place], [m for m in mentions if m.is_place]
        refers = [at for at, w in enumerate(heart.words) if w.text in self.asides.words.referring]
        if len(things) == 1 and refers and heart.words[refers[0]].text in self.asides.words.standing:
            yield replace(heart, words=_put(heart.words, refers[0], things[0]))
            if not heart.loosely:
                return
        there = [at for at, w in enumerate(heart.words) if at and w.text == "there"]
        if len(places) == 1 and len(there) == 1 and not things:
            yield replace(heart, words=_put_there(heart.words, there[0], places[0]))
            return
        here = [m for aside in heart.beside if aside.is_here for m in aside.mentions if m.is_place]
        if len(here) == 1 and len(places) == 1 and self.asides.words.every.isdisjoint(texts(heart.words)):
            yield replace(heart, words=_placed(heart.words, here[0]))
        if refers and not heart.loosely and not self._stands_for_what_was_before(heart, refers):
            return
        yield heart


def _put(words: Words, at: int, mention: Mention) -> Words:
    return (*words[:at], _the(words[at]), *mention.words, *words[at + 1 :])


def _put_there(words: Words, at: int, place: Mention) -> Words:
    """ "In there", "down there" and a mere "there" as "in the cellar"; "to there" as "to the cellar"."""
    before = words[at - 1]
    if before.text in _WAYS | {"in"}:
        return _put(words, at, place)
    start = at - 1 if before.text in _OVER else at
    within = replace(_the(words[at]), text="in")
    return (*words[:start], within, _the(words[at]), *place.words, *words[at + 1 :])


def _placed(words: Words, place: Mention) -> Words:
    last = words[-1]
    return (*words, replace(_the(last), text="in"), _the(last), *place.words)


def _the(word: Word) -> Word:
    return Word("the", "", word.start, word.start)
