"""Hesitations: "turn on the um the hall light" is "turn on the hall light".

What is said while thinking means nothing, and what was begun is often said once more behind it.
"""

from collections.abc import Callable

from parlour.models.intents.clauses import Words, texts
from parlour.models.intents.lexicon import Lexicon
from parlour.models.intents.normalise import Word

_LONGEST_AGAIN = 3


def without_hesitations(words: Words, lexicon: Lexicon, named: Callable[[str], bool]) -> Words:
    """The words without those said while thinking, but for such as stand in a name; nothing is left of nothing else."""
    kept = list(words)
    at = 0
    while at < len(kept):
        found = lexicon.hesitations.at(texts(kept[at:]))
        if found and not all(map(named, found)) and len(found) < sum(not w.stop for w in kept):
            del kept[at : at + len(found)]
            _drop_second_mark(kept, at)
            kept = list(_said_once(kept, at))
        else:
            at += 1
    return tuple(kept) if any(not w.stop for w in kept) else words


def _drop_second_mark(kept: list[Word], at: int) -> None:
    """A comma on either side of a hesitation is one too many."""
    if at < len(kept) and kept[at].stop and kept[at].text == "," and (at == 0 or kept[at - 1].stop):
        del kept[at]


def _said_once(kept: list[Word], at: int) -> Words:
    """Without what stands before a place and is said again behind it."""
    for size in range(_LONGEST_AGAIN, 0, -1):
        if at >= size and texts(kept[at - size : at]) == texts(kept[at : at + size]):
            return (*kept[: at - size], *kept[at:])
    return tuple(kept)
