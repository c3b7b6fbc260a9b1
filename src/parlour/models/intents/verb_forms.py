"""Forms of verbs, known by the list of English words: a word is a verb where its form in -ing is a word too.

Nouns are verbs as well by this, "hand" by "handing"; so it tells something only where a verb could stand.
"""

from collections.abc import Iterator
from functools import cache

from parlour.models.intents.spelling import english_words

_SHORTEST = 2
_VOWELS = frozenset("aeiou")


@cache
def is_base(word: str) -> bool:
    """Whether this is a verb as it stands behind "to": "dump"."""
    return len(word) > _SHORTEST and any(form in english_words() for form in in_ing(word))


@cache
def is_third(word: str) -> bool:
    """Whether this is a verb as it stands behind "he": "dumps"."""
    return word.endswith("s") and not word.endswith("ss") and any(map(is_base, _without_s(word)))


@cache
def is_regular_past(word: str) -> bool:
    """Whether this is a verb with the ending of the past: "dumped"."""
    return word.endswith("ed") and any(map(is_base, _without(word, "ed")))


@cache
def is_participle(word: str) -> bool:
    """Whether this is a verb with the ending -ing: "dumping"."""
    return word.endswith("ing") and word in english_words() and any(map(is_base, _without(word, "ing")))


def in_ing(base: str) -> Iterator[str]:
    """How a verb may be written with -ing: "making", "running", "opening"."""
    if base.endswith("ie"):
        yield base[:-2] + "ying"
    if base.endswith("e"):
        yield base[:-1] + "ing"
    yield base + "ing"
    if base[-1] not in _VOWELS:
        yield base + base[-1] + "ing"


def forms(base: str) -> Iterator[str]:
    """A regular verb in all its forms, and some that nobody writes."""
    yield base
    yield base + "s"
    if base.endswith(("s", "x", "z", "h", "o")):
        yield base + "es"
    stem = base[:-1] if base.endswith("e") else base
    yield stem + "ed"
    yield stem + stem[-1] + "ed"
    if base.endswith("y"):
        yield base[:-1] + "ied"
        yield base[:-1] + "ies"
    yield from in_ing(base)


def _without_s(word: str) -> Iterator[str]:
    yield word[:-1]
    if word.endswith("es"):
        yield word[:-2]
    if word.endswith("ies"):
        yield word[:-3] + "y"


def _without(word: str, ending: str) -> Iterator[str]:
    stem = word.removesuffix(ending)
    if len(stem) <= _SHORTEST - 1:
        return
    yield stem
    yield stem + "e"
    if stem[-1] == stem[-2]:
        yield stem[:-1]
    if ending == "ed" and stem.endswith("i"):
        yield stem[:-1] + "y"
