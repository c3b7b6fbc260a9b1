"""What is a label, such as most names are, and what is free text, in which a sentence fits that asks for something."""

import re
import unicodedata
from functools import lru_cache

MOST_WORDS = 6
LONGEST = 50
_LONG_WORD = 12
"""In letters: a longer word counts for more than one, in a script without spaces too."""
_WORD = re.compile(r"[^\W_]+")


def is_label(text: str) -> bool:
    """Whether a text is a few words on one line: too little to tell a reader what to do."""
    return len(text) <= LONGEST and _is_few(text)


def label(text: str) -> str:
    """A text as a label: itself, or how it begins."""
    if is_label(text):
        return text
    ends = [match.end() for match in _WORD.finditer(text[:LONGEST])]
    return next((cut for end in reversed(ends) if is_label(cut := f"{text[:end]}…")), "…")


@lru_cache(maxsize=8192)
def _is_few(text: str) -> bool:
    return text.isprintable() and sum(map(_weight, _WORD.findall(text))) <= MOST_WORDS


def _weight(word: str) -> int:
    """For how many words one counts; one without letters, such as a number, for none."""
    if word.isascii() and word.isalpha():
        return 1 + len(word) // _LONG_WORD if len(word) > 1 else 0
    letters = sum(each.isalpha() for each in word)
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in word)
    return 0 if letters < 2 and not wide else 1 + (letters - wide) // _LONG_WORD + wide // 3
