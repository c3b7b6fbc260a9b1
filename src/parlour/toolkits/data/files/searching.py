"""Which files have some words in their name or text."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from parlour.toolkits.data.files.paths import shown
from parlour.tools.outcomes import BadArguments

MOST_FILES = 20
"""In one answer."""
MOST_LINES = 3
"""Of each file that are shown."""
_AROUND = 100
"""Characters of a line on each side of what was found."""


@dataclass(slots=True)
class Hit:
    """A file with all the words."""

    path: str
    in_name: bool
    lines: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    """Those with the most of the words, each with its number."""


def words_of(query: str) -> list[str]:
    """The words to look for. Raises BadArguments where there are none."""
    words = [*dict.fromkeys(folded(query).split())]
    if not words:
        raise BadArguments("There are no words to look for.")
    return words


def folded(text: str) -> str:
    """As words are compared: whatever their case and code points."""
    return unicodedata.normalize("NFKC", text).casefold()


def hit(path: str, lines: Sequence[str], words: Sequence[str]) -> Hit | None:
    """The file, where each word is in its path or somewhere in its text."""
    name = folded(path)
    missing = {word for word in words if word not in name}
    found = Hit(path, not missing)
    best: list[tuple[int, int]] = []
    for number, line in enumerate(lines, 1):
        low = folded(line)
        there = [word for word in words if word in low]
        if there:
            missing.difference_update(there)
            best.append((-len(there), number))
    if missing:
        return None
    found.lines = [(number, _around(lines[number - 1], words)) for _, number in sorted(best)[:MOST_LINES]]
    return found


def _around(line: str, words: Sequence[str]) -> str:
    """What stands around the first of the words."""
    low = folded(line)
    first = min(at for at in (low.find(word) for word in words) if at >= 0)
    start = max(0, min(first, len(line)) - _AROUND)
    piece = line[start : first + _AROUND]
    return f"{'…' if start else ''}{shown(piece.strip())}{'…' if first + _AROUND < len(line) else ''}"
