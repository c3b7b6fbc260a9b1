"""What is said beside a request and asks for nothing: "granny is at the door", "I can't see", "thank you for that".

Such an aside tells how things are: somebody or something, a verb of what happens, and whatever follows, in any words.
It holds nothing that could change what is asked: no verb of command where one could begin, no condition, no other time,
nothing reported or imagined. What it names is told, so that whoever leaves it aside can see whether that matters.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from parlour.models.intents.aside_wording import in_full, opened, wanting, will
from parlour.models.intents.aside_words import AsideWords, english_asides
from parlour.models.intents.clauses import Words, bare, is_command, texts, without_commas
from parlour.models.intents.fitting import PLACES
from parlour.models.intents.frames import Grammar
from parlour.models.intents.index import NameIndex
from parlour.models.intents.variants import Phrase
from parlour.models.intents.verb_forms import is_base, is_participle, is_regular_past, is_third

_LONGEST = 22
_LATEST_VERB = 6
_FEW = 3
_ALIKE = (("like", "a"), ("like", "an"))
"""What stands behind these is named to compare with it: "like an oven"."""
_SEVERAL = frozenset({"i", "we", "they", "these", "those", "can", "will", "do", "does", "did", "not"})
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
    is_wanting: bool = True
    """Whether it may say what ought to be, of what it names."""
    is_singular: bool = True
    """Whether nothing in it is a word for several things that the home does not know."""
    is_plain: bool = True
    """Whether every word of it is one that names nothing, known or unknown to the home."""


@dataclass(frozen=True, slots=True)
class Asides:
    """Tells asides from requests, for one home."""

    grammar: Grammar
    index: NameIndex
    words: AsideWords = field(default_factory=english_asides)

    def aside(self, part: Words, *, loosely: bool = False, going_on: bool = False) -> Aside | None:
        """What a part says where it asks for nothing; None where it may ask or change something.

        `loosely` is enough beside a question, which changes nothing: any statement, about any time. One that is
        `going_on` stands behind another one, of which it may say more: "…, which is nice".
        """
        plain = without_commas(part)
        if going_on and plain[1:] and plain[0].text in self.words.relating:
            plain = (replace(plain[0], text="this"), *plain[1:])
        if self._is_for_somebody(plain):
            return Aside(is_for_somebody=True)
        if any(w.stop and w.raw == "?" for w in part) or len(plain) > _LONGEST:
            return None
        if (routine := self._routine(plain)) is not None:
            return Aside((routine,))
        said = will(tuple(text for at, w in enumerate(plain) for text in opened(w, plain[at + 1 : at + 2])))
        if not said or said in self.words.exclamations or self._is_called_out(said):
            return Aside()
        is_scene = said[-1] in self.words.scenes and len(said) < _FEW and said[0] not in self.words.pronouns
        if is_scene and not self._is_barred(said, loosely=False):
            return Aside()
        if is_command(bare(part, self.grammar.lexicon), self.grammar.lexicon) and not self._is_own_doing(said):
            return None
        said = self._unhedged(self._unended(wanting(said)))
        mentions = tuple(self._mentions(plain))
        is_here = self._is_here(said) or self._is_about_a_place(said, mentions)
        is_wanting = not self.words.wanting.isdisjoint(said)
        is_plain = not mentions and self._is_plain(said)
        found = Aside(mentions, is_here=is_here, is_wanting=is_wanting, is_plain=is_plain)
        found = replace(found, is_singular=not mentions and self._is_plain(tuple(w for w in said if w[-1:] == "s")))
        if not said or said in self.words.exclamations:
            return found
        if self._asks(said, loosely=loosely):
            return None
        return found if self._is_statement(in_full(said, self.words), loosely=loosely) else None

    def _routine(self, words: Words) -> Mention | None:
        """ "Film night!": nothing but the name of what is activated, by which it is asked for beside it."""
        end, ids = self.index.trie.longest(texts(words), 0)
        is_whole = bool(ids) and end == len(words)
        is_routine = is_whole and all(self.index.things[i].kind == "automation" for i in ids)
        return Mention(words, frozenset(ids), is_place=False) if is_routine else None

    def _is_called_out(self, said: Phrase) -> bool:
        """ "Oh heavens": a word or two behind such a beginning, none of which could say anything of a request."""
        lexicon, rest = self.grammar.lexicon, said[1:]
        if said[0] not in self.words.calling or not 0 < len(rest) < _FEW:
            return False
        telling = lexicon.commands | lexicon.questions | self.words.negations | self.words.denied
        is_idle = telling.isdisjoint(rest) and not any(map(self.index.knows, rest))
        return is_idle and not self._is_barred(rest, loosely=False)

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
            ending = self.words.exclamations.ending(said[1:])
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
        if lexicon.requests.at(said):
            return True
        if said[0] in lexicon.questions - self.words.dropped or said[0] in lexicon.commands - self.words.people:
            return said[0] not in self.words.dropped
        for before, word in pairwise(said):
            is_doing = before in self.words.pronouns | self.words.people | self.words.adverbs - {"also", "now"}
            is_none = loosely or before in self.words.licensing or is_doing or word in self.words.verbs
            is_none = is_none or before in self.words.auxiliary
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
        degree = rest[1:] if rest[0] in words.adverbs and rest[1:] else rest
        if is_placed or ((words.degrees.at(rest) or words.degrees.at(degree)) and words.negations.isdisjoint(rest)):
            where = next((at for at, w in enumerate(rest) if w in self.words.within), len(rest))
            return (where <= _FEW and self._knows_the_place(rest)) or (loosely and len(rest) < 2 * _FEW)
        if rest[-1] in words.scenes and len(rest) <= _FEW and rest[0] not in words.pronouns:
            return True
        if (rest[0] in words.dropped or (not loosely and self._is_dropped(rest[0]))) and (len(rest) > 1 or placed):
            return True
        end = rest[-2:]
        ready = (
            len(end) > 1
            and len(rest) <= _FEW + 1
            and end[-1] in words.ready
            and end[0].endswith("s")
            and len(end[0]) > _FEW
        )
        return ready or any(self._says(rest, at, placed, loosely=loosely) for at in self._verbs(rest, loosely=loosely))

    def _is_barred(self, said: Phrase, *, loosely: bool, but: frozenset[str] = frozenset()) -> bool:
        barred = any(w not in but and self.words.never.at(said, at) for at, w in enumerate(said))
        if barred or any(self._is_amount(said, at) for at, w in enumerate(said) if w.isdigit()):
            return not loosely or not (self.words.conditions | self.words.asking).isdisjoint(said)
        return not loosely and "you" in said and not any(said[: len(c)] == c for c in self.words.courtesies)

    def _is_amount(self, said: Phrase, at: int) -> bool:
        """Whether a number may say when or how much, and not only how many of what: "all 3 kids are asleep"."""
        before, behind = said[at - 1 : at], said[at + 1 : at + 2]
        if not before or before[0] in self.words.timing:
            return True
        return before[0] not in self.words.counting and (not behind or behind[0] in self.words.measuring)

    def _is_dropped(self, word: str) -> bool:
        """Whether it tells of oneself without "I": "forgot a plate", "hearing thunder"."""
        commands = self.grammar.lexicon.commands
        is_past = is_regular_past(word) or (word in self.words.pasts and not is_base(word))
        return (is_past or is_participle(word)) and word not in commands

    def _verbs(self, said: Phrase, *, loosely: bool) -> Iterator[int]:
        """Where a verb is. Beside a question, where less is barred, only one that is known to report nothing."""
        ends = range(1, min(len(said), _LATEST_VERB + 1))
        return (at for at in ends if said[at] in self.words.doing or (not loosely and self._is_verb_at(said, at)))

    def _is_plural_noun(self, about: Sequence[str]) -> bool:
        """Whether it ends in more than one of something: "my eyes"."""
        return len(about) > 1 and about[-1].endswith("s") and about[-1] not in self.words.doing

    def _is_verb_at(self, said: Phrase, at: int) -> bool:
        """Whether a word that may be a verb stands where one can: behind who or what it is about."""
        about = [w for w in said[:at] if w not in self.words.adverbs]
        if not about or about[-1] in self.grammar.lexicon.determiners | self.words.within | self.words.links:
            return False
        word = said[at]
        if word in self.words.negations | self.words.pronouns | self.words.joining:
            return False
        if word in self.words.pasts or is_regular_past(word) or is_third(word):
            return True
        plural = about[-1] in _SEVERAL or self._is_plural_noun(about)
        is_own = about[-1:] == about and about[0] in self.words.persons
        return plural and (is_own or word not in self.grammar.lexicon.commands) and is_base(word)

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
        is_felt = about[0] in words.possessive - {"the"} and about[-1].endswith("s") and is_base(said[at])
        if not rest and not placed and not is_felt and said[at] not in words.alone:
            return False
        if loosely:
            return True
        impersonal = len(about) == 1 and about[0] in self.words.impersonal
        if said[at] in ("will", "can", "must") and impersonal:
            return False
        if "and" in rest and self.words.doing.isdisjoint(rest[len(rest) - rest[::-1].index("and") :]):
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
        soon = self.words.soon if not said or said[0] not in self.words.impersonal else None
        is_past = any(w in self.words.pasts or is_regular_past(w) for w in said)
        kept: list[str] = []
        at, found = 0, False
        while at < len(said):
            idiom = (self.words.idioms.at(said, at) or (soon.at(said, at) if soon else ())) if at else ()
            idiom = idiom or (self.words.ago.at(said, at) if is_past else ())
            found = found or bool(idiom)
            kept += () if idiom else (said[at],)
            at += len(idiom) or 1
        return tuple(kept), found

    def _is_about_a_place(self, said: Phrase, mentions: Sequence[Mention]) -> bool:
        """ "The bedroom is like a sauna"."""
        start = next((at for at, w in enumerate(said) if w not in self.grammar.lexicon.determiners), 0)
        if not mentions or not mentions[0].is_place:
            return False
        end = start + len(mentions[0].words)
        return said[start:end] == texts(mentions[0].words) and not self.words.being.isdisjoint(said[end : end + 1])

    def _is_here(self, said: Phrase) -> bool:
        """ "It is freezing in the studio", "we are in the garden", "so dark in the hall"."""
        if (said[:1] and said[0] in self.words.weather) or "here" in said:
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
        rest = self._without_idioms(said)[0]
        return all(w in known or rest[at - 1 : at] in self.words.linking for at, w in enumerate(rest))

    def _mentions(self, words: Words) -> Iterator[Mention]:
        """Every name and noun of the home in it, but for the home itself."""
        said = texts(words)
        idle = {at for start, end in self._idiom_spans(said) for at in range(start, end)}
        idle |= {at for at in range(2, len(said)) if said[at - 2 : at] in _ALIKE}
        at = 0
        while at < len(said):
            end, ids = self.index.trie.longest(said, at)
            noun_end, noun, _ = self.index.noun_at(said, at)
            if noun_end > end or not ids:
                end, ids = noun_end if noun else at, frozenset[str](self.index.classes.get(noun, ()) if noun else ())
            ids = frozenset[str](i for i in ids if self.index.things[i].kind in _NAMED)
            is_noun = at == 0 or said[at - 1] in self.grammar.lexicon.determiners
            is_other = end == at + 1 and said[at] in self.words.known and not is_noun
            if not ids or set(range(at, end)) <= idle or is_other:
                at += 1
                continue
            yield Mention(words[at:end], ids, all(self.index.things[i].kind in PLACES for i in ids))
            at = end

    def _idiom_spans(self, said: Phrase) -> Iterable[tuple[int, int]]:
        return ((at, at + len(self.words.idioms.at(said, at))) for at in range(1, len(said)))
