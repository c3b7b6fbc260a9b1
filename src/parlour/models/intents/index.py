"""The names of one home as they are looked up: by whole name, by single word, by class, by place.

It is kept between questions and changed name by name; nothing here is ever rebuilt for a turn.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from parlour.models.intents.normalise import Spoken, plain_words
from parlour.models.intents.nouns import plural, stem
from parlour.models.intents.trie import Trie
from parlour.tools.language import NameChanges, Named

_THINGS = frozenset({"device", "door", "window"})
_ARTICLES = frozenset({"the", "a", "an", "my", "our"})
_DEEPEST = 8
_LONG = 8
_LONGEST_NOUN = 4


@dataclass(slots=True)
class NameIndex:
    """What there is, and what it is called."""

    spoken: Spoken
    version: int | None = None
    things: dict[str, Named] = field(default_factory=dict[str, Named])
    trie: Trie = field(default_factory=Trie)
    words: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Word → the ids of everything in one of whose names it stands."""
    stems: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """The same without the endings of plurals."""
    classes: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    """Class → the ids of what belongs to it."""
    long_words: Counter[str] = field(default_factory=Counter[str])
    class_words: Counter[str] = field(default_factory=Counter[str])
    nouns: dict[tuple[str, ...], tuple[str, bool]] = field(default_factory=dict[tuple[str, ...], tuple[str, bool]])
    """Nouns → the class and whether it is a plural; what is no longer there is found to be empty."""
    kept: dict[tuple[int, str | None], tuple[object, list[str]]] = field(
        default_factory=dict[tuple[int, "str | None"], tuple[object, "list[str]"]]
    )
    """Questions made from these names, by how many and about what, each with what else they were made from.
    Forgotten with every change."""

    def apply(self, changes: NameChanges) -> None:
        """Take changes in, name by name."""
        if changes.whole:
            kept = {n.id for n in changes.put}
            for thing in [t for t in self.things if t not in kept]:
                self._forget(thing)
        for thing in changes.gone:
            self._forget(thing)
        for named in changes.put:
            if self.things.get(named.id) != named:
                self._forget(named.id)
                self._learn(named)
        self.version = changes.version

    def knows(self, word: str) -> bool:
        """Whether a name or a class holds this word."""
        return word in self.words or word in self.class_words

    def things_named(self, stemmed: str) -> frozenset[str]:
        """What has this word, without the ending of a plural, in one of its names."""
        return frozenset(self.stems.get(stemmed, ()))

    def things_of(self, noun: str) -> frozenset[str]:
        """What belongs to the class that this noun, singular or plural, means."""
        known = self.nouns.get((noun,))
        return frozenset(self.classes.get(known[0], ())) if known else frozenset()

    def called(self, words: tuple[str, ...]) -> frozenset[str]:
        """What is called exactly so."""
        return self.trie.at(words)

    def stems_of(self, thing: str) -> frozenset[str]:
        """Every word of its names, without the endings of plurals."""
        known = self.things.get(thing)
        return frozenset(stem(w) for phrase in self.phrases(known) for w in phrase) if known else frozenset()

    def noun_at(self, words: tuple[str, ...], at: int) -> tuple[int, str, bool]:
        """The longest class noun that begins here: its end, its class ("" when there is none), whether a plural."""
        for end in range(min(len(words), at + _LONGEST_NOUN), at, -1):
            known = self.nouns.get(words[at:end])
            if known and known[0] in self.classes:
                return end, known[0], known[1]
        return at, "", False

    def within(self, thing: str, place: str) -> bool:
        """Whether `thing` is `place`, or in it, or in something that is in it …"""
        at: str | None = thing
        for _ in range(_DEEPEST):
            if at == place:
                return True
            known = self.things.get(at) if at else None
            if known is None:
                return False
            at = known.place
        return False

    def name(self, thing: str) -> str:
        """What it is properly called."""
        known = self.things.get(thing)
        return known.names[0] if known and known.names else thing

    def phrases(self, named: Named) -> set[tuple[str, ...]]:
        """Every way of writing its names, as words; hyphens may be written together."""
        written = [spelling for name in named.names for spelling in _spellings(name)]
        found = {words for text in written if (words := plain_words(text, self.spoken))}
        return found | {words[1:] for words in found if len(words) > 1 and words[0] in _ARTICLES}

    def _learn(self, named: Named) -> None:
        self.kept.clear()
        self.things[named.id] = named
        phrases = self.phrases(named)
        for phrase in phrases | _joined(phrases):
            self.trie.put(phrase, named.id)
        for phrase in phrases:
            for word in phrase:
                self.words.setdefault(word, set()).add(named.id)
                self.stems.setdefault(stem(word), set()).add(named.id)
                if len(word) >= _LONG:
                    self.long_words[word] += 1
        for noun in _telling(named):
            self.classes.setdefault(noun, set()).add(named.id)
            self.class_words.update(_class_words(noun))
            self.nouns[tuple(plural(noun).split())] = (noun, True)
            self.nouns[tuple(noun.split())] = (noun, False)

    def _forget(self, thing: str) -> None:
        named = self.things.pop(thing, None)
        if named is None:
            return
        self.kept.clear()
        phrases = self.phrases(named)
        for phrase in phrases | _joined(phrases):
            self.trie.remove(phrase, thing)
        for phrase in phrases:
            for word in phrase:
                _drop(self.words, word, thing)
                _drop(self.stems, stem(word), thing)
                if len(word) >= _LONG:
                    _count_down(self.long_words, [word])
        for noun in _telling(named):
            _drop(self.classes, noun, thing)
            _count_down(self.class_words, _class_words(noun))


def _spellings(name: str) -> Iterable[str]:
    yield name
    if "-" in name:
        yield name.replace("-", "")
        yield name.replace("-", " ")


def _telling(named: Named) -> Iterable[str]:
    """Its classes, without one that only says its kind, as "room" does of a room."""
    return [c for c in named.classes if c != named.kind or named.kind in _THINGS]


def _joined(phrases: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """Names of two words as they are written in one: "livingroom"."""
    return {("".join(p),) for p in phrases if len(p) == 2 and p[0] not in _ARTICLES}


def _class_words(noun: str) -> list[str]:
    return [*noun.split(), *plural(noun).split()]


def _drop(table: dict[str, set[str]], key: str, thing: str) -> None:
    ids = table.get(key)
    if ids is None:
        return
    ids.discard(thing)
    if not ids:
        del table[key]


def _count_down(counter: Counter[str], words: Iterable[str]) -> None:
    for word in words:
        counter[word] -= 1
        if counter[word] <= 0:
            del counter[word]
