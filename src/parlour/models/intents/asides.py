"""What is said beside a request and asks for nothing: "granny is at the door", "I can't see", "thank you for that".

Such an aside tells how things are: somebody or something, a verb of what happens, and whatever follows, in any words.
It holds nothing that could change what is asked: no verb of command where one could begin, no condition, no other time,
nothing reported or imagined. What it names is told, so that whoever leaves it aside can see whether that matters.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from parlour.models.intents.aside_words import AsideWords, english_asides
from parlour.models.intents.clauses import Words, bare, is_command, texts, without_commas
from parlour.models.intents.fitting import PLACES
from parlour.models.intents.frames import Grammar
from parlour.models.intents.index import NameIndex
from parlour.models.intents.normalise import Word
from parlour.models.intents.variants import Phrase

_LONGEST = 22
_LATEST_VERB = 6
_FEW = 3
_NAMED = frozenset({"device", "door", "window", "room", "zone"})
"""What a request could be about; a scene may be called by any words."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Words that name something of the home."""

    words: Words
    ids: frozenset[str]
    is_place: bool


@dataclass(frozen=True, slots=True)
class Aside:
    """What may be left aside."""

    mentions: tuple[Mention, ...] = ()
    is_here: bool = False
    """Whether it tells how it is where one is, so that a place in it is the place of the request."""
    is_for_somebody: bool = False
    """Whether it tells for whom something is to be done, which says more of what is asked."""
    is_plain: bool = True
    """Whether every word of it is one that names nothing, known or unknown to the home."""


