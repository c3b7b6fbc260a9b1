"""What PostgreSQL sends, of which no more is held than is told: its driver would hold each message whole.

A message is a letter, its length, and what belongs to it (its manual, “Message Formats”). Rows are cut in the query
where that can be; what is left are those of EXPLAIN and SHOW, faults and notices.
"""

import asyncio
from typing import Any, Protocol

from parlour.toolkits.data.sql.widths import longest_field, whole_characters

_PLAIN = 256 * 1024
"""Bytes of a row that is held as it is. What the driver asks for itself is never longer."""
_LONGEST_WORDS = 4_000
"""Bytes of one field of a fault or a notice: its message, detail, hint, context."""
_MOST_FIELDS = 30
"""Of one fault. There are less than twenty kinds."""
_HEAD = 5
_LENGTH = 4
_NULL = b"\xff\xff\xff\xff"


async def connect(*args: Any, cell_chars: int, **more: Any) -> Any:
    """A connection of asyncpg that cuts long messages."""
    import asyncpg  # pyright: ignore[reportMissingTypeStubs]

    driver: Any = asyncpg
    connection = await driver.connect(*args, **more)
    transport: asyncio.Transport = connection._transport
    transport.set_protocol(_Cutting(transport.get_protocol(), MessagesCut(cell_chars)))
    return connection


class _Cutting(asyncio.Protocol):
    """Stands between the wire and the driver."""

    def __init__(self, driver: Any, messages: "MessagesCut") -> None:
        self._driver = driver
        self._messages = messages

    def data_received(self, data: bytes) -> None:
        if kept := self._messages.cut(data):
            self._driver.data_received(kept)

    def eof_received(self) -> bool | None:
        return self._driver.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._driver.connection_lost(exc)

    def pause_writing(self) -> None:
        self._driver.pause_writing()

    def resume_writing(self) -> None:
        self._driver.resume_writing()


class _Body(Protocol):
    """What is kept of a message that is cut."""

    def take(self, piece: bytes) -> None:
        """The next piece of it as it came."""
        ...

    def ended(self) -> bytes:
        """All that is kept."""
        ...


class MessagesCut:
    """Cuts the fields of long rows to `cell_chars` characters, and those of faults, but in no character of UTF-8."""

    def __init__(self, cell_chars: int) -> None:
        self._cell_chars = cell_chars
        self._head = bytearray()
        self._left = 0
        self._body: _Body | None = None

    def cut(self, data: bytes) -> bytes:
        """What is left of the next bytes, as far as it is known."""
        out = bytearray()
        at = 0
        while at < len(data):
            if not self._left:
                taken = data[at : at + _HEAD - len(self._head)]
                self._head += taken
                if len(self._head) == _HEAD:
                    out += self._begun()
            else:
                taken = data[at : at + self._left]
                self._left -= len(taken)
                out += self._kept(taken)
            at += len(taken)
        return bytes(out)

    def _begun(self) -> bytes:
        """What goes on of a head. One of what is cut waits for its length."""
        size = int.from_bytes(self._head[1:]) - _LENGTH
        self._left = max(0, size)
        kind = bytes(self._head[:1])
        if kind in (b"E", b"N") and size > _LONGEST_WORDS:
            self._body = _WordsCut()
        elif kind == b"D" and size > _PLAIN:
            self._body = _RowCut(self._cell_chars)
        if self._body is not None:
            return b""
        head = bytes(self._head)
        self._head.clear()
        return head

    def _kept(self, piece: bytes) -> bytes:
        body = self._body
        if body is None:
            return piece
        body.take(piece)
        if self._left:
            return b""
        kept = body.ended()
        whole = self._head[:1] + (len(kept) + _LENGTH).to_bytes(_LENGTH) + kept
        self._head.clear()
        self._body = None
        return bytes(whole)


class _WordsCut:
    """A fault or a notice: texts that end with a zero, each behind the letter of its kind; and another zero."""

    def __init__(self) -> None:
        self._out = bytearray()
        self._field = bytearray()
        self._is_cut = False
        self._count = 0

    def take(self, piece: bytes) -> None:
        at = 0
        while at < len(piece):
            end = piece.find(b"\0", at)
            until = len(piece) if end < 0 else end
            room = max(0, _LONGEST_WORDS - len(self._field))
            self._field += piece[at : min(until, at + room)]
            self._is_cut = self._is_cut or until - at > room
            if end >= 0:
                self._end()
            at = until + 1

    def _end(self) -> None:
        self._count += 1
        if self._field and self._count <= _MOST_FIELDS:
            self._out += (whole_characters(bytes(self._field)) if self._is_cut else self._field) + b"\0"
        self._field.clear()
        self._is_cut = False

    def ended(self) -> bytes:
        return bytes(self._out) + b"\0"


class _RowCut:
    """A row: how many fields it has, and each behind its length."""

    def __init__(self, cell_chars: int) -> None:
        self._cell_chars = cell_chars
        self._out = bytearray()
        self._head = bytearray()
        self._field = bytearray()
        self._longest = 0
        self._left = 0
        self._is_cut = False

    def take(self, piece: bytes) -> None:
        at = 0
        while at < len(piece):
            if self._left:
                taken = piece[at : at + self._left]
                self._left -= len(taken)
                self._take_of_field(taken)
            else:
                taken = piece[at : at + self._needed - len(self._head)]
                self._head += taken
                if len(self._head) == self._needed:
                    self._begin()
            at += len(taken)

    @property
    def _needed(self) -> int:
        """Bytes of the number that comes next."""
        return _LENGTH if self._out else 2

    def _begin(self) -> None:
        """A field, or the row itself."""
        head = bytes(self._head)
        self._head.clear()
        if not self._out:
            self._longest = 4 * (longest_field(int.from_bytes(head), self._cell_chars) + 1)
            self._out += head
        elif head == _NULL:
            self._out += head
        else:
            self._left = int.from_bytes(head)
            if not self._left:
                self._out += head

    def _take_of_field(self, taken: bytes) -> None:
        room = self._longest - len(self._field)
        self._field += taken[:room]
        self._is_cut = self._is_cut or len(taken) > room
        if self._left:
            return
        field = whole_characters(bytes(self._field)) if self._is_cut else bytes(self._field)
        self._out += len(field).to_bytes(_LENGTH) + field
        self._field.clear()
        self._is_cut = False

    def ended(self) -> bytes:
        return bytes(self._out)
