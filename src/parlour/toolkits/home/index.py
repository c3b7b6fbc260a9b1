"""An index over the names of one home: by their exact form, by their words, and by words that are nearly theirs."""

import heapq
import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA, Prefix

from parlour.toolkits.home.labels import is_label
from parlour.toolkits.home.words import name_form, stem, words
from parlour.tools.language import NameChanges, Named

FARTHEST = 0.72
"""Words less alike than this are different words."""
MOST_CORRECTIONS = 5
COMMON = 2_000
"""A word that more things hold than this adds no candidates where a rarer one was said too."""

_ENDINGS = frozenset({"", "e", "s", "es", "ed", "er", "ers", "ing", "ings", "ion", "ions", "y", "ies"})
"""Words that differ only in these are one word in two forms."""


@dataclass(frozen=True, slots=True)
class Match:
    """A thing whose name is like what was said, and how much: 1.0 is the name itself."""

    named: Named
    likeness: float


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing with its names taken apart once: for each name its words as written, folded, and their stems."""

    named: Named
    forms: tuple[str, ...]
    stems: tuple[tuple[str, ...], ...]
    classes: frozenset[str]


class NameIndex:
    """The names of one home in memory, kept up to date by what `HomeNames` says has changed."""

    def __init__(self) -> None:
        self.version: int | None = None
        self._entries: dict[str, Entry] = {}
        self._forms: defaultdict[str, set[str]] = defaultdict(set)
        self._words: defaultdict[str, set[str]] = defaultdict(set)
        self._wordy: dict[str, list[str]] = {}
        self._vocabulary: list[str] | None = None

    def __len__(self) -> int:
        return len(self._entries)

    def apply(self, changes: NameChanges) -> None:
        """Take over what changed. What is older than the index is left alone."""
        if self.version is not None and changes.version <= self.version and not changes.whole:
            return
        if changes.whole:
            self._entries.clear()
            self._forms.clear()
            self._words.clear()
            self._wordy.clear()
        for thing_id in changes.gone:
            self._forget(thing_id)
        for named in changes.put:
            self._forget(named.id)
            entry = _entry(named)
            self._entries[named.id] = entry
            for name in named.names:
                self._forms[name_form(name)].add(named.id)
            for word in _words_of(entry):
                self._words[word].add(named.id)
            if wordy := [_letters(name) for name in named.names if not is_label(name)]:
                self._wordy[named.id] = wordy
        self.version = changes.version
        self._vocabulary = None

    def get(self, thing_id: str) -> Named | None:
        """The thing with this id."""
        entry = self._entries.get(thing_id)
        return entry.named if entry else None

    def entry(self, thing_id: str) -> Entry | None:
        """The thing with this id, its names taken apart."""
        return self._entries.get(thing_id)

    def called(self, text: str, kinds: Collection[str] = ()) -> list[Named]:
        """The things with exactly this name or alias, or with it after the name of their place; sorted by name."""
        form = name_form(text)
        ids = set(self._forms.get(form, ()))
        parts = form.split(" ")
        for cut in range(1, len(parts)):
            places = self._forms.get(" ".join(parts[:cut]), set())
            if places:
                own = self._forms.get(" ".join(parts[cut:]), ())
                ids |= {i for i in own if self._entries[i].named.place in places}
        found = [self._entries[i].named for i in ids]
        return sorted((n for n in found if not kinds or n.kind in kinds), key=lambda n: (n.names[0], n.id))

    def alike(self, text: str, kinds: Collection[str] = (), limit: int = 10) -> list[Match]:
        """The things whose names are most like `text`, best first."""
        form = name_form(text)
        said = [stem(word) for word in form.split(" ")]
        worth = self._candidates(said)
        fitting = worth if not kinds else [i for i in worth if self._entries[i].named.kind in kinds]
        best = heapq.nlargest(limit + 20, fitting, key=lambda i: (worth[i], i))
        found = [Match(self._entries[i].named, self._likeness(form, said, self._entries[i])) for i in best]
        return sorted(found, key=lambda m: (-m.likeness, m.named.names[0], m.named.id))[:limit]

    def corrections(self, word: str) -> dict[str, float]:
        """Words of names that `word` may stand for, each with how alike they are; itself first if it is one."""
        found = {word: 1.0} if word in self._words else {}
        if len(word) >= 3 and not word.isdigit():
            for known, likeness, _ in process.extract(
                word,
                self._spellings(),
                scorer=OSA.normalized_similarity,
                score_cutoff=FARTHEST if len(word) > 3 else 0.66,
                limit=MOST_CORRECTIONS,
            ):
                found.setdefault(known, likeness)
        return found

    def holders(self, word: str) -> Collection[str]:
        """The ids of the things that have this very word in a name or alias, or as a class."""
        return self._words.get(word, ())

    def wordy_in(self, text: str) -> frozenset[str]:
        """The ids of the things of which a name that is more than a label stands in a text, marked up or not."""
        letters = _letters(text)
        return frozenset(each for each, names in self._wordy.items() if any(name in letters for name in names))

    def _candidates(self, said: Sequence[str]) -> dict[str, float]:
        """Things that hold words like those said, and what that is worth: a rare word says more than a common one."""
        groups = [self.corrections(word) for word in dict.fromkeys(said)]
        sized = sorted(((sum(len(self._words[w]) for w in group), group) for group in groups), key=lambda g: g[0])
        worth: defaultdict[str, float] = defaultdict(float)
        for size, group in sized:
            rarity = 1 / math.log2(2 + size)
            if size > COMMON and worth:
                for thing_id in worth:
                    worth[thing_id] += rarity * max(
                        (near for word, near in group.items() if thing_id in self._words[word]), default=0.0
                    )
                continue
            best: dict[str, float] = {}
            for word, near in sorted(group.items(), key=lambda c: c[1]):
                best |= dict.fromkeys(self._words[word], near)
            for thing_id, near in best.items():
                worth[thing_id] += rarity * near
        return worth

    def _spellings(self) -> list[str]:
        if self._vocabulary is None:
            self._vocabulary = [word for word in self._words if not word.isdigit()]
        return self._vocabulary

    def _likeness(self, form: str, said: list[str], entry: Entry) -> float:
        place = self._entries.get(entry.named.place or "")
        around = entry.classes.union(*place.stems) if place else entry.classes
        return max(_name_likeness(form, said, *name, around) for name in zip(entry.forms, entry.stems, strict=True))

    def _forget(self, thing_id: str) -> None:
        old = self._entries.pop(thing_id, None)
        self._wordy.pop(thing_id, None)
        if old is not None:
            for form in map(name_form, old.named.names):
                _discard(self._forms, form, thing_id)
            for word in _words_of(old):
                _discard(self._words, word, thing_id)


def _entry(named: Named) -> Entry:
    taken_apart = [words(name) for name in named.names]
    return Entry(
        named=named,
        forms=tuple(" ".join(its) for its in taken_apart),
        stems=tuple(tuple(map(stem, its)) for its in taken_apart),
        classes=frozenset(stem(word) for text in named.classes for word in words(text)),
    )


def _letters(text: str) -> str:
    return "".join(each for each in text.casefold() if each.isalnum())


def _words_of(entry: Entry) -> set[str]:
    return set(entry.classes).union(*entry.stems)


def word_likeness(said: str, known: str) -> float:
    """How alike two words are, from 0 to 1; a beginning of at least four letters counts nearly as the word."""
    if said == known:
        return 1.0
    shared = int(Prefix.similarity(said, known))
    if shared >= 4 and {said[shared:], known[shared:]} <= _ENDINGS:
        return 0.95
    if shared >= 4 and shared == len(said):
        return 0.9
    return OSA.normalized_similarity(said, known)


def _name_likeness(form: str, said: list[str], name: str, own: tuple[str, ...], around: frozenset[str]) -> float:
    """How well `said` names the thing called `name` that stands among the words `around` (its place and class)."""
    found = 0.0
    for word in said:
        best = 1.0 if word in own else max((word_likeness(word, known) for known in own), default=0.0)
        if best < 0.95 and around:
            beside = 1.0 if word in around else max(word_likeness(word, known) for known in around)
            best = max(best, beside * 0.95)
        found += best if best >= FARTHEST else 0.0
    covered = sum(1 for known in own if known in said or max(word_likeness(w, known) for w in said) >= FARTHEST)
    share = found / len(said) * (0.75 + 0.25 * covered / max(len(own), 1))
    return max(OSA.normalized_similarity(form, name), share)


def _discard(index: defaultdict[str, set[str]], key: str, thing_id: str) -> None:
    index[key].discard(thing_id)
    if not index[key]:
        del index[key]
