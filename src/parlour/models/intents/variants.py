"""Many phrases written as one: "can|could you please?" is "can you", "could you", and both with "please" behind."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

Phrase = tuple[str, ...]


@lru_cache(16_384)
def variants(text: str) -> tuple[Phrase, ...]:
    """Every phrase that a text stands for: "|" parts choices, "?" ends what may be missing; "_" is a space."""
    choices = [token.removesuffix("?").split("|") + [""] * token.endswith("?") for token in text.split()]
    ways = product(*choices)
    return tuple(tuple(word for part in chosen for word in part.replace("_", " ").split()) for chosen in ways)


def phrases(texts: Iterable[str]) -> tuple[Phrase, ...]:
    """All that the texts stand for as tuples of words, longest first."""
    found = (phrase for text in texts for phrase in variants(text))
    return tuple(sorted(dict.fromkeys(found), key=len, reverse=True))


def by_first(known: Iterable[Phrase]) -> dict[str, tuple[Phrase, ...]]:
    """Phrases by their first words, in their order."""
    found: dict[str, list[Phrase]] = {}
    for phrase in known:
        found.setdefault(phrase[0], []).append(phrase)
    return {first: tuple(phrases) for first, phrases in found.items()}


@dataclass(frozen=True, slots=True)
class PhraseSet:
    """Phrases that are looked for at a place among words: a look-up for each length instead of one for each phrase."""

    by_length: tuple[tuple[int, frozenset[Phrase]], ...]
    """The longest first."""

    @classmethod
    def of(cls, known: Iterable[Phrase]) -> "PhraseSet":
        """These phrases."""
        lengths: dict[int, set[Phrase]] = {}
        for phrase in known:
            lengths.setdefault(len(phrase), set()).add(phrase)
        return cls(tuple((n, frozenset(lengths[n])) for n in sorted(lengths, reverse=True)))

    def __iter__(self) -> Iterator[Phrase]:
        return (phrase for _, same in self.by_length for phrase in same)

    def __contains__(self, phrase: object) -> bool:
        return any(phrase in same for _, same in self.by_length)

    def at(self, words: Phrase, start: int = 0) -> Phrase:
        """The longest of them that stands there; () when none does."""
        for length, same in self.by_length:
            found = words[start : start + length]
            if found in same:
                return found
        return ()

    def ending(self, words: Phrase) -> Phrase:
        """The longest of them that the words end in; () when none does."""
        for length, same in self.by_length:
            if length <= len(words) and words[-length:] in same:
                return words[-length:]
        return ()
