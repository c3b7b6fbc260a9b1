"""An open database: what it answers, held to rows, bytes and time."""

import re
from dataclasses import dataclass
from pathlib import Path

import orjson
from pydantic import JsonValue
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from parlour.clock import Clock
from parlour.toolkits.data.sql.checking import Statement
from parlour.toolkits.data.sql.engines import engine_for
from parlour.toolkits.data.sql.faults import told
from parlour.toolkits.data.sql.schema import Table, tables_of
from parlour.toolkits.data.sql.settings import SqlLimits, SqlSettings
from parlour.toolkits.data.sql.values import Column, as_told, columns_of, type_told

_AT_ONCE = 50
"""Rows that are fetched at a time; no more than twice as many are ever held beside the answer."""
_SCHEMA_S = 60.0
"""So long is it known what is in a database."""

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
    """A pool of connections to one database. What reads cannot change anything."""

    def __init__(self, settings: SqlSettings, limits: SqlLimits, root: Path, clock: Clock) -> None:
        """Raises Failed and Refused as `engine_for` does."""
        self.settings = settings
        self.limits = limits
        self.clock = clock
        self.reading: AsyncEngine = engine_for(settings, limits, root, may_change=False)
        self._schema: tuple[float, list[Table]] | None = None

    async def check(self) -> None:
        """Raise Failed, in words for people, when nothing answers."""
        with told(self.settings, self.limits):
            async with self.reading.connect() as connection:
                await connection.exec_driver_sql("SELECT 1")

    async def read(self, statement: Statement) -> Answer:
        """What a statement that was looked through answers. Raises ToolProblem."""
        with told(self.settings, self.limits):
            async with self.reading.connect() as connection:
                return await connection.run_sync(self._read, statement.text)

    async def schema(self) -> list[Table]:
        """What is in it, as it was at most a minute ago. Raises ToolProblem."""
        now = self.clock.monotonic()
        if self._schema is None or self._schema[0] <= now:
            with told(self.settings, self.limits):
                async with self.reading.connect() as connection:
                    found = await connection.run_sync(tables_of, self.settings.dialect)
            self._schema = (now + _SCHEMA_S, found)
        return self._schema[1]

    async def about(self) -> About:
        """What it is and has. Raises ToolProblem."""
        with told(self.settings, self.limits):
            async with self.reading.connect() as connection:
                version = await connection.scalar(text(_VERSION[self.settings.dialect]))
                rights = await connection.scalar(text(_SUPERUSER[self.settings.dialect]))
        name = "MariaDB" if "mariadb" in str(version).lower() else self.settings.title
        number = re.match(r"[\d.]*", str(version))
        return About(f"{name} {number[0] if number else version}", len(await self.schema()), bool(rights))

    def _read(self, connection: Connection, words: str) -> Answer:
        options = {"stream_results": True, "max_row_buffer": _AT_ONCE, "no_parameters": True}
        result = connection.execution_options(**options).exec_driver_sql(words)
        if not result.returns_rows:
            return Answer([], [], cut=False)
        columns = columns_of(result.cursor.description or (), self.settings.dialect) if result.cursor else []
        rows: list[dict[str, JsonValue]] = []
        size, is_cut = 0, False
        while not is_cut and (batch := result.fetchmany(_AT_ONCE)):
            for row in batch:
                told_row = [as_told(value, self.limits.cell_chars) for value in row]
                size += len(orjson.dumps(told_row)) + sum(len(column.name) + 4 for column in columns)
                is_cut = len(rows) >= self.limits.rows or (size > self.limits.result_bytes and bool(rows))
                if is_cut:
                    break
                rows.append(dict(zip((column.name for column in columns), told_row, strict=True)))
        if is_cut and self.settings.dialect == "mysql":
            # Its driver would read all that is left before it lets go of the connection.
            connection.invalidate()
        else:
            result.close()
        return Answer([_typed(column, rows) for column in columns], rows, cut=is_cut)

    async def close(self) -> None:
        """Close every connection."""
        await self.reading.dispose()


def _typed(column: Column, rows: list[dict[str, JsonValue]]) -> Column:
    if column.type:
        return column
    kinds = {type_told(row[column.name]) for row in rows} - {""}
    return Column(column.name, kinds.pop() if len(kinds) == 1 else "")
