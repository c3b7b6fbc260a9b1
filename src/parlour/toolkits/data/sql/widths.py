"""How much of a row is ever held, whatever is in a database: its fields share it."""

WIDEST_ROW = 320_000
"""In characters. A result is cut long before it has many rows of this."""
_LEAST = 100


def share(columns: int) -> int:
    """Characters of one field of a row of so many."""
    return max(_LEAST, WIDEST_ROW // max(1, columns))


def longest_field(columns: int, cell_chars: int) -> int:
    """Characters of one field that are told, where at most `cell_chars` are."""
    return min(cell_chars, share(columns))


def whole_characters(text: bytes) -> bytes:
    """Without a character at the end that is not all there."""
    for back in range(1, min(4, len(text)) + 1):
        first = text[-back]
        if first & 0xC0 != 0x80:
            needed = 1 if first < 0x80 else 2 if first < 0xE0 else 3 if first < 0xF0 else 4
            return text if needed == back else text[:-back]
    return text
