"""Text to the words it is found by: plain letters, without case and accents, the same on every database.

What databases know of languages differs from one to the next, so nothing of it is used: words are made here, of
what is kept and of what is looked for alike, and a database only compares them. Folding goes letter by letter,
so that a place among the words can be led back to its place in the text.
"""

import unicodedata
from dataclasses import dataclass

LONGEST_TEXT = 100_000
"""So many characters of a text are looked at."""
LONGEST_WORD = 32
"""So many letters of a word count: what is longer is no word, but a key or a picture written out."""
MOST_WORDS = 7_000
"""So many different words of a text are kept: the most that PostgreSQL holds for one row, however long they are."""

_REMEMBERED = 20_000
_VOWEL_SIGNS = range(0x0900, 0x0E00)
"""Marks of the scripts of India are letters in all but name."""
_WITHOUT_BLANKS = (
    range(0x0E00, 0x0F00),  # Thai, Lao
    range(0x1000, 0x10A0),  # Burmese
    range(0x1780, 0x1800),  # Khmer
    range(0x2E80, 0x3100),  # Chinese radicals, Hiragana, Katakana
    range(0x3400, 0xA000),  # Chinese
    range(0xF900, 0xFB00),
    range(0x20000, 0x40000),
)
"""Scripts that put no blanks between words: there every letter is taken for a word."""


class _Folding(dict[int, str]):
    """From a letter to what stands for it, as `str.translate` asks; what was asked once is remembered."""

    def __missing__(self, code: int) -> str:
        folded = _folded(chr(code))
        if len(self) < _REMEMBERED:
            self[code] = folded
        return folded


def _folded(letter: str) -> str:
    if unicodedata.category(letter) == "Cf":  # invisible: a soft hyphen, a mark of direction
        return ""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", letter).casefold())
    kept = "".join(each if each.isalnum() or _is_vowel_sign(each) else _instead_of(each) for each in plain)
    return f" {kept} " if any(ord(letter) in script for script in _WITHOUT_BLANKS) else kept


def _is_vowel_sign(letter: str) -> bool:
    return ord(letter) in _VOWEL_SIGNS and unicodedata.category(letter)[0] == "M" and not unicodedata.combining(letter)


def _instead_of(letter: str) -> str:
    return "" if unicodedata.category(letter)[0] == "M" else " "


_FOLDING = _Folding()


def folded(text: str) -> str:
    """The words of `text` with blanks between them. Of two texts, one behind the other, it is that of each."""
    return text.translate(_FOLDING)


def words_of(text: str) -> list[str]:
    """The different words of `text`, in the order of their first places."""
    found = dict.fromkeys(word[:LONGEST_WORD] for word in folded(text[:LONGEST_TEXT]).split())
    return list(found)[:MOST_WORDS]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: whole words, and how one more begins."""

    words: tuple[str, ...]
    beginning: str


def wanted(query: str) -> Wanted | None:
    """What a query asks for, its last word being typed still; None when it has no word."""
    found = [word[:LONGEST_WORD] for word in folded(query).split()]
    return Wanted(tuple(dict.fromkeys(found[:-1])), found[-1]) if found else None


def scope_of(owner_id: str) -> str:
    """What stands before every word in the index: words of another owner are other words, and cost a search nothing.

    Two owners may share it, so it is no proof of whose a row is.
    """
    return owner_id[-6:]


def indexed(owner_id: str, text: str) -> str:
    """The words of `text` as the index keeps them, with a blank around each; "" when there are none."""
    before = f" {scope_of(owner_id)}"
    found = words_of(text)
    return before + before.join(found) + " " if found else ""
