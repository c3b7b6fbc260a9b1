"""What a model thought, put together from the pieces of `reasoning_details` as they have to go back. No I/O."""

from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from parlour.models.shapes import is_list, is_object
from parlour.models.surrogates import REPLACEMENT, whole

GROWING = ("text", "summary", "data")
"""Fields that come in pieces; of any other the last word counts."""
SHOWN = ("text", "summary")
"""Those of them that people can read."""
LONGEST_NUMBER = 2**53


@dataclass(slots=True)
class _Detail:
    said: dict[str, str | int | None] = field(default_factory=dict[str, str | int | None])
    grown: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


class DetailAssembler:
    """Pieces of details in, whole details out, in the order in which they began."""

    def __init__(self, longest: int) -> None:
        """`longest` is how many characters of all details together are held; when there are more, none is."""
        self._left = longest
        self._details: dict[tuple[str, int], _Detail] = {}

    def take(self, pieces: Any) -> str:
        """Take in the `reasoning_details` of one event; returns what there is to read in them."""
        if not is_list(pieces):
            return ""
        objects = [piece for piece in pieces if is_object(piece)]
        for place, piece in enumerate(objects):
            if self._left >= 0:
                self._take(place, piece)
        return "".join(text for piece in objects for name in SHOWN if isinstance(text := piece.get(name), str))

    def finish(self) -> list[JsonValue]:
        """The details; none when there were too many to hold."""
        return [] if self._left < 0 else [_whole(detail) for detail in self._details.values()]

    def _take(self, place: int, piece: dict[str, Any]) -> None:
        index = piece.get("index")
        # One index may stand for a text and for the signature of it, which are two details.
        key = (str(piece.get("type")), index if type(index) is int else place)
        detail = self._details.get(key)
        if detail is None:
            detail = self._details[key] = _Detail()
        for name, value in piece.items():
            if name in GROWING and isinstance(value, str):
                detail.said.setdefault(name, "")
                detail.grown.setdefault(name, []).append(value)
                self._left -= len(value) + 1
            elif _is_plain(value) and (name not in detail.said or value not in (None, detail.said[name])):
                detail.said[name] = value
                self._left -= len(name) + (len(value) if isinstance(value, str) else 8)


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str) or (type(value) is int and abs(value) < LONGEST_NUMBER)


def _whole(detail: _Detail) -> JsonValue:
    said = detail.said | {name: "".join(pieces) for name, pieces in detail.grown.items()}
    return {_stored(name): _stored(value) if isinstance(value, str) else value for name, value in said.items()}


def _stored(text: str) -> str:
    """As any database takes it."""
    return whole(text).replace("\x00", REPLACEMENT)
