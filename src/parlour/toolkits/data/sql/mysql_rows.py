"""Rows of MySQL as they arrive, of which no more is held than is told: its driver would hold each of them whole.

In its protocol a row is one text after the other, each behind its length.
"""

from typing import Any

from parlour.toolkits.data.sql.widths import longest_field, whole_characters

_PLAIN = 64 * 1024
"""Bytes of a row that is held as it is."""
_LARGEST_PACKET = 0xFFFFFF
"""What is longer goes on in the next packet."""
_NULL = 0xFB
_LENGTHS = {0xFC: 2, 0xFD: 3, 0xFE: 8}
"""How many bytes of length follow, by what they begin with."""


async def connect(*args: Any, cell_chars: int, **more: Any) -> Any:
    """A connection of aiomysql that cuts long fields."""
    import aiomysql  # pyright: ignore[reportMissingTypeStubs]

    driver: Any = aiomysql
    connection = await driver.connect(*args, **more)
    connection._read_bytes = _Rows(connection, cell_chars).read
    return connection


class _Rows:
    """Reads for a connection, which asks in turns for the head of a packet and for its body."""

    def __init__(self, connection: Any, cell_chars: int) -> None:
        self._connection = connection
        self._read = connection._read_bytes
        self._cell_chars = cell_chars
        self._is_head = True
        self._row: RowCut | None = None

    async def read(self, count: int) -> bytes:
        """The next bytes; of a long row those of its beginning."""
        is_head, self._is_head = self._is_head, not self._is_head
        if is_head or (self._row is None and (count <= _PLAIN or not self._is_among_rows)):
            return await self._read(count)
        row = self._row or RowCut(4 * (longest_field(self._connection._result.field_count, self._cell_chars) + 1))
        self._row = row if count == _LARGEST_PACKET else None
        kept = bytearray()
        while count:
            piece = await self._read(min(count, _PLAIN))
            count -= len(piece)
            kept += row.cut(piece)
        return bytes(kept)

    @property
    def _is_among_rows(self) -> bool:
        result = self._connection._result
        return result is not None and result.unbuffered_active


class RowCut:
    """Cuts the fields of one row to `longest` bytes each, but in no character of UTF-8."""

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._head = bytearray()
        self._field = bytearray()
        self._left = 0
        self._is_cut = False

    def cut(self, piece: bytes) -> bytes:
        """What is left of the next piece, as far as it is known."""
        out = bytearray()
        at = 0
        while at < len(piece):
            if not self._left:
                self._head.append(piece[at])
                at += 1
                out += self._begun()
                continue
            taken = piece[at : at + self._left]
            at += len(taken)
            self._left -= len(taken)
            room = self._longest - len(self._field)
            self._field += taken[:room]
            self._is_cut = self._is_cut or len(taken) > room
            if not self._left:
                out += self._ended()
        return bytes(out)

    def _begun(self) -> bytes:
        """What is there to tell once the length of a field may be known."""
        first = self._head[0]
        if first == _NULL:
            self._head.clear()
            return bytes([_NULL])
        if len(self._head) <= _LENGTHS.get(first, 0):
            return b""
        self._left = int.from_bytes(self._head[1:], "little") if first in _LENGTHS else first
        self._head.clear()
        return b"" if self._left else self._ended()

    def _ended(self) -> bytes:
        field = bytes(self._field)
        if self._is_cut:
            field = whole_characters(field)
        self._field.clear()
        self._is_cut = False
        return _length(len(field)) + field


def _length(count: int) -> bytes:
    if count < _NULL:
        return bytes([count])
    marker = next(each for each, size in _LENGTHS.items() if count < 1 << (8 * size))
    return bytes([marker]) + count.to_bytes(_LENGTHS[marker], "little")
