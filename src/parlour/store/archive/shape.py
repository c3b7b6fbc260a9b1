"""What tables a database has, and which kind of value each column holds, in the same words for both databases.

It is asked of the database itself and not of this version's tables: what is backed up before an update has the
tables of the version before, and a toolkit from elsewhere brings tables of its own.
"""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import JSON, Boolean, Connection, Integer, LargeBinary, Numeric, String, inspect, text

from parlour.errors import InvalidRequest
from parlour.store.tables import search_words

Kind = Literal["text", "json", "bytes", "bool", "number", "words"]

REVISIONS = "alembic_version"
"""The one table that is not carried: it says what the others are, and the migrations write it."""

_WORDS = frozenset({(search_words.name, search_words.c.words.name)})
"""Sets of words to be searched: text on one database, a type of their own on the other."""
_KINDS: tuple[tuple[type[Any], Kind], ...] = (
    (JSON, "json"),
    (LargeBinary, "bytes"),
    (Boolean, "bool"),
    (Integer, "number"),
    (Numeric, "number"),
    (String, "text"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column that holds something of its own: what a database works out by itself is none."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Shape:
    """A table: its columns by name, in the order in which the values of a row stand."""

    name: str
    columns: tuple[Column, ...]


def shapes(connection: Connection) -> list[Shape]:
    """The tables that a database has, by name. Those of a full-text index are not among them: it follows its table.

    Raises InvalidRequest for a column of a type that cannot be carried.
    """
    looked = inspect(connection)
    names = set(looked.get_table_names()) - {REVISIONS}
    if connection.dialect.name == "sqlite":
        plain = text("SELECT name FROM pragma_table_list WHERE type = 'table' AND schema = 'main'")
        names &= set(connection.scalars(plain))
    found: list[Shape] = []
    for name in sorted(names):
        own = (column for column in looked.get_columns(name) if not column.get("computed"))
        columns = (Column(column["name"], _kind(name, column["name"], column["type"])) for column in own)
        found.append(Shape(name, tuple(sorted(columns, key=lambda column: column.name))))
    return found


def _kind(table: str, column: str, reflected: object) -> Kind:
    if (table, column) in _WORDS:
        return "words"
    for known, kind in _KINDS:
        if isinstance(reflected, known):
            return kind
    raise InvalidRequest(f"Column {column} of table {table} is of a type that cannot be carried: {reflected}.")
