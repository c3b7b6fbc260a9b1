"""The heart of what was said: the request, with what stands beside it left aside.

Asides are parted from a request by a mark, by what links a reason, or, as people dictate, by nothing: there only where
a request plainly begins ("… can you", "… please") or somebody is spoken of anew ("… I am already in bed").
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice

from parlour.models.intents.asides import Aside, Asides, Mention
from parlour.models.intents.clauses import Words, bare, is_command, texts
from parlour.models.intents.fitting import Fit
from parlour.models.intents.normalise import Word
from parlour.models.intents.outcome import Asked, Outcome, Plan

_MOST = 7
_SHORT = 5
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

    def allows(self, outcome: Outcome) -> bool:
        """Whether nothing that was left aside could matter to it."""
        if not isinstance(outcome, Plan | Asked):
            return False
        changing = [f for f in outcome.fits if f.bound.frame.act is not None or f.bound.frame.order]
        if isinstance(outcome, Asked) and not outcome.candidates and outcome.why not in ("meant", "sure"):
            return not self.loosely and bool(changing)
        if not changing:
            return not any(aside.is_for_somebody for aside in self.beside)
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
        things = all(m.ids & told for m in mentions if not m.is_place)
        return things and (all(map(_is_settled, changing)) or not any(m.is_place for m in mentions))


def _is_settled(fit: Fit) -> bool:
    """Whether it tells by itself where it is to be done: by a name, or a place."""
    roles = {fill.tag.role for fill in fit.fills.values()}
    return "name" in roles or "@room" in fit.fills


@dataclass(frozen=True, slots=True)
class Hearts:
    """Finds the heart of words."""

    asides: Asides
    known: dict[tuple[int, int, bool], tuple[Aside, ...] | None] = field(
        default_factory=dict[tuple[int, int, bool], "tuple[Aside, ...] | None"]
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
            if start < end and end - start < len(words)
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

    def _all(self, words: Words, start: int, end: int, *, loosely: bool) -> tuple[Aside, ...] | None:
        """The asides that the words from `start` to before `end` are; None where they are anything else."""
        key = (start, end, loosely)
        if key not in self.known:
            self.known[key] = None
            self.known[key] = self._split(words, start, end, loosely=loosely)
        return self.known[key]

    def _split(self, words: Words, start: int, end: int, *, loosely: bool) -> tuple[Aside, ...] | None:
        while start < end and words[start].stop:
            start += 1
        whole = self.asides.aside(words[start:end], loosely=loosely)
        if whole is not None:
            return (whole,)
        for at in range(start + 1, end - 1):
            if not words[at].stop and words[at].text not in self.asides.words.links:
                continue
            first = self._all(words, start, at + words[at].stop, loosely=loosely)
            if first is not None:
                last = self._all(words, at + 1, end, loosely=loosely)
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
        if any(said[: len(r)] == r for r in lexicon.requests):
            return True
        if not is_command(words[at:], lexicon):
            return said[0] in lexicon.questions
        before = texts(words[:at])
        known = self.asides.words
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
        here = [m for aside in heart.beside if aside.is_here for m in aside.mentions if m.is_place]
        if len(here) == 1 and len(places) == 1 and self.asides.words.every.isdisjoint(texts(heart.words)):
            yield replace(heart, words=_placed(heart.words, here[0]))
        if refers and not heart.loosely and not all(aside.is_plain for aside in heart.before):
            return
        yield heart


def _put(words: Words, at: int, mention: Mention) -> Words:
    return (*words[:at], _the(words[at]), *mention.words, *words[at + 1 :])


def _placed(words: Words, place: Mention) -> Words:
    last = words[-1]
    return (*words, replace(_the(last), text="in"), _the(last), *place.words)


def _the(word: Word) -> Word:
    return Word("the", "", word.start, word.start)
