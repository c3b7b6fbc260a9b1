"""From what was said to what is to be done: the stages in order. Pure; the same talk gives the same outcome."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from parlour.models.intents import clauses, followup
from parlour.models.intents.agreeing import Agreement
from parlour.models.intents.aside_words import english_asides
from parlour.models.intents.asides import Asides
from parlour.models.intents.clause_reading import MOST_PARTS, SHORT, ClauseReader
from parlour.models.intents.clauses import Words, texts
from parlour.models.intents.commanding import Commander, sure_of
from parlour.models.intents.correcting import corrected, taken_back
from parlour.models.intents.determining import plainly_determined
from parlour.models.intents.fitting import Fit
from parlour.models.intents.followup import Turn
from parlour.models.intents.frames import Grammar
from parlour.models.intents.halves import has_target
from parlour.models.intents.hearts import Heart, Hearts
from parlour.models.intents.hesitating import without_hesitations
from parlour.models.intents.index import NameIndex
from parlour.models.intents.loosely import LooseReader
from parlour.models.intents.mending import Mender
from parlour.models.intents.normalise import Word, words_of
from parlour.models.intents.outcome import Asked, Declined, Outcome, Plan, Social
from parlour.models.intents.repeating import repeated
from parlour.models.intents.rereading import reread
from parlour.models.intents.resolving import Resolver
from parlour.models.intents.spelling import repaired, with_particles
from parlour.models.intents.tagging import Reading
from parlour.models.intents.talk_now import TalkNow
from parlour.models.intents.wishing import as_own_wishes

_FARTHEST = 8
_PASSED = 3
"""A request may begin behind two words: "oh well, could you"."""
_AT_ONCE = frozenset({"now", "quick", "quickly", "immediately", "hurry", "fast"})
_UNCLEAR = ("antecedent", "missing", "sure")
_UNNOTED = (*_UNCLEAR, "meant")
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
    hearts: dict[Words, tuple[list[Heart], Iterator[Heart]]] = field(
        default_factory=dict[Words, "tuple[list[Heart], Iterator[Heart]]"]
    )
    """The hearts of what was said, as far as they were found."""
    kept: list[ClauseReader] = field(default_factory=list[ClauseReader])
    """Who reads the clauses of this talk, once there are any."""

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
        words = without_hesitations(words, lexicon, self.index.knows)
        written, words = words, repaired(words, self.known, self.index.long_words)
        words = with_particles(words, lexicon.switching, lexicon.determiners)
        words = plainly_determined(words, self.index, lexicon, self.grammar.structure)
        words = taken_back(words, lexicon) if len(turns) > 1 else words
        words = as_own_wishes(words, lexicon, english_asides(), self._is_vocabulary)
        self.read[len(turns)] = words
        again = repeated(words, self._talk(turns, depth), lexicon)
        if again is not None:
            return again
        outcome, whole = self._corrected(words, turns, depth) or self._outcome(words, turns, depth), words
        if isinstance(outcome, Declined) or (isinstance(outcome, Asked) and outcome.why in _UNCLEAR):
            words, outcome = self._heart(words, outcome, turns, depth)
            self.read[len(turns)] = words
            written = tuple(w for w in written if words and words[0].start <= w.start < words[-1].end)
        if not isinstance(outcome, Declined) or outcome.why not in _MENDABLE:
            return outcome
        if clauses.commands(words, lexicon) and not self.grammar.commands:
            return outcome
        unsure = (words, written) if words != written else (words,)
        mended = next((mended for w in unsure if (mended := self._mended(w, turns, depth))), None)
        return mended or self._loosely(whole, turns) or self._proposed(outcome, words, turns)

    def _loosely(self, words: Words, turns: Sequence[Turn]) -> Outcome | None:
        """What the words, or the heart of them, ask for when more of them is passed over; None for what is told."""
        if clauses.commands(words, self.grammar.lexicon):
            return None
        reader = LooseReader(self.grammar, self.index)
        resolver = Resolver(self.index, self.grammar, followup.talk_of(turns[:-1], self.index))
        whole = reader.read(words, self.readings, resolver)
        if whole is not None:
            return whole
        for heart in self._hearts(words):
            found = reader.read(heart.words, self.readings, resolver)
            if found is not None and heart.allows(found, self.index):
                self.read[len(turns)] = heart.words
                return found
        return None

    def _corrected(self, words: Words, turns: Sequence[Turn], depth: int) -> Outcome | None:
        """What is meant where one corrects oneself; None where nobody does."""
        for way in corrected(words, self.grammar.lexicon, self._names):
            outcome = self._outcome(way, turns, depth)
            if isinstance(outcome, Plan) or (isinstance(outcome, Asked) and outcome.candidates):
                self.read[len(turns)] = way
                return outcome
        return None

    def _names(self, words: Words) -> bool:
        """Whether the words name something, or a sort of things."""
        return any(tag.role in ("name", "class") for tag in self.readings(clauses.without_commas(words))[0])

    def _heart(self, words: Words, refusal: Outcome, turns: Sequence[Turn], depth: int) -> tuple[Words, Outcome]:
        """What is left of the words without what stands beside the request, and what it comes to."""
        least = words
        for heart in self._hearts(words):
            outcome = self._corrected(heart.words, turns, depth) or self._outcome(heart.words, turns, depth)
            if heart.allows(outcome, self.index) and (isinstance(refusal, Declined) or isinstance(outcome, Plan)):
                return heart.words, outcome
            if not heart.loosely:
                least = heart.words
        return (least if isinstance(refusal, Declined) else words), refusal

    def _hearts(self, words: Words) -> Iterator[Heart]:
        """Every heart of the words; found once, and only as far as they are asked for."""
        if words not in self.hearts:
            self.hearts[words] = [], Hearts(Asides(self.grammar, self.index)).of(words)
        found, more = self.hearts[words]
        yield from found
        for heart in more:
            found.append(heart)
            yield heart

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
        talk = self._talk(turns, depth)
        if len(parts) == 1 and (answer := self._answer(parts[0], talk)) is not None:
            return answer
        outcome = self._all(parts, talk)
        unclear = isinstance(outcome, Declined) or (isinstance(outcome, Asked) and outcome.why in _UNNOTED)
        return (self._noted(parts, talk) or outcome) if len(parts) == 2 and unclear else outcome

    def _talk(self, turns: Sequence[Turn], depth: int) -> TalkNow:
        resolver = Resolver(self.index, self.grammar, followup.talk_of(turns[:-1], self.index))
        return TalkNow(resolver, turns, lambda back: self._before(turns, back, depth))

    def readings(self, words: Words) -> list[Reading]:
        """The ways of tagging these words."""
        return self.reader.readings(words)

    def _before(self, turns: Sequence[Turn], back: int, depth: int) -> Outcome | None:
        if len(turns) <= back or depth >= _FARTHEST:
            return None
        return self.understand(turns[:-back], depth + back)

    @property
    def commander(self) -> Commander:
        """Who finds what a clause tells to do."""
        return self.reader.commander

    @property
    def reader(self) -> ClauseReader:
        """Who reads one clause."""
        if not self.kept:
            self.kept.append(ClauseReader(self.grammar, self.index))
        return self.kept[0]

    def known(self, word: str) -> bool:
        """Whether a word is vocabulary or part of a name."""
        return word in self.grammar.vocabulary or self.index.knows(word)

    def _is_vocabulary(self, word: str) -> bool:
        """Whether a word is vocabulary or a noun for things, and so no name of somebody."""
        return word in self.grammar.vocabulary or (word,) in self.grammar.nouns

    def _social(self, words: Words) -> Social | None:
        said, lexicon = texts(words), self.grammar.lexicon
        if said in lexicon.greetings:
            return Social("greeting")
        if said in lexicon.thanks:
            return Social("thanks")
        return Social("help") if said in lexicon.help else None

    def _all(self, parts: list[Words], talk: TalkNow) -> Outcome:
        """Every sentence, or none."""
        found: list[Fit] = []
        for part in parts:
            one = self.reader.clause(part, found[-1] if found else None, talk)
            if not isinstance(one, tuple) and len(parts) == 1 and talk.turns[-1].text.rstrip().endswith("?"):
                one = self._with_is(part, talk) or one
            if not isinstance(one, tuple) and len(parts) == 1:
                one = self.reader.wish(part, talk) or self._which_of(part, talk) or one
            if isinstance(one, Declined) and len(parts) == 1 and (one.why == "bare" or self._is_routine_named(part)):
                one = self._named_with_a_mark(one, part, talk) or self._routine(part, talk) or one
            if not isinstance(one, tuple):
                return one
            found.extend(one)
        if len(found) > MOST_PARTS:
            return Declined("words", tuple(w.raw for w in parts[-1]))
        outcome = talk.resolver.resolve(tuple(found))
        if self.agreement is not None and isinstance(outcome, Plan):
            outcome = self.agreement.checked(outcome)
        doubted = any(fit.wished for fit in found) or self._is_asked(talk.text)
        return sure_of(outcome) if isinstance(outcome, Plan) and doubted else outcome

    def _noted(self, parts: list[Words], talk: TalkNow) -> Outcome | None:
        """How the house has changed, and that it is to be noted: "We got a lamp for the hall. Add it as Shell"."""
        end = parts[0][-1].end
        whole = (*parts[0], Word(",", ",", end, end, True), *parts[1])
        found = self.reader.clause(whole, None, talk)
        if not isinstance(found, tuple) or not all(fit.bound.frame.order for fit in found):
            return None
        return talk.resolver.resolve(found)

    def _proposed(self, refusal: Declined, words: Words, turns: Sequence[Turn]) -> Outcome:
        """What only a second reader understands, to be asked about; otherwise the refusal."""
        parts = clauses.sentences(words)
        if self.agreement is None or not self.grammar.commands or len(parts) != 1:
            return refusal
        resolver = Resolver(self.index, self.grammar, followup.talk_of(turns[:-1], self.index))
        return self.agreement.proposed(clauses.bare(parts[0], self.grammar.lexicon), resolver) or refusal

    def _is_asked(self, text: str) -> bool:
        """Whether a question mark is meant as one; beside "could you" it is politeness."""
        words = words_of(text, self.grammar.lexicon.spoken)
        return any(w.stop and w.raw == "?" for w in words) and not self._is_requested(words)

    def _is_requested(self, words: Words) -> bool:
        """Whether a part of what was said, between two marks, begins with a request, or nearly, or ends with one."""
        requests = self.grammar.lexicon.requests
        starts = [0, *(at + 1 for at, w in enumerate(words) if w.stop)]
        said = texts(words)
        begun = any(requests.at(said, start + passed) for start in starts for passed in range(_PASSED))
        ended = any(requests.ending(said[:at]) for at, w in enumerate(words) if w.stop)
        return begun or ended or bool(requests.ending(texts(clauses.without_commas(words))))

    def _with_is(self, words: Words, talk: TalkNow) -> tuple[Fit, ...] | None:
        """ "dishwasher running?" is asked as if it began with "is"; a command is not."""
        lexicon = self.grammar.lexicon
        if clauses.is_command(words, lexicon) or lexicon.questions & set(texts(words)):
            return None
        first = Word("is", "", words[0].start, words[0].start)
        whole = self.reader.complete((first, *clauses.without_commas(words)), talk)
        return (whole,) if isinstance(whole, Fit) else None

    def _which_of(self, words: Words, talk: TalkNow) -> tuple[Fit, ...] | None:
        """Half a name, and nothing else, that several things share: it is asked which of them to tell about."""
        plain = clauses.without_commas(words)
        shared = [r[0] for r in self.readings(plain) if len(r) == 1 and r[0].role == "name" and len(r[0].ids) > 1]
        if not any((tag.start, tag.end) == (0, len(plain)) for tag in shared):
            return None
        whole = self.reader.complete((Word("about", "", words[0].start, words[0].start), *plain), talk)
        return (whole,) if isinstance(whole, Fit) else None

    def _is_routine_named(self, words: Words) -> bool:
        """Whether it ends in a noun for what is activated: "the cosy evening scene"."""
        plain = clauses.without_commas(words)
        return len(plain) > 1 and plain[-1].text in self.grammar.lexicon.routines

    def _routine(self, words: Words, talk: TalkNow) -> tuple[Fit, ...] | None:
        """A scene by its name alone is to be activated, if that is meant; beside a "please" it is."""
        way = (Word("activate", "", words[0].start, words[0].start), *clauses.without_commas(words))
        found = self.reader.clause(way, None, talk)
        if not isinstance(found, tuple) or found[0].bound.frame.act is None:
            return None
        said = words_of(talk.text, self.grammar.lexicon.spoken)
        meant = {i for fit in found for fill in fit.fills.values() for i in fill.tag.ids}
        is_scene = bool(meant) and all(self.index.things[i].kind == "automation" for i in meant)
        at_once = is_scene and (said[-1].raw == "!" or said[-1].text in _AT_ONCE)
        requested = at_once or self._is_requested(said)
        return tuple(replace(fit, wished=not requested) for fit in found)

    def _is_told(self, words: Words, talk: TalkNow) -> bool:
        """Whether it tells something to be done, and to what: "hall light on"."""
        found = self.reader.clause(words, None, talk) if len(words) > 1 else None
        return isinstance(found, tuple) and found[0].bound.frame.act is not None and has_target(found[:1])

    def _named_with_a_mark(self, bare: Declined, words: Words, talk: TalkNow) -> tuple[Fit, ...] | None:
        """ "Bin days?": what was noted, or only tells something, is asked about by its name and a question mark."""
        known = self.index.things.get(bare.thing or "")
        if known is None or known.kind not in ("note", "device") or not self._is_asked(talk.text):
            return None
        if any(able(known) for able in self.grammar.able.values()):
            return None
        first = Word("about", "", words[0].start, words[0].start)
        whole = self.reader.complete((first, *clauses.without_commas(words)), talk)
        return (whole,) if isinstance(whole, Fit) else None

    def _answer(self, words: Words, talk: TalkNow) -> Outcome | None:
        """The outcome when it answers a question of ours; None when it is something new."""
        if len(words) > SHORT or talk.pending() is None:
            return None
        if isinstance(self.reader.complete(words, talk), Fit) or self._is_told(words, talk):
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
        acts = asked.fits[asked.at].bound.frame.act is not None
        for reading in self.commander.readings(plain) if acts else self.readings(plain):
            fit = followup.continued(asked.fits[asked.at], plain, reading, self.grammar, self.index)
            if fit is not None:
                return talk.resolver.resolve((*asked.fits[: asked.at], fit, *asked.fits[asked.at + 1 :]))
        return None
