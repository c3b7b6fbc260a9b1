"""Many phrases written as one: "can|could you please?" is "can you", "could you", and both with "please" behind."""

from collections.abc import Iterable, Iterator
from itertools import product

Phrase = tuple[str, ...]


def variants(text: str) -> Iterator[Phrase]:
    """Every phrase that a text stands for: "|" parts choices, "?" ends what may be missing; "_" is a space."""
    choices = [token.removesuffix("?").split("|") + [""] * token.endswith("?") for token in text.split()]
    for chosen in product(*choices):
        yield tuple(word for part in chosen for word in part.replace("_", " ").split())


def phrases(texts: Iterable[str]) -> tuple[Phrase, ...]:
    """All that the texts stand for as tuples of words, longest first."""
    found = (phrase for text in texts for phrase in variants(text))
    return tuple(sorted(dict.fromkeys(found), key=len, reverse=True))


def by_first(known: Iterable[Phrase]) -> dict[str, tuple[Phrase, ...]]:
    """Phrases by their first words, in their order."""
    found: dict[str, tuple[Phrase, ...]] = {}
    for phrase in known:
        found[phrase[0]] = (*found.get(phrase[0], ()), phrase)
    return found
