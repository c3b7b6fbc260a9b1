"""Some words of a message around what was found in it, and where in them that stands."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate, islice

from parlour.protocol.search import Mark
from parlour.protocol.text import units
from parlour.store.search.words import LONGEST_TEXT, LONGEST_WORD, Wanted, folded

LENGTH = 200
"""Characters of an excerpt, about."""
BEFORE = 50
"""So many of them stand before what was found, about."""
_PLACES = 200
"""So many places of a text are compared."""
_BLOCK = 512

Span = tuple[int, int]


def excerpt_of(text: str, wanted: Wanted) -> tuple[str, list[Mark]]:
    """One line of `text` where most of what is wanted stands close together, and the marks in it."""
    text = text[:LONGEST_TEXT]
    start = max(0, _unfolded(text, _best(folded(text), wanted)) - BEFORE)
    if start > 0:
        blank = re.search(r"\s", text[start : start + BEFORE])
        start += blank.end() if blank else 0
    stop = start + LENGTH
    if stop < len(text):
        stop = start + len(re.sub(r"\s\S*\Z", "", text[start:stop]))
    line = " ".join(text[start:stop].split())
    line = ("…" if start > 0 else "") + line + ("…" if stop < len(text) else "")
    return line, marks_in(line, wanted)


def marks_in(line: str, wanted: Wanted) -> list[Mark]:
    """Where `line`, a short one, holds what is wanted, in UTF-16 code units."""
    ends = _ends(line)
    merged: list[Span] = []
    for first, after in _found(folded(line), wanted):
        start = bisect_right(ends, first)
        # A mark takes in the accents that follow it, and the whole of a letter that stands for several.
        end = max(bisect_right(ends, after), bisect_right(ends, after - 1) + 1)
        if merged and start <= merged[-1][1]:
            start = merged.pop()[0]
        merged.append((start, end))
    return [Mark(start=units(line[:start]), end=units(line[:end])) for start, end in merged]


def _found(words: str, wanted: Wanted) -> list[Span]:
    """Where a folded text holds a word that is wanted, and of one that begins so its beginning."""
    whole = [re.escape(word) + ("" if len(word) == LONGEST_WORD else r"(?!\S)") for word in wanted.words]
    pattern = rf"(?<!\S)(?:{'|'.join([*whole, re.escape(wanted.beginning)])})"
    return [each.span() for each in islice(re.finditer(pattern, words), _PLACES)]


def _best(words: str, wanted: Wanted) -> int:
    """Where in a folded text most different words that are wanted stand close together; of equals the first."""
    places = _found(words, wanted)
    best, most = 0, 0
    for index, (start, _) in enumerate(places):
        close = places[index : bisect_right(places, (start + LENGTH - BEFORE, 0))]
        different = len({words[first:after] for first, after in close})
        if different > most:
            best, most = start, different
    return best


def _unfolded(text: str, place: int) -> int:
    """The place in `text` of what stands at `place` of the folded text."""
    for start in range(0, len(text), _BLOCK):
        block = text[start : start + _BLOCK]
        length = len(folded(block))
        if place < length:
            return start + bisect_right(_ends(block), place)
        place -= length
    return len(text)


def _ends(text: str) -> Sequence[int]:
    """For each letter of `text`, where in the folded text that ends which stands for it."""
    if text.isascii():
        return range(1, len(text) + 1)
    return list(accumulate(len(folded(letter)) for letter in text))
