"""An index over the names of one home: by their exact form, by their words, and by words that are nearly theirs."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA, Prefix

from parlour.toolkits.home.words import fold, name_form, stem, words
from parlour.tools.language import NameChanges, Named

FARTHEST = 0.72
"""Words less alike than this are different words."""
MOST_CORRECTIONS = 5

_ENDINGS = frozenset({"", "e", "s", "es", "ed", "er", "ers", "ing", "ings", "ion", "ions", "y", "ies"})
"""Words that differ only in these are one word in two forms."""


@dataclass(frozen=True, slots=True)
class Match:
    """A thing whose name is like what was said, and how much: 1.0 is the name itself."""

    named: Named
    likeness: float


class NameIndex:
    """The names of one home in memory, kept up to date by what `HomeNames` says has changed."""

    def __init__(self) -> None:
        self.version: int | None = None
        self._things: dict[str, Named] = {}
        self._forms: defaultdict[str, set[str]] = defaultdict(set)
        self._words: defaultdict[str, set[str]] = defaultdict(set)
        self._vocabulary: list[str] | None = None

    def __len__(self) -> int:
        return len(self._things)

    def apply(self, changes: NameChanges) -> None:
        """Take over what changed. What is older than the index is left alone."""
        if self.version is not None and changes.version <= self.version and not changes.whole:
            return
        if changes.whole:
            self._things.clear()
            self._forms.clear()
            self._words.clear()
        for thing_id in changes.gone:
            self._forget(thing_id)
        for named in changes.put:
            self._forget(named.id)
            self._things[named.id] = named
            for form in named.names:
                self._forms[name_form(form)].add(named.id)
            for word in self._words_of(named):
                self._words[word].add(named.id)
        self.version = changes.version
        self._vocabulary = None

    def get(self, thing_id: str) -> Named | None:
        """The thing with this id."""
        return self._things.get(thing_id)

    def called(self, text: str, kinds: Collection[str] = ()) -> list[Named]:
        """The things with exactly this name or alias, or with it after the name of their place; sorted by name."""
        form = name_form(text)
        ids = set(self._forms.get(form, ()))
        parts = form.split(" ")
        for cut in range(1, len(parts)):
            places = self._forms.get(" ".join(parts[:cut]), set())
            ids |= {i for i in self._forms.get(" ".join(parts[cut:]), ()) if self._things[i].place in places}
        return self._sorted(ids, kinds)

    def alike(self, text: str, kinds: Collection[str] = (), limit: int = 10) -> list[Match]:
        """The things whose names are most like `text`, best first."""
        form = name_form(text)
        said = [stem(word) for word in form.split(" ")]
        near = {word: self.corrections(word) for word in dict.fromkeys(said)}
        hits: defaultdict[str, int] = defaultdict(int)
        for corrections in near.values():
            for thing_id in {i for word in corrections for i in self._words.get(word, ())}:
                hits[thing_id] += 1
        wanted = sorted((i for i in hits if self._fits(i, kinds)), key=lambda i: (-hits[i], i))[: limit * 20]
        found = [Match(self._things[i], self._likeness(form, said, self._things[i])) for i in wanted]
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
        """The ids of the things that have this very word in a name or alias."""
        return self._words.get(word, ())

    def _words_of(self, named: Named) -> set[str]:
        return {stem(word) for text in (*named.names, *named.classes) for word in words(text)}

    def _spellings(self) -> list[str]:
        if self._vocabulary is None:
            self._vocabulary = [word for word in self._words if not word.isdigit()]
        return self._vocabulary

    def _likeness(self, form: str, said: list[str], named: Named) -> float:
        place = self._things.get(named.place or "")
        around = [stem(w) for text in (place.names if place else ()) for w in words(text)]
        around += [stem(w) for text in named.classes for w in words(text)]
        return max(_name_likeness(form, said, fold(name), around) for name in named.names)

    def _forget(self, thing_id: str) -> None:
        old = self._things.pop(thing_id, None)
        if old is not None:
            for form in map(name_form, old.names):
                _discard(self._forms, form, thing_id)
            for word in self._words_of(old):
                _discard(self._words, word, thing_id)

    def _fits(self, thing_id: str, kinds: Collection[str]) -> bool:
        return not kinds or self._things[thing_id].kind in kinds

    def _sorted(self, ids: Iterable[str], kinds: Collection[str]) -> list[Named]:
        return sorted((self._things[i] for i in ids if self._fits(i, kinds)), key=lambda n: (n.names[0], n.id))


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


def _name_likeness(form: str, said: list[str], name: str, around: list[str]) -> float:
    """How well `said` names the thing called `name` that stands among the words `around` (its place and class)."""
    own = [stem(word) for word in words(name)]
    whole = OSA.normalized_similarity(form, " ".join(words(name)))
    found = 0.0
    for word in said:
        best = max((word_likeness(word, known) for known in own), default=0.0)
        beside = max((word_likeness(word, known) for known in around), default=0.0) * 0.95
        best = max(best, beside)
        found += best if best >= FARTHEST else 0.0
    covered = sum(1 for known in own if max(word_likeness(word, known) for word in said) >= FARTHEST) / max(len(own), 1)
    return max(whole, found / len(said) * (0.75 + 0.25 * covered))


def _discard(index: defaultdict[str, set[str]], key: str, thing_id: str) -> None:
    index[key].discard(thing_id)
    if not index[key]:
        del index[key]
