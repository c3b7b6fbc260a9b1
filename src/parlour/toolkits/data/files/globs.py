"""Patterns of paths: "*" within a name, "?" for one character, "**" for any folders."""

import re
from fnmatch import translate

from parlour.toolkits.data.files.paths import DEEPEST, Parts, canonical
from parlour.tools.outcomes import BadArguments


class Glob:
    """A pattern of paths. Case does not matter."""

    def __init__(self, pattern: str) -> None:
        """Raises BadArguments for a pattern that can fit nothing."""
        pieces = pattern.strip("/").split("/")
        if len(pieces) > DEEPEST or any(piece in ("", ".", "..") for piece in pieces):
            raise BadArguments(f"“{pattern}” is no pattern.", suggestion="Patterns are like “*.md” and “**/*.pdf”.")
        self._pieces = [None if piece == "**" else _name(piece) for piece in pieces]
        self.is_deep = len(pieces) > 1
        """Whether it may fit what lies in a folder below."""

    def fits(self, parts: Parts) -> bool:
        """Whether it fits this path."""
        # The places in the pattern that can be reached after each name: no pattern takes long.
        places = self._onward({0})
        for part in parts:
            name = canonical(part)
            stayed = {at for at in places if at < len(self._pieces) and self._pieces[at] is None}
            moved = {at + 1 for at in places if self._takes(at, name)}
            places = self._onward(stayed | moved)
        return len(self._pieces) in places

    def _takes(self, at: int, name: str) -> bool:
        piece = self._pieces[at] if at < len(self._pieces) else None
        return piece is not None and piece.match(name) is not None

    def _onward(self, places: set[int]) -> set[int]:
        """With those behind a "**", which may stand for no folder at all."""
        reached = set(places)
        for at in sorted(places):
            while at < len(self._pieces) and self._pieces[at] is None:
                at += 1
                reached.add(at)
        return reached


def _name(piece: str) -> re.Pattern[str]:
    return re.compile(translate(canonical(piece)), re.IGNORECASE)
