"""What a change would make different, line by line, held to a size that a person reads.

Characters that are not seen are shown as what they are: what somebody says yes to is what they saw.
"""

import unicodedata
from difflib import unified_diff

from parlour.toolkits.data.files.paths import shown

MOST_LINES = 200
LONGEST_LINE = 200
"""In characters."""
MOST_CHARS = 16_000
"""Of all lines that are shown."""
MOST_COMPARED = 4_000
"""Lines of either side, beside what both begin and end with; more are not compared one by one."""


def difference(path: str, before: str, after: str) -> str:
    """A unified diff, cut where it is long."""
    old, new = _lines(before), _lines(after)
    if max(_apart(old, new)) > MOST_COMPARED:
        return f"{shown(path)}: {len(old):,} lines become {len(new):,}; that is too much to show what is different."
    lines = unified_diff(old, new, f"{shown(path)} now", f"{shown(path)} afterwards", lineterm="", n=3)
    told, left, more = list[str](), MOST_CHARS, 0
    for line in map(_line, lines):
        left -= len(line) + 1
        if more or left < 0 or len(told) == MOST_LINES:
            more += 1
        else:
            told.append(line)
    return "\n".join([*told, f"… and {more:,} more lines that are not shown"] if more else told)


def _lines(text: str) -> list[str]:
    """Where every line ends as on Windows, that is no part of what is shown."""
    is_windows = text.count("\r\n") == text.count("\n") > 0
    return (text.replace("\r\n", "\n") if is_windows else text).split("\n")


def _apart(old: list[str], new: list[str]) -> tuple[int, int]:
    """How many lines of each are left without what both begin and end with."""
    most = min(len(old), len(new))
    same = next((at for at in range(most) if old[at] != new[at]), most)
    tail = next((at for at in range(most - same) if old[-1 - at] != new[-1 - at]), most - same)
    return len(old) - same - tail, len(new) - same - tail


def _line(line: str) -> str:
    seen = "".join(_seen(each) for each in line[:LONGEST_LINE])
    return seen if len(line) <= LONGEST_LINE else f"{seen}… [cut: {len(line):,} characters]"


def _seen(character: str) -> str:
    if character == "\t" or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"):
        return character
    return f"\\u{ord(character):04x}"
