"""Statements that every turn carries out: compiled once, and handed to the driver in its own words.

SQLAlchemy makes them, and its types say how each value is written and read. Going through SQLAlchemy anew at every
execution costs several times what the database needs.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Dialect, Executable, RowMapping, Select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql import ClauseElement

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
        self._columns = _columns(statement, dialect) if isinstance(statement, Select) else []

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


async def rows(connection: AsyncConnection, statement: Select[*tuple[Any, ...]], **values: Any) -> list[Row]:
    """What `statement`, which was made once, finds with these values, each row by the names of its columns."""
    sync = connection.sync_connection
    assert sync is not None
    driver: Any = sync.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        if not sync.in_transaction():
            await connection.begin()
        ready = prepared(statement, tuple(values), type(sync.dialect))
        return [ready.row(found) for found in driver.execute(ready.sql, ready.parameters(values))]
    return list((await connection.execute(statement, values)).mappings())


def _slot(bind: BindParameter[Any], dialect: Dialect) -> tuple[str, Any, Callable[[Any], Any] | None]:
    """Where a parameter's value comes from, what it is otherwise, and how it is written."""
    return bind.key, bind.value, bind.type.dialect_impl(dialect).bind_processor(dialect)


def _columns(statement: Select[*tuple[Any, ...]], dialect: Dialect) -> list[tuple[str, Callable[[Any], Any] | None]]:
    """The name of each column that is found, and how its values are read."""
    found = statement.selected_columns
    return [(str(column.key), column.type.dialect_impl(dialect).result_processor(dialect, None)) for column in found]