@dataclass(frozen=True, slots=True)
class Asides:
    """Tells asides from requests, for one home."""

    grammar: Grammar
    index: NameIndex
    words: AsideWords = field(default_factory=english_asides)

    def aside(self, part: Words, *, loosely: bool = False) -> Aside | None:
        """What a part says where it asks for nothing; None where it may ask or change something.

        `loosely` is enough beside a question, which changes nothing: any statement, about any time.
        """
        plain = without_commas(part)
        if self._is_for_somebody(plain):
            return Aside(is_for_somebody=True)
        if any(w.stop and w.raw == "?" for w in part) or len(plain) > _LONGEST:
            return None
        said = tuple(text for at, w in enumerate(plain) for text in _opened(w, plain[at + 1 : at + 2]))
        if said in self.words.exclamations or not said:
            return Aside()
        is_scene = said[-1] in self.words.scenes and len(said) < _FEW and said[0] not in self.words.pronouns
        if is_scene and not self._is_barred(said, loosely=False):
            return Aside()
        if is_command(bare(part, self.grammar.lexicon), self.grammar.lexicon) and not self._is_own_doing(said):
            return None
        said = self._unhedged(self._unended(_wanting(said)))
        mentions = tuple(self._mentions(plain))
        found = Aside(mentions, is_here=self._is_here(said), is_plain=not mentions and self._is_plain(said))
        if not said or said in self.words.exclamations:
            return found
        if self._asks(said, loosely=loosely):
            return None
        return found if self._is_statement(said, loosely=loosely) else None

    def _is_own_doing(self, said: Phrase) -> bool:
        """ "I need to wake up": what one does oneself, though a command could begin so."""
        return (
            said[0] in self.words.persons
            and said[1:3] in self.words.needing
            and said[3:4] != ()
            and said[3] in self.words.personal
        )

    def _is_for_somebody(self, words: Words) -> bool:
        """ "For grandma", "for Robin's tea": people, or who is known by a capital letter and is no day."""
        if len(words) < 2 or words[0].text != "for" or len(words) > 2 * _FEW:
            return False
        passed = (self.grammar.lexicon.determiners | {"please", "and"}) - self.words.people
        who = [w for w in words[1:] if w.text not in passed]
        if any((w.text,) in self.words.never or w.text.isdigit() for w in who) or self._is_barred(
            texts(who), loosely=False
        ):
            return False
        plain = [w for w in who if w.text not in self.words.people and not w.raw[:1].isupper()]
        return len(plain) < len(who) and (not plain or (len(plain) == 1 and who[-1] is plain[0] and "'" in who[0].raw))

    def _unended(self, said: Phrase) -> Phrase:
        """Without what is called out at the end: "… ugh"."""
        while len(said) > 2:
            ending = next((e for e in self.words.exclamations if len(e) < len(said) and said[-len(e) :] == e), ())
            if not ending:
                return said
            said = said[: -len(ending)]
        return said

    def _unhedged(self, said: Phrase) -> Phrase:
        """Without what one thinks of it, in front."""
        while said:
            second = next(iter(said[1:]), "")
            if said[0] in self.words.since and self._is_subject(second):
                said = said[1:]
                continue
            if said[0] == "so" and second and not self._is_subject(second):
                return said
            hedge = next((h for h in self.words.hedges if said[: len(h)] == h), ())
            if not hedge:
                return said
            said = said[len(hedge) :]
        return said

    def _is_subject(self, word: str) -> bool:
        return (
            word
            in self.words.pronouns
            | self.words.people
            | self.grammar.lexicon.determiners
            | self.words.licensing - {"to"}
        )

    def _asks(self, said: Phrase, *, loosely: bool) -> bool:
        """Whether it begins with a question or a request, or holds a command where one could begin."""
        lexicon = self.grammar.lexicon
        if any(said[: len(r)] == r for r in lexicon.requests):
            return True
        if said[0] in lexicon.questions - self.words.dropped or said[0] in lexicon.commands - self.words.people:
            return said[0] not in self.words.dropped
        for before, word in pairwise(said):
            is_doing = before in self.words.pronouns | self.words.people | self.words.adverbs - {"also", "now"}
            is_none = loosely or before in self.words.licensing or is_doing or word in self.words.verbs
            if word in lexicon.commands and not is_none:
                return True
            if word in lexicon.commands and before in self.words.beginning:
                return True
        return False

    def _is_statement(self, said: Phrase, *, loosely: bool) -> bool:
        words = self.words
        if any(said[: len(c)] == c for c in words.courtesies):
            return not self._is_barred(said, loosely=loosely, but=frozenset({"note", "mean", "minute", "hour"}))
        rest, placed = self._without_idioms(said)
        if not rest:
            return True
        if self._is_barred(rest, loosely=loosely):
            return False
        is_placed = rest[0] in words.weather and (placed or not words.within.isdisjoint(rest))
        if is_placed or any(rest[: len(d)] == d for d in words.degrees):
            where = next((at for at, w in enumerate(rest) if w in self.words.within), len(rest))
            return (where <= _FEW and self._knows_the_place(rest)) or (loosely and len(rest) < 2 * _FEW)
        if rest[-1] in words.scenes and len(rest) <= _FEW and rest[0] not in words.pronouns:
            return True
        if rest[0] in words.dropped and (len(rest) > 1 or placed):
            return True
        end = rest[-2:]
        ready = (
            len(end) > 1
            and len(rest) <= _FEW + 1
            and end[-1] in words.ready
            and end[0].endswith("s")
            and len(end[0]) > _FEW
        )
        return ready or any(self._says(rest, at, placed, loosely=loosely) for at in self._verbs(rest))

    def _is_barred(self, said: Phrase, *, loosely: bool, but: frozenset[str] = frozenset()) -> bool:
        barred = any(
            said[at : at + len(p)] == p for p in self.words.never if p[0] not in but for at in range(len(said))
        )
        if barred or any(w.isdigit() for w in said):
            return not loosely or not (self.words.conditions | self.words.asking).isdisjoint(said)
        return not loosely and "you" in said and not any(said[: len(c)] == c for c in self.words.courtesies)

    def _verbs(self, said: Phrase) -> Iterator[int]:
        known = self._doing
        return (at for at, w in enumerate(said[: _LATEST_VERB + 1]) if at and w in known)

    @property
    def _doing(self) -> frozenset[str]:
        return self.words.being | self.words.helping | self.words.verbs

    def _says(self, said: Phrase, at: int, placed: bool, *, loosely: bool) -> bool:
        """Whether the verb there has somebody or something before it, and behind it what it says."""
        words = self.words
        about = tuple(w for w in said[:at] if w not in words.adverbs)
        rest = tuple(w for w in said[at + 1 :] if w not in words.adverbs)
        if not about or about[0] in self.words.within or not self.words.negations.isdisjoint(about):
            return False
        if any(w in words.pronouns - {"there"} or w in self.words.joining for w in about[1:]) or (
            rest and rest[-1] in self.words.dangling
        ):
            return False
        if about[0] in words.pronouns and len(about) > (_FEW if about[0] in self.words.impersonal else 1):
            return False
        if not rest and not placed and said[at] not in words.alone:
            return False
        if loosely:
            return True
        impersonal = len(about) == 1 and about[0] in self.words.impersonal
        if said[at] in ("will", "can", "must") and impersonal:
            return False
        if "and" in rest and self._doing.isdisjoint(rest[len(rest) - rest[::-1].index("and") :]):
            return False
        if (
            impersonal
            and about[0] != "there"
            and not self.words.within.isdisjoint(rest)
            and not self._knows_the_place(rest)
        ):
            return False
        return self._denies_nothing(about, rest) or (placed and rest == ("not",) and about[0] in words.persons)

    def _denies_nothing(self, about: Phrase, rest: Phrase) -> bool:
        """A "not" of somebody says what one cannot; of "it", it could be the request that is not meant."""
        at = next((at for at, w in enumerate(rest) if w in self.words.negations), None)
        if at is None:
            return True
        if about[0] in self.words.impersonal:
            behind = rest[at + 1 : at + 2]
            return about[0] == "there" and bool(behind) and behind[0] not in self.grammar.lexicon.denied_by_no
        return self.words.denied.isdisjoint(rest[at:]) and rest[-1] not in self.words.unwanted | self.words.negations

    def _without_idioms(self, said: Phrase) -> tuple[Phrase, bool]:
        known = (
            self.words.idioms
            if said[:1] and said[0] in self.words.impersonal
            else (*self.words.idioms, *self.words.soon)
        )
        kept: list[str] = []
        at, found = 0, False
        while at < len(said):
            idiom = next((p for p in known if said[at : at + len(p)] == p), ()) if at else ()
            found = found or bool(idiom)
            kept += () if idiom else (said[at],)
            at += len(idiom) or 1
        return tuple(kept), found

    def _is_here(self, said: Phrase) -> bool:
        """ "It is freezing in the studio", "we are in the garden", "so dark in the hall"."""
        if said[:1] and said[0] in self.words.weather:
            return True
        verb = said[1:2] and said[1] in self.words.being
        return bool(verb and said[0] in ("it", "i", "we", "there")) or said[:1] in (("so",), ("too",), ("very",))

    def _knows_the_place(self, said: Phrase) -> bool:
        """Whether what stands behind each "in" is a place of the home."""
        return all(self._is_place_at(said, at + 1) for at, w in enumerate(said) if w in self.words.within)

    def _is_place_at(self, said: Phrase, at: int) -> bool:
        while at < len(said) and said[at] in self.grammar.lexicon.determiners:
            at += 1
        end, ids = self.index.trie.longest(said, at)
        return end > at and any(self.index.things[i].kind in PLACES for i in ids)

    def _is_plain(self, said: Phrase) -> bool:
        known = self.words.known | self.grammar.lexicon.determiners | self.words.within | self.words.negations
        return all(w in known for w in self._without_idioms(said)[0])

    def _mentions(self, words: Words) -> Iterator[Mention]:
        """Every name and noun of the home in it, but for the home itself."""
        said = texts(words)
        idle = {at for start, end in self._idiom_spans(said) for at in range(start, end)}
        at = 0
        while at < len(said):
            end, ids = self.index.trie.longest(said, at)
            noun_end, noun, _ = self.index.noun_at(said, at)
            if noun_end > end or not ids:
                end, ids = noun_end if noun else at, frozenset[str](self.index.classes.get(noun, ()) if noun else ())
            ids = frozenset[str](i for i in ids if self.index.things[i].kind in _NAMED)
            if not ids or set(range(at, end)) <= idle or (end == at + 1 and said[at] in self.words.known):
                at += 1
                continue
            yield Mention(words[at:end], ids, all(self.index.things[i].kind in PLACES for i in ids))
            at = end

    def _idiom_spans(self, said: Phrase) -> Iterable[tuple[int, int]]:
        return [
            (at, at + len(p)) for at in range(1, len(said)) for p in self.words.idioms if said[at : at + len(p)] == p
        ]


def _wanting(said: Phrase) -> Phrase:
    """ "She would like to" is "she wants to"."""
    for at in range(1, len(said) - 1):
        if said[at] == "would" and said[at + 1] in ("like", "love", "prefer"):
            return (*said[:at], "wants", *said[at + 2 :])
    return said


def _opened(word: Word, behind: Words) -> tuple[str, ...]:
    """ "Dinner's" in "dinner's ready" is "dinner is", and so is "its" in "its cold"."""
    if word.text == "its":
        return ("it", "is")
    is_short = word.raw.lower().replace("’", "'") == f"{word.text}'s" and not (behind and behind[0].start == word.start)
    return (word.text, "is") if is_short else (word.text,)
