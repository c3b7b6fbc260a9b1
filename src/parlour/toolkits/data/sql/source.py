"""An open database: what it answers, held to rows, bytes and time."""

import re
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import orjson
from pydantic import JsonValue
from sqlalchemy import Connection, CursorResult, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from parlour.clock import Clock
from parlour.toolkits.data.sql.along import Tried, referring, tried
from parlour.toolkits.data.sql.calls import check_fields
from parlour.toolkits.data.sql.changing import Change
from parlour.toolkits.data.sql.checking import Statement
from parlour.toolkits.data.sql.ending import Ending, until_left
from parlour.toolkits.data.sql.engines import engine_for, engine_to_end
from parlour.toolkits.data.sql.faults import Away, told
from parlour.toolkits.data.sql.narrowing import Field, fields_of, narrowed
from parlour.toolkits.data.sql.schema import Table, tables_of
from parlour.toolkits.data.sql.settings import SqlLimits, SqlSettings
from parlour.toolkits.data.sql.trying import leaves_nothing
from parlour.toolkits.data.sql.values import Column, as_told, columns_of, type_told
from parlour.toolkits.data.sql.widths import longest_field
from parlour.tools.outcomes import Failed, Refused, ToolProblem, Unsure
from parlour.tools.running import TimedOut

T = TypeVar("T")
_AT_ONCE = 50
"""Rows that are fetched at a time; no more than twice as many are ever held beside the answer."""

