"""Rows as plain values that are the same wherever they were read, how they are written, and what they come to."""

import base64
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import BigInteger, Boolean, Connection, column, func, select, table, text

from parlour.store.archive.shape import Column, Shape

Row = tuple[Any, ...]

_NUMBER_FIRST = frozenset("-0123456789")
_WHOLE = -(2**63), 2**64
"""Between these a number can be written as a whole one."""


@dataclass(slots=True)
class Tally:
    """How many rows there were, and what they come to together, in whatever order they came."""

    rows: int = 0
    _sum: int = field(default=0, repr=False)

    def add(self, lines: Iterable[bytes]) -> None:
        """Count rows, each given as it is written."""
        for line in lines:
            self.rows += 1
            self._sum += int.from_bytes(hashlib.sha256(line).digest(), "big")

    @property
    def digest(self) -> str:
        """The same for the same rows."""
        return f"{self._sum % (1 << 256):064x}"


def select_sql(shape: Shape, dialect: str) -> str:
    """The statement that reads every row of a table."""
    columns = ", ".join(_read(column, dialect) for column in shape.columns)
    return f"SELECT {columns} FROM {_quoted(shape.name)}"  # noqa: S608 - names of its own tables, quoted


def insert_sql(shape: Shape, dialect: str) -> str:
    """The statement that writes a row of plain values."""
    names = ", ".join(_quoted(column.name) for column in shape.columns)
    values = ", ".join(_written(column, dialect, number) for number, column in enumerate(shape.columns, 1))
    return f"INSERT INTO {_quoted(shape.name)} ({names}) VALUES ({values})"  # noqa: S608 - names of its own tables, quoted


def plain(shape: Shape) -> Callable[[Sequence[Any]], Row]:
    """What makes plain values of a row as a driver gives it."""
    special = [(place, _PLAIN[column.kind]) for place, column in enumerate(shape.columns) if column.kind in _PLAIN]

    def made(row: Sequence[Any]) -> Row:
        values = list(row)
        for place, make in special:
            if values[place] is not None:
                values[place] = make(values[place])
        return tuple(values)

    return made


def line_of(row: Row) -> bytes:
    """A row as it is written into a file, one line."""
    return orjson.dumps(row, default=_encoded)


def row_in(shape: Shape) -> Callable[[bytes], Row]:
    """What reads a row that was written by `line_of`. Raises ValueError for what is none."""
    places = [place for place, column in enumerate(shape.columns) if column.kind == "bytes"]

    def read(line: bytes) -> Row:
        values: list[Any] = orjson.loads(line)
        if len(values) != len(shape.columns):
            raise ValueError("a row has as many values as its table has columns")
        for place in places:
            if values[place] is not None:
                values[place] = base64.b64decode(values[place], validate=True)
        return tuple(values)

    return read


def last_number(connection: Connection, shape: Shape) -> int | None:
    """The last number that the database gave to a row of a table by itself; None where it keeps none."""
    if connection.dialect.name == "sqlite":
        if not _is_numbered(connection, shape):
            return None
        return connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": shape.name})
    for sequence, _ in _sequences(connection, shape):
        last, is_called = column("last_value", BigInteger), column("is_called", Boolean)
        return connection.scalar(select(last).select_from(text(sequence)).where(is_called))
    return None


def go_on_after(connection: Connection, shape: Shape, number: int | None) -> None:
    """Let the numbers that the database gives to rows of a table begin after `number`, and after every row's own."""
    if connection.dialect.name == "sqlite":
        if number is not None and _is_numbered(connection, shape):
            newest = max(number, last_number(connection, shape) or 0)
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": shape.name})
            kept = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :newest)")
            connection.execute(kept, {"name": shape.name, "newest": newest})
        return
    for sequence, name in _sequences(connection, shape):
        most = connection.scalar(select(func.max(column(name, BigInteger))).select_from(table(shape.name)))
        newest = max(most or 0, number or 0)
        if newest:
            move = text("SELECT setval(CAST(CAST(:sequence AS text) AS regclass), :newest)")
            connection.execute(move, {"sequence": sequence, "newest": newest})


def _is_numbered(connection: Connection, shape: Shape) -> bool:
    """On SQLite: whether a number that was given to a row of the table is never given again."""
    asked = text("SELECT 1 FROM sqlite_master WHERE name = :name AND sql LIKE '%AUTOINCREMENT%'")
    return connection.scalar(asked, {"name": shape.name}) is not None


def _sequences(connection: Connection, shape: Shape) -> list[tuple[str, str]]:
    """On PostgreSQL: the sequences that number a table's rows, each with its column."""
    asked = text("SELECT pg_get_serial_sequence(:table, :column)")
    found = (
        (connection.scalar(asked, {"table": _quoted(shape.name), "column": c.name}), c.name) for c in shape.columns
    )
    return [(sequence, column) for sequence, column in found if sequence]


def _read(column: Column, dialect: str) -> str:
    name = _quoted(column.name)
    if column.kind == "json" and dialect == "postgresql":
        return f"CAST({name} AS TEXT)"
    if column.kind == "words" and dialect == "postgresql":
        return f"array_to_string(tsvector_to_array({name}), ' ')"
    return name


def _written(column: Column, dialect: str, number: int) -> str:
    if dialect == "sqlite":
        return "?"
    kind = {"json": "json", "words": "tsvector"}.get(column.kind)
    return f"CAST(CAST(${number} AS TEXT) AS {kind})" if kind else f"${number}"


def _json(value: str | float) -> str:
    """JSON as it was written; but a bare number as SQLite keeps it, whole where it is whole.

    SQLite gives such a one as the number that it is: as text it would have only its first 15 digits.
    """
    if isinstance(value, str) and value[:1] not in _NUMBER_FIRST:
        return value
    number = orjson.loads(value) if isinstance(value, str) else value
    if isinstance(number, float) and number.is_integer() and _WHOLE[0] <= number < _WHOLE[1]:
        number = int(number)
    return orjson.dumps(number).decode()


def _words(value: str) -> str:
    """A set of words: each once, by itself between blanks, whatever the order in which a database gives them."""
    found = sorted(set(value.split()))
    return f" {' '.join(found)} " if found else ""


def _encoded(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


_PLAIN: dict[str, Callable[[Any], Any]] = {"json": _json, "words": _words, "bool": bool, "bytes": bytes}
