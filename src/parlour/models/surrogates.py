"""Surrogate pairs that were cut in two, put together again.

A provider that counts in UTF-16 may end one JSON string with `\\ud83d` and begin the next with `\\ude00`. Neither
half is a character, neither can be stored or sent, and both together are one.
"""

REPLACEMENT = "\ufffd"


def whole(text: str) -> str:
    """`text` with halves that belong together joined and every half that stands alone replaced by U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class SurrogateJoiner:
    """Pieces of one text in, the same text out, never ending in half a pair."""

    __slots__ = ("held",)

    def __init__(self) -> None:
        self.held = ""
        """The first half of a pair whose second has not come yet; "" mostly."""

    def push(self, piece: str) -> str:
        """What can be shown now; "" when all of it has to wait."""
        text = self.held + piece
        self.held = ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            self.held = text[-1]
            text = text[:-1]
        return whole(text)

    def end(self) -> str:
        """What is left when nothing more comes: U+FFFD for a half whose other half never came, else ""."""
        left, self.held = self.held, ""
        return REPLACEMENT if left else ""