_VERSION = {
    "sqlite": "SELECT sqlite_version()",
    "postgresql": "SELECT current_setting('server_version')",
    "mysql": "SELECT version()",
}
_SUPERUSER = {
    "sqlite": "SELECT 0",
    "postgresql": "SELECT rolsuper::int FROM pg_roles WHERE rolname = current_user",
    "mysql": "SELECT count(*) FROM information_schema.user_privileges WHERE privilege_type = 'SUPER' AND grantee = "
    "concat(char(39), replace(current_user(), '@', concat(char(39), '@', char(39))), char(39))",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query brought."""

    columns: list[Column]
    rows: list[dict[str, JsonValue]]
    cut: bool
    """Whether there was more."""


@dataclass(frozen=True, slots=True)
class About:
    """What a database tells of itself."""

    version: str
    """"PostgreSQL 15.20"."""
    tables: int
    is_superuser: bool


class SqlSource:
    """A pool of connections to one database, and another where it may be changed. What reads cannot change anything."""

    def __init__(
        self, settings: SqlSettings, limits: SqlLimits, root: Path, clock: Clock, *, writable: bool = False
    ) -> None:
        """Raises Failed and Refused as `engine_for` does."""
        self.settings = settings
        self.limits = limits
        self.clock = clock
        self.reading: AsyncEngine = engine_for(settings, limits, root, may_change=False)
        self.changing = engine_for(settings, limits, root, may_change=True) if writable else None
        self._ending = Ending(engine_to_end(settings, limits), settings, limits) if settings.is_mysql else None

    async def check(self) -> None:
        """Raise Failed, in words for people, when nothing answers."""
        with told(self.settings, self.limits):
            async with self.reading.connect() as connection:
                await connection.exec_driver_sql("SELECT 1")

    async def read(self, statement: Statement) -> Answer:
        """What a statement that was looked through answers. Raises ToolProblem."""
        with told(self.settings, self.limits):
            async with self.reading.connect() as connection:
                return await self._held(connection, connection.run_sync(self._read, statement))

    async def schema(self) -> list[Table]:
        """What is in it. Raises ToolProblem."""
        with told(self.settings, self.limits):
            async with self.reading.connect() as connection:
                return await self._held(connection, connection.run_sync(tables_of, self.settings.dialect))

    async def foresee(self, change: Change) -> Tried:
        """What a change would do, found by making it and taking it back where that can be.

        Raises ToolProblem for what would fail.
        """
        if not await self._can_be_taken_back(change):
            with told(self.settings, self.limits):
                async with self._changes().connect() as connection:
                    return Tried(None, await connection.run_sync(referring, change))
        with told(self.settings, self.limits):
            async with self._changes().connect() as connection:
                done = await self._held(connection, connection.run_sync(self._tried, change))
                await connection.rollback()
        return done

    async def count(self, table: str) -> int:
        """How many rows a table has, written as a `Change` has it. Raises ToolProblem."""
        with told(self.settings, self.limits):
            async with self.reading.connect() as connection:
                found = await connection.exec_driver_sql(f"SELECT COUNT(*) FROM {table}")  # noqa: S608 - as parsed
                return int(found.scalar_one())

    async def change(self, change: Change) -> int | None:
        """Carry a change out; how many rows it touched, None where that says nothing.

        Raises Unsure where nobody can tell whether it was done, and other ToolProblems where it was not.
        """
        is_whole = await self._can_be_taken_back(change)
        is_sent = False
        try:
            with told(self.settings, self.limits):
                async with self._changes().connect() as connection:
                    count = await self._held(connection, connection.run_sync(self._carried_out, change))
                    # From here on nobody can tell, unless the database says so.
                    is_sent = True
                    await self._committed(connection)
        except Failed as problem:
            raise self._told_of_change(problem, is_whole=is_whole, is_sent=is_sent) from problem
        return None if change.of_structure or count < 0 else count

    def _told_of_change(self, problem: Failed, *, is_whole: bool, is_sent: bool) -> ToolProblem:
        """What a problem means for a change, which is only done once it `is_sent` to be kept, if it `is_whole`."""
        is_open = isinstance(problem, Away | TimedOut)
        if not is_whole:
            what = "It" if is_open else "A part of it"
            return Unsure(f"{problem.message} {what} may have been done.")
        if not is_sent:
            said = f"{problem.message} Nothing was changed." if is_open else problem.message
            return Failed(said, suggestion=problem.suggestion)
        # That MySQL says no to a COMMIT may be about telling it to others, after it was done.
        if is_open or self.settings.is_mysql:
            return Unsure(f"{problem.message} It may have been done.")
        return problem

    async def _held(self, connection: AsyncConnection, asking: Coroutine[Any, Any, T]) -> T:
        """What asking brings, unless it takes too long. Raises TimedOut."""
        if self._ending is not None:
            return await self._ending.within(connection, asking)
        return await until_left(connection, asking)

    async def _committed(self, connection: AsyncConnection) -> None:
        if self._ending is not None:
            await self._ending.within(connection, connection.commit())
        else:
            await connection.commit()

    def _changes(self) -> AsyncEngine:
        if self.changing is None:
            raise Refused("This database is not changed through tools.")
        return self.changing

    async def _can_be_taken_back(self, change: Change) -> bool:
        """Whether a transaction that is rolled back leaves nothing of a change."""
        if not self.settings.is_mysql:
            return True
        with told(self.settings, self.limits):
            async with self._changes().connect() as connection:
                return await connection.run_sync(leaves_nothing, change)

    async def about(self) -> About:
        """What it is and has. Raises ToolProblem."""
        with told(self.settings, self.limits):
            async with self.reading.connect() as connection:
                version = await connection.scalar(text(_VERSION[self.settings.dialect]))
                rights = await connection.scalar(text(_SUPERUSER[self.settings.dialect]))
        name = "MariaDB" if "mariadb" in str(version).lower() else self.settings.title
        number = re.match(r"[\d.]*", str(version))
        return About(f"{name} {number[0] if number else version}", len(await self.schema()), bool(rights))

    def _check(self, connection: Connection, statement: Statement | Change) -> None:
        """Raise Refused for what only the database can tell that it is not to be run."""
        if statement.fields:
            check_fields(connection, statement.fields, {name.lower() for name in self.settings.functions})

    def _tried(self, connection: Connection, change: Change) -> Tried:
        return tried(connection, change, self.settings.dialect, lambda: self._carried_out(connection, change))

    def _carried_out(self, connection: Connection, change: Change) -> int:
        """How many rows a change touched; less than none where that says nothing."""
        self._check(connection, change)
        result = connection.execution_options(no_parameters=True).exec_driver_sql(change.text)
        count = result.rowcount
        result.close()
        if count < 0 and self.settings.dialect == "sqlite":
            # Its driver counts only after a statement that begins with the verb.
            return int(connection.exec_driver_sql("SELECT changes()").scalar_one())
        return count

    def _read(self, connection: Connection, statement: Statement) -> Answer:
        self._check(connection, statement)
        fields, query = self._narrowed(connection, statement)
        options = {"stream_results": True, "max_row_buffer": _AT_ONCE, "no_parameters": True}
        result = connection.execution_options(**options).exec_driver_sql(query)
        if not result.returns_rows:
            return Answer([], [], cut=False)
        described = [(field.name, field.type_id) for field in fields] or _described(result)
        columns = columns_of(described, self.settings.dialect)
        rows, is_cut = self._collected(result, fields, columns)
        if is_cut and self.settings.is_mysql:
            # Its driver would read all that is left before it lets go of the connection.
            connection.invalidate()
        else:
            result.close()
        return Answer([_typed(column, rows) for column in columns], rows, cut=is_cut)

    def _collected(
        self, result: CursorResult[Any], fields: list[Field], columns: list[Column]
    ) -> tuple[list[dict[str, JsonValue]], bool]:
        """The rows that are told, and whether there are more."""
        longest = longest_field(len(columns), self.limits.cell_chars)
        rows: list[dict[str, JsonValue]] = []
        names = [column.name for column in columns]
        size, size_of_names = 0, sum(len(name) + 4 for name in names)
        while batch := result.fetchmany(_AT_ONCE):
            for row in batch:
                values = (
                    [field.read(value, longest) for field, value in zip(fields, row, strict=True)] if fields else row
                )
                told_row = [as_told(value, longest) for value in values]
                size += len(orjson.dumps(told_row)) + size_of_names
                if len(rows) >= self.limits.rows or (size > self.limits.result_bytes and rows):
                    return rows, True
                rows.append(dict(zip(names, told_row, strict=True)))
        return rows, False

    def _narrowed(self, connection: Connection, statement: Statement) -> tuple[list[Field], str]:
        """A query that brings no more than is told, and its columns where they were made text for that."""
        if self.settings.dialect != "postgresql" or statement.verb != "SELECT":
            return [], statement.text
        fields = fields_of(connection, statement.text)
        return fields, narrowed(statement.text, fields, longest_field(len(fields), self.limits.cell_chars))

    async def close(self) -> None:
        """Close every connection."""
        await self.reading.dispose()
        if self.changing is not None:
            await self.changing.dispose()
        if self._ending is not None:
            await self._ending.another.dispose()


def _described(result: CursorResult[Any]) -> list[tuple[str, Any]]:
    description = result.cursor.description if result.cursor else None
    return [(str(each[0]), each[1]) for each in description or ()]


def _typed(column: Column, rows: list[dict[str, JsonValue]]) -> Column:
    if column.type:
        return column
    kinds = {type_told(row[column.name]) for row in rows} - {""}
    return Column(column.name, kinds.pop() if len(kinds) == 1 else "")
