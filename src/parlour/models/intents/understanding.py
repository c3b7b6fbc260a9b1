"""From what was said to what is to be done: the stages in order. Pure; the same talk gives the same outcome."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from parlour.models.intents import clauses, followup
from parlour.models.intents.agreeing import Agreement
from parlour.models.intents.clauses import Words, texts
from parlour.models.intents.commanding import Commander, elided, parted, refused, sure_of
from parlour.models.intents.fitting import Fit, fits
from parlour.models.intents.followup import Turn
from parlour.models.intents.frames import Grammar
from parlour.models.intents.halves import adds, has_target
from parlour.models.intents.index import NameIndex
from parlour.models.intents.mending import Mender
from parlour.models.intents.normalise import Word, words_of
from parlour.models.intents.outcome import Asked, Declined, Outcome, Plan, Social
from parlour.models.intents.reasons import without_reasons
from parlour.models.intents.rereading import reread
from parlour.models.intents.resolving import Resolver
from parlour.models.intents.rewording import english_rewordings, is_of, reworded
from parlour.models.intents.spelling import repaired
from parlour.models.intents.tagging import Reading, readings

_FARTHEST = 8
_MOST_PARTS = 4
_SHORT = 7
_MENDABLE = ("words", "command", "nothing")


@dataclass(frozen=True, slots=True)
class Understander:
    """Understands questions about one home with one grammar."""

    grammar: Grammar
    index: NameIndex
    agreement: Agreement | None = None
    """Asks a second reader about commands to devices."""
    seen: dict[int, Outcome] = field(default_factory=dict[int, Outcome])
    """What the earlier turns of this one talk came to, by how many turns there were."""
    read: dict[int, Words] = field(default_factory=dict[int, "Words"])
    """The words of each turn as they were read, slips mended."""
    tagged: dict[tuple[str, ...], list[Reading]] = field(default_factory=dict[tuple[str, ...], "list[Reading]"])
    fitted: dict[tuple[int, Words], "Fit | Outcome"] = field(default_factory=dict[tuple[int, Words], "Fit | Outcome"])

    def understand(self, turns: Sequence[Turn], depth: int = 0) -> Outcome:
        """What the last turn asks for, given those before it."""
        if len(turns) not in self.seen:
            self.seen[len(turns)] = self._understood(turns, depth)
        return self.seen[len(turns)]

    def _understood(self, turns: Sequence[Turn], depth: int) -> Outcome:
        lexicon = self.grammar.lexicon
        words = words_of(turns[-1].text, lexicon.spoken) if turns else ()
        social = self._social(tuple(w for w in words if not w.stop))
        if social is not None:
            return social
        written, words = words, repaired(words, self.known, self.index.long_words)
        self.read[len(turns)] = words
        outcome = self._outcome(words, turns, depth)
        gist = without_reasons(words, self.grammar, self.index) if isinstance(outcome, Declined) else words
        if gist != words:
            written, words = without_reasons(written, self.grammar, self.index), gist
            self.read[len(turns)] = words
            outcome = self._outcome(words, turns, depth)
        if not isinstance(outcome, Declined) or outcome.why not in _MENDABLE:
            return outcome
        if clauses.commands(words, lexicon) and not self.grammar.commands:
            return outcome
        unsure = (words, written) if words != written else (words,)
        mended = next((mended for w in unsure if (mended := self._mended(w, turns, depth))), None)
        return mended or self._proposed(outcome, words, turns)

    def _mended(self, words: Words, turns: Sequence[Turn], depth: int) -> Outcome | None:
        """What the words come to when slips in them are mended; None unless there is just one such thing."""
        mender = Mender(self.known, self.grammar.structure, self.grammar.lexicon)
        found = reread(mender.mendings(words), lambda mended: self._outcome(mended, turns, depth))
        if found is None:
            return None
        self.read[len(turns)], outcome = found
        return outcome

    def _outcome(self, words: Words, turns: Sequence[Turn], depth: int) -> Outcome:
        parts = [bare for s in clauses.sentences(words) if (bare := clauses.bare(s, self.grammar.lexicon))]
        if not parts:
            return Declined("nothing")
        resolver = Resolver(self.index, self.grammar, followup.talk_of(turns[:-1], self.index))
        talk = _Talk(self, resolver, turns, depth)
        if len(parts) == 1 and (answer := self._answer(parts[0], talk)) is not None:
            return answer
        return self._all(parts, talk)

    def readings(self, words: Words) -> list[Reading]:
        """The ways of tagging these words; worked out once for a talk."""
        said = texts(words)
        if said not in self.tagged:
            self.tagged[said] = readings(said, self.grammar, self.index)
        return self.tagged[said]

    @property
    def commander(self) -> Commander:
        """Who finds what a clause tells to do."""
        return Commander(self.grammar, self.index, self.readings)

    def known(self, word: str) -> bool:
        """Whether a word is vocabulary or part of a name."""
        return word in self.grammar.vocabulary or self.index.knows(word)

    def _social(self, words: Words) -> Social | None:
        said, lexicon = texts(words), self.grammar.lexicon
        if said in lexicon.greetings:
            return Social("greeting")
        if said in lexicon.thanks:
            return Social("thanks")
        return Social("help") if said in lexicon.help else None

    def _all(self, parts: list[Words], talk: "_Talk") -> Outcome:
        """Every sentence, or none."""
        found: list[Fit] = []
        for part in parts:
            one = self.clause(part, found[-1] if found else None, talk)
            if not isinstance(one, tuple) and len(parts) == 1 and talk.turns[-1].text.rstrip().endswith("?"):
                one = self._with_is(part, talk) or one
            if not isinstance(one, tuple) and len(parts) == 1:
                one = self._which_of(part, talk) or one
            if not isinstance(one, tuple):
                return one
            found.extend(one)
        if len(found) > _MOST_PARTS:
            return Declined("words", tuple(w.raw for w in parts[-1]))
        outcome = talk.resolver.resolve(tuple(found))
        if self.agreement is not None and isinstance(outcome, Plan):
            outcome = self.agreement.checked(outcome)
        return sure_of(outcome) if isinstance(outcome, Plan) and self._is_asked(talk.text) else outcome

    def _proposed(self, refusal: Declined, words: Words, turns: Sequence[Turn]) -> Outcome:
        """What only a second reader understands, to be asked about; otherwise the refusal."""
        parts = clauses.sentences(words)
        if self.agreement is None or not self.grammar.commands or len(parts) != 1:
            return refusal
        resolver = Resolver(self.index, self.grammar, followup.talk_of(turns[:-1], self.index))
        return self.agreement.proposed(clauses.bare(parts[0], self.grammar.lexicon), resolver) or refusal

    def _is_asked(self, text: str) -> bool:
        """Whether a question mark is meant as one; behind "could you" it is politeness."""
        words = words_of(text, self.grammar.lexicon.spoken)
        said = texts(clauses.without_commas(words))
        longest = max(map(len, self.grammar.lexicon.commanding.requests), default=0)
        heads = {said[at : at + size] for at in range(3) for size in range(1, longest + 1)}
        return any(w.stop and w.raw == "?" for w in words) and heads.isdisjoint(
            self.grammar.lexicon.commanding.requests
        )

    def _with_is(self, words: Words, talk: "_Talk") -> tuple[Fit, ...] | None:
        """ "dishwasher running?" is asked as if it began with "is"; a command is not."""
        lexicon = self.grammar.lexicon
        if clauses.is_command(words, lexicon) or lexicon.questions & set(texts(words)):
            return None
        first = Word("is", "", words[0].start, words[0].start)
        whole = self.complete((first, *clauses.without_commas(words)), talk)
        return (whole,) if isinstance(whole, Fit) else None

    def _which_of(self, words: Words, talk: "_Talk") -> tuple[Fit, ...] | None:
        """Half a name, and nothing else, that several things share: it is asked which of them to tell about."""
        plain = clauses.without_commas(words)
        shared = [r[0] for r in self.readings(plain) if len(r) == 1 and r[0].role == "name" and len(r[0].ids) > 1]
        if not any((tag.start, tag.end) == (0, len(plain)) for tag in shared):
            return None
        whole = self.complete((Word("about", "", words[0].start, words[0].start), *plain), talk)
        return (whole,) if isinstance(whole, Fit) else None

    def _answer(self, words: Words, talk: "_Talk") -> Outcome | None:
        """The outcome when it answers a question of ours; None when it is something new."""
        if len(words) > _SHORT or talk.pending() is None:
            return None
        if isinstance(self.complete(words, talk), Fit):
            return None
        asked = talk.pending()
        assert asked is not None
        plain = clauses.without_commas(clauses.follow_up(words, self.grammar.lexicon)[0])
        if texts(plain) in self.grammar.lexicon.commanding.no:
            return Social("dropped")
        if asked.why == "meant":
            return talk.resolver.resolve(asked.fits) if texts(plain) in self.grammar.lexicon.yes else None
        if asked.candidates:
            left = followup.narrowed(asked, plain, self.grammar.lexicon, self.index)
            together = asked.together or texts(plain) in self.grammar.lexicon.commanding.all_of_them
            return talk.resolver.resolve(followup.chosen(asked, left, together=together)) if left else None
        for reading in self.readings(plain):
            fit = followup.continued(asked.fits[asked.at], plain, reading, self.grammar, self.index)
            if fit is not None:
                return talk.resolver.resolve((*asked.fits[: asked.at], fit, *asked.fits[asked.at + 1 :]))
        return None

    # --- one clause ------------------------------------------------------------------------------------------------

    def clause(self, words: Words, base: Fit | None, talk: "_Talk") -> tuple[Fit, ...] | Outcome:
        """The fits of a clause, as it was said or as the same is said otherwise."""
        found = self._as_said(words, base, talk)
        if isinstance(found, tuple) or (isinstance(found, Asked) and found.why != "missing"):
            return found
        bare = clauses.bare(words, self.grammar.lexicon)
        for plain in dict.fromkeys((words, bare, clauses.follow_up(bare, self.grammar.lexicon)[0])):
            for kind, way in reworded(plain, english_rewordings()):
                meant = self._as_said(way, base, talk)
                if not isinstance(meant, tuple) or not is_of(kind, meant):
                    continue
                if base is not None or not isinstance(talk.resolver.resolve(meant), Declined):
                    return meant
        return found

    def _as_said(self, words: Words, base: Fit | None, talk: "_Talk") -> tuple[Fit, ...] | Outcome:
        """The fits of a clause: in full, as a continuation, or as two clauses."""
        lexicon = self.grammar.lexicon
        words = clauses.bare(words, lexicon)
        rest, continuing = clauses.follow_up(words, lexicon)
        rest = clauses.bare(rest, lexicon)
        if not rest:
            return Declined("nothing")
        if clauses.is_command(rest, lexicon):
            return self._command(rest, base, talk)
        whole = self.complete(clauses.without_commas(rest), talk)
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

    def _command(self, words: Words, base: Fit | None, talk: "_Talk") -> tuple[Fit, ...] | Outcome:
        """The fits of a clause that begins with something to do; with every half of it, or nothing."""
        if not self.grammar.commands and not self.grammar.orders:
            return Declined("command")
        fit = self.commander.told(words, talk.text, talk.resolver)
        if fit is not None and fit.complete:
            return (fit,)
        for way in parted(words, self.grammar, self.readings):
            halves = self._halves(way, base, talk)
            if isinstance(halves, tuple):
                return halves
        return refused(fit, words)

    def complete(self, words: Words, talk: "_Talk") -> Fit | Outcome:
        """The best frame that explains every word; otherwise what to say instead."""
        key = (len(talk.turns), words)
        if key not in self.fitted:
            self.fitted[key] = self._completed(words, talk)
        return self.fitted[key]

    def _completed(self, words: Words, talk: "_Talk") -> Fit | Outcome:
        best: list[Fit] = []
        disagreeing: Asked | None = None
        for reading in self.readings(words):
            found = fits(words, reading, self.grammar, self.index, self.grammar.frames)
            if found and found[0].complete:
                if not best or not best[0].complete or self._is_only_named(best[0]):
                    best = found
                elif not self._is_only_named(found[0]):
                    disagreeing = _disagreement(best[0], found[0], talk.resolver)
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
        return bool(fit.bound.frame.action and ids) and all(self.index.things[i].kind == "procedure" for i in ids)

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

    def _continuation(self, words: Words, base: Fit | None, talk: "_Talk", *, alone: bool) -> Fit | None:
        plain = clauses.without_commas(words)
        if alone and base is None and len(plain) > _SHORT:
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

    def _halves(self, words: Words, base: Fit | None, talk: "_Talk") -> tuple[Fit, ...] | Outcome | None:
        refusal: Outcome | None = None
        cuts = clauses.splits(words, self.grammar.lexicon)
        if len(cuts) >= _MOST_PARTS:
            return None
        for left, right in cuts:
            first = self.clause(left, base, talk)
            shared = right[-1]
            if not has_target(first) and (shared.text,) in self.grammar.nouns:
                first = self.clause((*left, shared), base, talk)
            if not isinstance(first, tuple):
                refusal = refusal or (first if first == Declined("command") else None)
                continue
            second = self.clause(right, first[-1], talk)
            if isinstance(second, tuple):
                return (*first, *second)
            refusal = refusal or second
        return refusal


@dataclass(frozen=True, slots=True)
class _Talk:
    """The talk before the present turn, understood only when something asks for it."""

    understander: Understander
    resolver: Resolver
    turns: Sequence[Turn]
    depth: int

    @property
    def text(self) -> str:
        """What was said now, as it was written."""
        return self.turns[-1].text if self.turns else ""

    def last_fit(self) -> Fit | None:
        """The fit of the question before, when it was understood as it was answered then."""
        before = self._before()
        called = self.turns[-2].calls if len(self.turns) > 1 else ()
        if not isinstance(before, Plan) or [tool for tool, _ in before.calls()] != [name for name, _ in called]:
            return None
        return before.fits[-1]

    def pending(self) -> Asked | None:
        """The question of ours that is still open."""
        if len(self.turns) < 2 or self.turns[-2].calls:
            return None
        before = self._before()
        return before if isinstance(before, Asked) else None

    def _before(self) -> Outcome | None:
        if len(self.turns) < 2 or self.depth >= _FARTHEST:
            return None
        return self.understander.understand(self.turns[:-1], self.depth + 1)


def _disagreement(first: Fit, second: Fit, resolver: Resolver) -> Asked | None:
    """A question when two readings name different things."""
    one, other = resolver.resolve((first,)), resolver.resolve((second,))
    if not isinstance(one, Plan) or not isinstance(other, Plan) or first.bound != second.bound:
        return None
    for key, fill in first.fills.items():
        mine, theirs = one.arguments[0].get(key), other.arguments[0].get(key)
        if mine != theirs and isinstance(mine, str) and isinstance(theirs, str) and theirs in resolver.index.things:
            return Asked("which", (first,), 0, key, fill.said, tuple(sorted({mine, theirs})))
    return None
