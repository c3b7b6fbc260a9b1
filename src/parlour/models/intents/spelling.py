"""Repair of spelling: only of words that are nothing at all as they stand, and only where one repair is possible."""

import gzip
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import replace
from functools import cache
from importlib.resources import files

from rapidfuzz.distance import OSA

from parlour.models.intents.normalise import Word

_SHORTEST = 4
_LONG = 9
_OF, _OFF = "of", "off"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

Words = tuple[Word, ...]


@cache
def english_words() -> frozenset[str]:
    """Some seventy thousand English words, lower-case; read at the first use and shared from then on."""
    packed = files("parlour.models.intents").joinpath("english", "wordlist.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode().split("\n"))


def repaired(words: Iterable[Word], known: Callable[[str], bool], long_words: Iterable[str]) -> tuple[Word, ...]:
    """The words with those repaired that are neither known nor English.

    `known` says whether a word is vocabulary or part of a name; `long_words` are those of nine letters and more,
    which may be off by two behind their first letter.
    """
    return tuple(word if word.stop else _repaired(word, known, long_words) for word in words)


def _repaired(word: Word, known: Callable[[str], bool], long_words: Iterable[str]) -> Word:
    text = word.text
    if len(text) < _SHORTEST or not text.isalpha() or known(text) or text in english_words():
        return word
    near = {edit for edit in edits(text) if known(edit)}
    if any(_is_ending(text, edit) for edit in near):
        return word
    if not near and len(text) >= _LONG:
        near = {w for w in long_words if _near_enough(text, w)}
    if len(near) != 1:
        return word
    return Word(near.pop(), word.raw, word.start, word.end)


def _is_ending(text: str, other: str) -> bool:
    return text.startswith(other) or other.startswith(text)


def edits(text: str) -> Iterable[str]:
    """Everything one slip away."""
    for at in range(len(text) + 1):
        head, tail = text[:at], text[at:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in _LETTERS:
            if tail:
                yield head + letter + tail[1:]
            yield head + letter + tail


def _near_enough(text: str, other: str) -> bool:
    if text[0] != other[0] or _is_ending(text, other) or abs(len(text) - len(other)) > 2:
        return False
    return OSA.distance(text, other, score_cutoff=2) <= 2


def with_particles(words: Words, verbs: Set[str], determiners: Set[str]) -> Words:
    """ "Turn of the lamp" is "turn off the lamp": behind such a verb nothing else can have been meant."""
    said = [w.text for w in words]
    return tuple(
        replace(word, text=_OFF) if word.text == _OF and _is_verb(said, at - 1, verbs, determiners) else word
        for at, word in enumerate(words)
    )


def _is_verb(said: Sequence[str], at: int, verbs: Set[str], determiners: Set[str]) -> bool:
    return at >= 0 and said[at] in verbs and not (at and said[at - 1] in determiners)
