"""A looser reader, of questions that nothing else reads: it passes over more words, and only ever looks something up.

Still every word is explained: it is in a slot, or one of a long list of words that change no such question. Whatever
tells a thing to do something is not read so.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce

from parlour.models.intents import clauses
from parlour.models.intents.clauses import Words, texts
from parlour.models.intents.fitting import Fit, fits, names_a_doing
from parlour.models.intents.frames import BoundFrame, Grammar
from parlour.models.intents.index import NameIndex
from parlour.models.intents.nouns import stem
from parlour.models.intents.outcome import Asked, Plan
from parlour.models.intents.resolving import Resolver
from parlour.models.intents.tagging import Reading, Tag

_MOST_WORDS = 30
_ASKING = frozenset({"what", "which", "where", "how", "whether", "wonder", "wondering", "whereabouts"})
_BEGINNING = frozenset({"any", "anything", "anywhere", "got"})
_LINKS = frozenset({"and", "so", "but", "again", "down", "okay"})
_POINTING = frozenset({"it", "there", "them"})
_WRITTEN = frozenset({"note", "procedure"})
"""What is called by a line of words, which are seldom said one behind the other."""


@dataclass(frozen=True, slots=True)
class LooseReader:
    """Reads questions about one home."""

    grammar: Grammar
    index: NameIndex

    def read(self, words: Words, tagger: Callable[[Words], list[Reading]], resolver: Resolver) -> Plan | Asked | None:
        """What is asked for, or which of several things is meant; None where it is not plain."""
        plain = clauses.without_commas(words)
        if not 0 < len(plain) <= _MOST_WORDS or not all(map(self._knows, texts(plain))) or not self._asks(words):
            return None
        readings = tagger(plain)
        pointed = [r for reading in readings for r in _without_pronouns(reading)]
        for reading in (*pointed, *self._scattered(texts(plain), readings[0])):
            for fit in self._fits(plain, reading):
                outcome = resolver.resolve((fit,))
                if isinstance(outcome, Plan) or (isinstance(outcome, Asked) and outcome.why == "which"):
                    return outcome
        return None

    def _knows(self, word: str) -> bool:
        """Whether a word may be explained: it is of the frames, of the vocabulary, of a name, or what one does."""
        grammar = self.grammar
        return (
            word in grammar.loose_words
            or word in grammar.vocabulary
            or self.index.knows(word)
            or word in self.index.stems
            or stem(word) in self.index.stems
            or bool(names_a_doing(word, self.index))
        )

    def _asks(self, words: Words) -> bool:
        """Whether it is a question, and no part of it tells something to be done."""
        lexicon = self.grammar.lexicon
        begun = {w.text for at, w in enumerate(words) if at == 0 or words[at - 1].stop or words[at - 1].text in _LINKS}
        asks = bool(begun & (lexicon.questions | _BEGINNING)) or not _ASKING.isdisjoint(texts(words))
        return (asks or any(w.raw == "?" for w in words)) and not clauses.commands(words, lexicon)

    def _fits(self, words: Words, reading: Reading) -> Iterator[Fit]:
        if not all(tag.sure for tag in reading):
            return
        for fit in fits(words, reading, self.grammar, self.index, self.grammar.loose):
            if fit.complete and (fit.action or not fit.bound.frame.action):
                yield fit

    def _scattered(self, said: tuple[str, ...], whole: Reading) -> Iterator[Reading]:
        """Words that stand in the name of one note or procedure, and of no other, with others between them.

        Not all of them name something else: "the mower" alone is none of what is written of it.
        """
        named = {at for tag in whole if tag.role in ("name", "class") for at in range(tag.start, tag.end)}
        for bound in self.grammar.loose:
            if not any(set(slot.takes) <= _WRITTEN for slot in bound.frame.slots):
                continue
            passed = _single(bound)
            at = [n for n, word in enumerate(said) if word not in passed]
            ids = reduce(frozenset[str].intersection, map(self._called, (said[n] for n in at))) if at else ()
            if len(ids) == 1 and not named.issuperset(at):
                yield (Tag("name", at[0], at[-1] + 1, frozenset(ids)),)

    def _called(self, word: str) -> frozenset[str]:
        """The notes and procedures in whose name a word stands, or what one does there."""
        every = self.index.things_named(stem(word)) | names_a_doing(word, self.index)
        return frozenset(i for i in every if self.index.things[i].kind in _WRITTEN)


def _single(bound: BoundFrame) -> frozenset[str]:
    """The words that a frame passes over by themselves or asks for, and those of its own phrases."""
    cued = {cue.words[0] for group in bound.cues for cue in group if len(cue.words) == 1}
    own = {word for filler in bound.frame.fillers for word in filler.split()}
    return frozenset(cued | own | {p[0] for every in bound.fillers.values() for p in every if len(p) == 1})


def _without_pronouns(reading: Reading) -> Iterator[Reading]:
    """Where something is named, "it" and "that" stand for it; otherwise for what was talked about."""
    named = tuple(tag for tag in reading if tag.role not in _POINTING)
    if any(tag.role in ("name", "class") for tag in named) and named != reading:
        yield named
    yield reading
