"""Statements that every turn carries out: compiled once, and handed to the driver in its own words.

SQLAlchemy makes them, and its types say how each value is written and read. Going through SQLAlchemy anew at every
execution costs several times what the database needs.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

import orjson
from sqlalchemy import JSON, BindParameter, CompoundSelect, Dialect, Executable, RowMapping, Select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ClauseElement
from sqlalchemy.types import TypeEngine

_STRAIGHT = "parlour_straight"
STRAIGHT = {_STRAIGHT: True}
"""The execution options of an engine whose connections may be used without SQLAlchemy knowing of it."""

Converter = Callable[[Any], Any]

Asked = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
"""What finds rows."""

Row = RowMapping | dict[str, Any]
"""A row by the names of its columns, whichever way it was found."""


class Prepared:
    """A statement in the words of one dialect, for parameters and columns of the same names each time."""

    def __init__(self, statement: Executable, names: Iterable[str], dialect: Dialect) -> None:
        """Raises TypeError for a statement whose words depend on its values, such as a list of any length."""
        assert isinstance(statement, ClauseElement)
        compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
        if compiled.post_compile_params:
            raise TypeError(f"a statement with a list in it cannot be prepared: {compiled.string}")
        self.sql: str = compiled.string
        self._slots = [_slot(compiled.binds[name], dialect) for name in compiled.positiontup or ()]
        self._columns = _columns(statement, dialect) if isinstance(statement, Select | CompoundSelect) else []

    def parameters(self, values: Mapping[str, Any]) -> list[Any]:
        """The values in the order and the form in which the driver takes them."""
        return [write(values.get(key, fixed)) if write else values.get(key, fixed) for key, fixed, write in self._slots]

    def row(self, found: Sequence[Any]) -> Row:
        """A row that the driver found, by the names of the columns, as their types say."""
        return {name: read(value) if read else value for (name, read), value in zip(self._columns, found, strict=True)}


@cache
def prepared(statement: Executable, names: tuple[str, ...], dialect: type[Dialect]) -> Prepared:
    """`statement` for values of these names. It is kept for ever: only what is made once may be asked for."""
    return Prepared(statement, names, dialect())


def driver_of(connection: AsyncConnection) -> Any:
    """The driver's own connection, where statements may be given to it; None where SQLAlchemy has to know of them."""
    sync = connection.sync_connection
    if sync is None or not sync.get_execution_options().get(_STRAIGHT):
        return None
    return sync.connection.driver_connection


async def rows(connection: AsyncConnection, statement: Asked, **values: Any) -> list[Row]:
    """What `statement`, which was made once, finds with these values, each row by the names of its columns."""
    driver = driver_of(connection)
    if driver is None:
        return list((await connection.execute(statement, values)).mappings())
    ready = prepared(statement, tuple(values), type(connection.dialect))
    if isinstance(driver, sqlite3.Connection):
        return [ready.row(found) for found in driver.execute(ready.sql, ready.parameters(values))]
    return [ready.row(found) for found in await driver.fetch(ready.sql, *ready.parameters(values))]


def _slot(bind: BindParameter[Any], dialect: Dialect) -> tuple[str, Any, Converter | None]:
    """Where a parameter's value comes from, what it is otherwise, and how it is written."""
    write = _written if isinstance(bind.type, JSON) else bind.type.dialect_impl(dialect).bind_processor(dialect)
    return bind.key, bind.value, write


def _columns(statement: Asked, dialect: Dialect) -> list[tuple[str, Converter | None]]:
    """The name of each column that is found, and how its values are read."""
    return [(str(column.key), _reader(column.type, dialect)) for column in statement.selected_columns]


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Converter | None:
    if isinstance(kind, JSON) and dialect.name == "sqlite":
        return _read
    return kind.dialect_impl(dialect).result_processor(dialect, None)


def _written(value: Any) -> str:
    """JSON as it is kept. What orjson does not take, such as half of a surrogate pair, the standard library does."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value)


def _read(text: Any) -> Any:
    """JSON as SQLite gives it back: NULL as it is, and a bare number too."""
    if not isinstance(text, str):
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return json.loads(text)
