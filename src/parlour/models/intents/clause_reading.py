"""One clause: as the frames say it, as the same is said otherwise, as a continuation of another, or in halves."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import islice

from parlour.models.intents import clauses, followup
from parlour.models.intents.clauses import Words, texts
from parlour.models.intents.commanding import Commander, elided, parted, refused, tells_how_it_is, told_things
from parlour.models.intents.excepting import excepted, excepts, left_out
from parlour.models.intents.fitting import PLACES, Fit, fits
from parlour.models.intents.frames import Grammar
from parlour.models.intents.halves import adds, has_target
from parlour.models.intents.including import included, is_part_of
from parlour.models.intents.index import NameIndex
from parlour.models.intents.normalise import Word
from parlour.models.intents.outcome import Asked, Declined, Outcome
from parlour.models.intents.rewording import Kind, english_rewordings_of, is_of, reworded
from parlour.models.intents.standing_in import in_full, says_another
from parlour.models.intents.tagging import Reading, Tag, readings
from parlour.models.intents.talk_now import TalkNow, disagreement
from parlour.models.intents.variants import Phrase

MOST_PARTS = 4
SHORT = 7
_MOST_TRIES = 250
"""So many clauses are read for one turn; what is understood hardly ever needs forty, and then no more is tried."""
_MOST_NOTED = 4
_EITHER = "or"
_WITHIN = frozenset({"in", "on", "at", "of"})
_FIRST: tuple[Kind, ...] = ("first",)
_WISHES: tuple[Kind, ...] = ("wish",)
_TELLING: tuple[Kind, ...] = ("ask", "write")
_PLAIN: tuple[Kind, ...] = ("act", "start", "ask", "write")


@dataclass(frozen=True, slots=True)
class ClauseReader:
    """Reads the clauses of one talk."""

    grammar: Grammar
    index: NameIndex
    tagged: dict[tuple[str, ...], list[Reading]] = field(default_factory=dict[tuple[str, ...], "list[Reading]"])
    fitted: dict[tuple[int, Words], "Fit | Outcome"] = field(default_factory=dict[tuple[int, Words], "Fit | Outcome"])
    read: dict[tuple[int, Words, int], tuple[Fit | None, tuple[Fit, ...] | Outcome]] = field(
        default_factory=dict[tuple[int, Words, int], "tuple[Fit | None, tuple[Fit, ...] | Outcome]"]
    )
    """What clauses came to, by how many turns there were and behind what they stood, which is kept with it."""
    tries: Counter[int] = field(default_factory=Counter[int])
    """How many clauses were read, by how many turns there were."""

    def readings(self, words: Words) -> list[Reading]:
        """The ways of tagging these words; worked out once for a talk."""
        return self.readings_of(texts(words))

    def readings_of(self, said: Phrase) -> list[Reading]:
        """The same of the mere texts."""
        if said not in self.tagged:
            self.tagged[said] = readings(said, self.grammar, self.index)
        return self.tagged[said]

    @property
    def commander(self) -> Commander:
        """Who finds what a clause tells to do."""
        return Commander(self.grammar, self.index, self.readings, self.readings_of)

    def clause(self, words: Words, base: Fit | None, talk: TalkNow) -> tuple[Fit, ...] | Outcome:
        """The fits of a clause, as it was said or as the same is said otherwise, but for what may be a mere wish."""
        key = (len(talk.turns), words, id(base))
        if key not in self.read:
            self.read[key] = base, self._clause(words, base, talk)
        return self.read[key][1]

    def _clause(self, words: Words, base: Fit | None, talk: TalkNow) -> tuple[Fit, ...] | Outcome:

        def comes_to_something(found: tuple[Fit, ...] | Outcome) -> bool:
            before = () if base is None else (base,)
            outcome = talk.resolver.resolve((*before, *found)) if isinstance(found, tuple) else found
            if isinstance(found, tuple) and isinstance(outcome, Asked) and outcome.at < len(before):
                return True
            return not isinstance(outcome, Declined) and not (isinstance(outcome, Asked) and outcome.why == "missing")

        found = self._but(words, base, talk) or self._with_all(words, base, talk)
        found = found or self._reworded(words, base, talk, _FIRST, comes_to_something)
        found = found or self._as_said(words, base, talk)
        if comes_to_something(found):
            return found
        is_told = tells_how_it_is(words, self.grammar.lexicon.commanding)
        meant = self._reworded(words, base, talk, _TELLING if is_told else _PLAIN, comes_to_something)
        return meant or self._like_before(words, base, talk) or found

    def _but(self, words: Words, base: Fit | None, talk: TalkNow) -> tuple[Fit, ...] | None:
        """A command to several things that leaves some of them out; None where that is not plain."""
        for way in excepted(words, self.grammar.lexicon):
            told = self.clause(way.told, base, talk)
            things = told_things(talk.resolver.resolve(told)) if isinstance(told, tuple) else ()
            if not isinstance(told, tuple) or told[-1].bound.frame.act is None or len(things) < 2 - way.sparing:
                continue
            everything = any(fill.tag.role == "everything" for fill in told[-1].fills.values())
            known = tuple(self.index.things) if everything or way.sparing else things
            for rest in (way.without, *in_full(way.without, things, self.index)):
                without = left_out(rest, things, self.index, self.grammar.lexicon, self.readings)
                without = without or left_out(rest, known, self.index, self.grammar.lexicon, self.readings)
                if without and not without.issuperset(things):
                    return (*told[:-1], replace(told[-1], without=without))
        return None

    def _with_all(self, words: Words, base: Fit | None, talk: TalkNow) -> tuple[Fit, ...] | None:
        """A command to several things that names some of them once more; None where it names others."""
        parts = included(words, self.grammar.lexicon)
        if parts is None:
            return None
        told = self.clause(parts[0], base, talk)
        things = told_things(talk.resolver.resolve(told)) if isinstance(told, tuple) else ()
        is_part = len(things) > 1 and is_part_of(parts[1], things, self.index, self.grammar.lexicon, self.readings)
        return told if is_part and isinstance(told, tuple) else None

    def _like_before(self, words: Words, base: Fit | None, talk: TalkNow) -> tuple[Fit, ...] | None:
        """ "The other one too": what stands for a noun is one of what was told something, or asked about, before."""
        things = told_things(talk.resolver.resolve((base,))) if base is not None else talk.resolver.talk.things
        for way in in_full(words, things, self.index):
            found = self.clause(way, base, talk)
            if not isinstance(found, tuple) or found[-1].bound.frame.act is None:
                continue
            if says_another(words):
                found = (*found[:-1], replace(found[-1], without=frozenset(things)))
            if not isinstance(talk.resolver.resolve(found), Declined):
                return found
        return None

    def wish(self, words: Words, talk: TalkNow) -> tuple[Fit, ...] | None:
        """What may be wished, where that is all that was said: "it is too dark in the hall"."""
        meant = self._reworded(words, None, talk, _WISHES, lambda _: True) if self.grammar.commands else None
        return meant and tuple(replace(fit, wished=True) for fit in meant)

    def _reworded(
        self,
        words: Words,
        base: Fit | None,
        talk: TalkNow,
        kinds: tuple[Kind, ...],
        fine: Callable[[tuple[Fit, ...]], bool],
    ) -> tuple[Fit, ...] | None:
        """The first other way of saying a clause, of one of these kinds, that is understood, of its kind and `fine`."""
        bare = clauses.bare(words, self.grammar.lexicon)
        known = english_rewordings_of(*kinds)
        for plain in dict.fromkeys((words, bare, clauses.follow_up(bare, self.grammar.lexicon)[0])):
            if self.tries[len(talk.turns)] > _MOST_TRIES:
                return None
            for kind, way in reworded(plain, known, self._measures):
                if kind in ("first", "act", "start", "wish") and not all(map(self._may_be_explained, way)):
                    continue
                if self.tries[len(talk.turns)] > _MOST_TRIES:
                    return None
                meant = (kind == "act" and self._but(way, base, talk)) or self._as_said(way, base, talk)
                if kind == "write" and not isinstance(meant, tuple):
                    meant = self._noted(way, base, talk) or meant
                if isinstance(meant, tuple) and is_of(kind, meant, self._is_started) and fine(meant):
                    return meant
        return None

    def _is_started(self, thing: str) -> bool:
        """Whether a thing is one that is started, such as a scene."""
        return self.index.things[thing].kind == "automation"

    def _noted(self, words: Words, base: Fit | None, talk: TalkNow) -> tuple[Fit, ...] | None:
        """What is told of the house and to be noted, said otherwise: "we got a lamp …, add it" without its end."""
        ways = (way for _, way in reworded(words, english_rewordings_of("write")))
        found = (self._as_said(way, base, talk) for way in islice(ways, _MOST_NOTED))
        return next((meant for meant in found if isinstance(meant, tuple)), None)

    def _measures(self, word: str) -> bool:
        """Whether a word may say how much."""
        return word[:1].isdigit() or word in self.grammar.measuring

    def _may_be_explained(self, word: Word) -> bool:
        """Whether a word of a command to things is a word for anything, a name, a number or a mark."""
        is_word = word.text.isalpha()
        return not is_word or word.text in self.grammar.vocabulary or self.index.knows(word.text)

    def _as_said(self, words: Words, base: Fit | None, talk: TalkNow) -> tuple[Fit, ...] | Outcome:
        """The fits of a clause: in full, as a continuation, or as two clauses."""
        self.tries[len(talk.turns)] += 1
        lexicon = self.grammar.lexicon
        words = clauses.bare(words, lexicon)
        rest, continuing = clauses.follow_up(words, lexicon)
        rest = clauses.bare(rest, lexicon)
        if not rest:
            return Declined("nothing")
        if clauses.is_command(rest, lexicon):
            return self._command(rest, base, talk)
        whole = self.complete(clauses.without_commas(rest), talk)
        if continuing and base is None and isinstance(whole, Fit) and not whole.bound.cues:
            going_on = self._continuation(rest, base, talk, alone=False)
            if going_on is not None and going_on.bound.frame.act is not None:
                return (going_on,)
        if isinstance(whole, Fit) and (whole.bound.cues or base is None or base.bound.frame.act is None):
            return (whole,)
        told = self.commander.begun_with_target(rest, talk.text, talk.resolver)
        if told is not None:
            return (told,)
        continuation = self._continuation(rest, base, talk, alone=not continuing)
        if continuation is not None:
            return (continuation,)
        if isinstance(whole, Fit) and (base is None or base.bound.frame.act is None):
            return (whole,)
        halves = self._halves(rest, base, talk)
        if not isinstance(halves, tuple) and rest[0].text not in lexicon.questions and base is None:
            ways = (self._halves(way, base, talk) for way in elided(rest, self.commander) if self.grammar.commands)
            halves = next((found for found in ways if isinstance(found, tuple)), halves)
        return halves or (Declined("words", (texts(rest)[0],)) if isinstance(whole, Fit) else whole)

    def _command(self, words: Words, base: Fit | None, talk: TalkNow) -> tuple[Fit, ...] | Outcome:
        """The fits of a clause that begins with something to do; with every half of it, or nothing."""
        if not self.grammar.commands and not self.grammar.orders:
            return Declined("command")
        fit = self.commander.told(words, talk.text, talk.resolver)
        if fit is not None and fit.complete:
            return (fit,)
        named = self.commander.begun_with_target(words, talk.text, talk.resolver)
        if named is not None:
            return (named,)
        for way in dict.fromkeys((words, *parted(words, self.grammar, self.readings))):
            halves = self._halves(way, base, talk)
            if isinstance(halves, tuple):
                return halves
        return refused(fit, words)

    def complete(self, words: Words, talk: TalkNow) -> Fit | Outcome:
        """The best frame that explains every word; otherwise what to say instead."""
        key = (len(talk.turns), words)
        if key not in self.fitted:
            self.fitted[key] = self._completed(words, talk)
        return self.fitted[key]

    def _completed(self, words: Words, talk: TalkNow) -> Fit | Outcome:
        best: list[Fit] = []
        disagreeing: Asked | None = None
        for reading in self.readings(words):
            found = fits(words, reading, self.grammar, self.index, self.grammar.frames)
            if found and found[0].complete:
                if not best or not best[0].complete:
                    best = found
                elif self._is_only_named(best[0]):
                    best = best if isinstance(talk.resolver.resolve((found[0],)), Asked) else found
                elif not self._is_only_named(found[0]):
                    disagreeing = disagreement(best[0], found[0], talk.resolver)
            elif not best:
                best = found
        if disagreeing is not None:
            return disagreeing
        if best and best[0].complete:
            return best[0]
        return self._refusal(words, best)

    def _is_only_named(self, fit: Fit) -> bool:
        """Whether what to do is a procedure's whole name; better is a thing that one does it to."""
        ids = {i for fill in fit.fills.values() for i in fill.tag.ids}
        return bool(ids) and all(self.index.things[i].kind == "procedure" for i in ids)

    def _refusal(self, words: Words, found: list[Fit]) -> Outcome:
        missing = next((f for f in found if f.bound.cues and not f.leftover and f.missing is not None), None)
        if missing is not None and missing.missing is not None:
            key = missing.missing.argument or f"@{missing.missing.takes[0]}"
            return Asked("missing", (missing,), 0, key, "")
        reading = self.readings(words)[0]
        fillers = {w for f in self.grammar.lexicon.fillers for w in f}
        covered = {at for t in reading for at in range(t.start, t.end)}
        loose = [w.raw for at, w in enumerate(words) if at not in covered and w.text not in fillers]
        names = [t for t in reading if t.role == "name"]
        if not loose and len(names) == 1 and len(reading) == 1:
            return Declined("bare", (), min(names[0].ids))
        if (
            any(t.role == "state" for t in reading)
            and reading
            and not set(texts(words)) & self.grammar.lexicon.questions
        ):
            return Declined("command")
        return Declined("words", found[0].leftover if found else tuple(loose))

    def _continuation(self, words: Words, base: Fit | None, talk: TalkNow, *, alone: bool) -> Fit | None:
        plain = clauses.without_commas(words)
        if alone and base is None and len(plain) > SHORT:
            return None
        earlier = base or talk.last_fit()
        if earlier is None or (alone and base is None and earlier.bound.frame.act is not None):
            return None
        acts = earlier.bound.frame.act is not None
        for reading in (self.commander.readings(plain) if acts else self.readings(plain))[:2]:
            fit = followup.continued(earlier, plain, reading, self.grammar, self.index)
            if fit is not None and not (base is not None and adds(base, fit)):
                return fit
        return None

    def _halves(self, words: Words, base: Fit | None, talk: TalkNow) -> tuple[Fit, ...] | Outcome | None:
        refusal: Outcome | None = None
        cuts = clauses.splits(words, self.grammar.lexicon)
        if len(cuts) >= MOST_PARTS or self.tries[len(talk.turns)] > _MOST_TRIES:
            return None
        for left, right in cuts:
            if right[0].text == _EITHER:
                return Declined("words", (right[0].raw,))
            if not clauses.is_command(right, self.grammar.lexicon) and excepts(left, self.grammar.lexicon):
                continue
            first = self._first_half(left, right, base, talk)
            if not isinstance(first, tuple):
                refusal = refusal or (first if first == Declined("command") else None)
                continue
            second = self.clause(right, first[-1], talk)
            if isinstance(second, tuple):
                return (*first, *second)
            refusal = refusal or second
        return refusal

    def _first_half(self, left: Words, right: Words, base: Fit | None, talk: TalkNow) -> tuple[Fit, ...] | Outcome:
        """The first half, with what the second one says for both: how much, of what, or where.

        "Dim the desk lamp" and "the floor lamp to 30 percent"; "the kitchen" and "hall lights"; "turn off the lights"
        and "the fan in the bathroom".
        """
        mine, theirs = (self.commander.readings(clauses.without_commas(w))[0] for w in (left, right))
        noun = next((w for w in reversed(right) if (w.text,) in self.grammar.nouns), None)
        last = theirs[-1] if theirs and theirs[-1].end == len(right) and len(theirs) > 1 else None
        is_told = clauses.is_command(left, self.grammar.lexicon) and not clauses.is_command(right, self.grammar.lexicon)
        if is_told and last is not None and last.quantity is not None and all(t.quantity is None for t in mine):
            amount = right[last.start :]
            found = self.clause((*left, noun, *amount), base, talk) if noun and not _names_a_thing(mine) else None
            return (
                found if isinstance(found, tuple) and has_target(found) else self.clause((*left, *amount), base, talk)
            )
        if is_told and last is not None and self._is_place(last) and any(t.role == "class" for t in mine):
            found = self.clause((*left, *self._placed(right, last)), base, talk)
            if not any(map(self._is_place, mine)) and told_things(
                talk.resolver.resolve(found) if isinstance(found, tuple) else found
            ):
                return found
        first = self.clause(left, base, talk)
        whole = isinstance(first, tuple) and not first[-1].fills and told_things(talk.resolver.resolve(first))
        shares = noun is right[-1] and not has_target(first) and not whole
        return self.clause((*left, right[-1]), base, talk) if shares else first

    def _is_place(self, tag: Tag) -> bool:
        return tag.role == "name" and any(self.index.things[i].kind in PLACES for i in tag.ids)

    def _placed(self, words: Words, place: Tag) -> Words:
        """The words that say where, with their preposition."""
        start = place.start
        while start and words[start - 1].text in self.grammar.lexicon.determiners | _WITHIN:
            start -= 1
        return words[start:]


def _names_a_thing(reading: Reading) -> bool:
    return any(tag.role == "class" for tag in reading)
