"""A second look at a question that was not understood: what it says when one or two words of it are slips.

The first repair (`spelling`) is sure of each word by itself. Here it is the whole sentence that tells: a word that is
neither vocabulary nor a name is tried as each word that it may have been meant for, and the caller keeps a reading
only when it explains everything. A word that is English as it stands must be a slip that fingers make, and where it
becomes a name by itself, that is asked about.
"""

from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import pairwise, product

from parlour.models.intents.lexicon import Lexicon, is_slip
from parlour.models.intents.normalise import Word
from parlour.models.intents.spelling import edits, english_words

_MOST_SUSPECTS = 2
_MOST_TRIES = 14
_SHORT = 2
"""Of so few letters, almost everything is in a list of English words; hardly anything of it is meant."""
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


@dataclass(frozen=True, slots=True)
class Mended:
    """The words as they may have been meant, and what was written for those that are English as they stand."""

    words: tuple[Word, ...]
    doubtful: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Way:
    """Words instead of those from `start` to before `end`."""

    start: int
    end: int
    texts: tuple[str, ...]
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Mender:
    """Mends with the words that are known: `structure` builds questions, `known` adds nouns, states and names.

    The words of the `lexicon`, but for its commands, mean nothing by themselves and never stand behind an article.
    """

    known: Callable[[str], bool]
    structure: Set[str]
    lexicon: Lexicon

    @property
    def _function(self) -> Set[str]:
        return self.lexicon.vocabulary - self.lexicon.commands

    def mendings(self, words: Sequence[Word]) -> Iterator[Mended]:
        """The words with every suspect mended, the likeliest first; nothing when too much is not understood."""
        texts = tuple(w.text for w in words)
        suspects = [at for at, w in enumerate(words) if not w.stop and w.text.isalpha() and self._is_suspect(texts, at)]
        if not 0 < len(suspects) <= _MOST_SUSPECTS:
            return
        ways = [list(self._ways(words, at)) for at in suspects]
        if len(suspects) > 1:
            yield from self._shifted_together(words, suspects)
        for tried, chosen in enumerate(product(*ways)):
            if tried >= _MOST_TRIES:
                return
            if all(a.end <= b.start for a, b in pairwise(chosen)):
                yield _with(words, chosen)

    def _is_suspect(self, texts: tuple[str, ...], at: int) -> bool:
        return not self.known(texts[at]) or is_slip(texts, at, self.lexicon)

    def _shifted_together(self, words: Sequence[Word], suspects: list[int]) -> Iterator[Mended]:
        """Two suspects beside each other may be one slip of the space: "th eoffice"."""
        first, second = suspects[0], suspects[-1]
        if second == first + 1:
            for way in self._shifted(words, first):
                yield _with(words, (way,))

    def _ways(self, words: Sequence[Word], at: int) -> Iterator[_Way]:
        text = words[at].text
        is_english = not self.known(text) and len(text) > _SHORT and text in english_words()
        behind_article = at > 0 and words[at - 1].text in self.lexicon.determiners
        near = {e for e in edits(text) if e not in ("", text) and self.known(e)}
        near -= self._function if behind_article else frozenset()
        likely = {e for e in near if slips_into(e, text)}
        for edit in sorted(likely or (near if not is_english else ())):
            if edit in self.structure or min(len(edit), len(text)) > _SHORT:
                yield _Way(at, at + 1, (edit,), doubtful=is_english and edit not in self.structure)
        if not is_english:
            for cut in range(1, len(text)):
                head, tail = text[:cut], text[cut:]
                if self.known(head) and self.known(tail) and {head, tail} & self._function:
                    yield _Way(at, at + 1, (head, tail))
        for start in (at - 1, at):
            if start >= 0 and start + 1 < len(words):
                yield from self._shifted(words, start)

    def _shifted(self, words: Sequence[Word], start: int) -> Iterator[_Way]:
        """A letter on the wrong side of a space."""
        first, second = words[start], words[start + 1]
        if first.stop or second.stop or first.start == second.start:
            return
        for one, other in (
            (first.text + second.text[0], second.text[1:]),
            (first.text[:-1], first.text[-1] + second.text),
        ):
            if one and other and self.known(one) and self.known(other):
                yield _Way(start, start + 2, (one, other))


def slips_into(meant: str, typed: str) -> bool:
    """Whether fingers that mean one word type the other: a letter left out, two exchanged, one hit beside or twice."""
    if len(typed) < len(meant):
        return True
    at = next((i for i, (m, t) in enumerate(zip(meant, typed, strict=False)) if m != t), len(meant))
    if len(typed) == len(meant):
        beside = meant[at + 1 :] == typed[at + 1 :] and _beside(meant[at], typed[at])
        return beside or typed[at : at + 2] == meant[at : at + 2][::-1]
    around = meant[max(0, at - 1) : at + 1]
    return any(typed[at] == key or _beside(key, typed[at]) for key in around)


def _beside(key: str, other: str) -> bool:
    """Whether two keys touch."""
    one, two = _place(key), _place(other)
    return one is not None and two is not None and abs(one[0] - two[0]) <= 1 and abs(one[1] - two[1]) <= 1


def _place(key: str) -> tuple[int, float] | None:
    """Row and place in the row; each row stands half a key further right than the one above it."""
    row = next((r for r, keys in enumerate(_ROWS) if key in keys), None)
    return None if row is None else (row, _ROWS[row].index(key) + row * 0.5)


def _with(words: Sequence[Word], ways: Sequence[_Way]) -> Mended:
    mended: list[Word] = []
    at = 0
    for way in ways:
        mended.extend(words[at : way.start])
        written = words[way.start : way.end]
        for number, text in enumerate(way.texts):
            word = written[min(number, len(written) - 1)]
            mended.append(Word(text, word.raw, word.start + (number if len(written) == 1 else 0), word.end))
        at = way.end
    mended.extend(words[at:])
    return Mended(tuple(mended), frozenset(words[w.start].raw for w in ways if w.doubtful))
