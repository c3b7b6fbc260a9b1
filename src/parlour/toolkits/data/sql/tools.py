"""The tools that databases are asked with."""

import asyncio
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from parlour.toolkits.data.datasource import Datasource, acting_on
from parlour.toolkits.data.keeping import basis_of
from parlour.toolkits.data.kinds import Shelf
from parlour.toolkits.data.leading import leading_to
from parlour.toolkits.data.phrasebook import language_of
from parlour.toolkits.data.sql.change_wording import CHANGE, foreseen
from parlour.toolkits.data.sql.changing import Change, to_change
from parlour.toolkits.data.sql.checking import Statement, to_read
from parlour.toolkits.data.sql.naming import is_name, rows_of
from parlour.toolkits.data.sql.schema import MOST_TABLES, searched
from parlour.toolkits.data.sql.settings import SqlLimits, SqlSettings
from parlour.toolkits.data.sql.wording import QUERY, SCHEMA
from parlour.tools.acting import Foreseen
from parlour.tools.caching import Basis, Caching
from parlour.tools.outcomes import Refused
from parlour.tools.tool import Tool, ToolContext, make_tool

KIND = "sql"
WHAT = "database"
"""What such a datasource is called."""
SCHEMA_S = 300.0
"""For so many seconds it is told again what is in a database that nothing here may change."""
_SLACK_S = 15.0
"""Beside a statement itself: to connect, and to hear that it was ended."""

Query = Annotated[
    str,
    Field(
        min_length=1,
        max_length=20_000,
        description="One SELECT, in the SQL of the database; EXPLAIN works too. Or the name of a table, for its rows.",
    ),
]
Words = Annotated[
    str,
    Field(
        min_length=1,
        max_length=20_000,
        description="One INSERT, UPDATE, DELETE, MERGE, CREATE, ALTER, DROP or TRUNCATE, in the SQL of the database.",
    ),
]
Named = Annotated[
    str | None,
    Field(max_length=100, description="Name or id of the database; may be left out where there is only one."),
]
Search = Annotated[
    str | None, Field(max_length=200, description="Words from names of tables or columns; left out: everything.")
]


class SqlTools:
    """The tools over every database of the caller's project."""

    def __init__(self, shelf: Shelf, limits: SqlLimits) -> None:
        self._shelf = shelf
        # What is in a database was written by others: it is never taken for instructions.
        shared: dict[str, Any] = {"open_world": True, "timeout_s": limits.seconds + _SLACK_S}
        self.query: Tool = make_tool(
            self.database_query, effect="read", wording=QUERY, language=language_of("database_query"), **shared
        )
        language = language_of("database_schema")
        schema = make_tool(self.database_schema, effect="read", wording=SCHEMA, language=language, **shared)
        self.schema: Tool = replace(schema, caching=Caching(self._schema_basis))
        self.change: Tool = make_tool(
            self.database_change, effect="write", wording=CHANGE, acting=acting_on(KIND, self._foresee), **shared
        )

    async def database_query(self, context: ToolContext, query: Query, datasource: Named = None) -> dict[str, Any]:
        """Ask a database of this project with one SQL query that only reads.

        Look at database_schema first when the names of tables and columns are not known. Ask for what is needed, and
        let the database count, sum and sort: only so many rows are read. "cut" says that there were more.
        """
        chosen = await self._shelf.choose(context.caller, KIND, datasource, WHAT)
        async with self._shelf.lend(chosen) as source:
            if is_name(query):
                query = rows_of(query, await source.schema(), source.settings.dialect)
            statement = await checked_read(query, source.settings)
            began = source.clock.monotonic()
            answer = await source.read(statement)
            took = (source.clock.monotonic() - began) * 1000
        return {
            "datasource": chosen.name,
            "query": statement.text,
            "columns": {column.name: column.type for column in answer.columns},
            "rows": answer.rows,
            "row_count": len(answer.rows),
            "cut": answer.cut,
            "ms": round(took, 1),
        }

    async def database_schema(
        self, context: ToolContext, datasource: Named = None, search: Search = None
    ) -> dict[str, Any]:
        """What is in a database of this project: tables, columns, their types, keys and what they refer to."""
        chosen = await self._shelf.choose(context.caller, KIND, datasource, WHAT)
        async with self._shelf.lend(chosen) as source:
            tables = searched(await source.schema(), search)
        return {
            "datasource": chosen.name,
            "description": chosen.description,
            "dialect": source.settings.title,
            "tables": [
                {"table": each.name, "kind": each.kind, "columns": [*each.columns]}
                | ({"comment": each.comment} if each.comment else {})
                for each in tables[:MOST_TABLES]
            ],
            "table_count": len(tables),
            "cut": len(tables) > MOST_TABLES,
        }

    async def _schema_basis(self, context: ToolContext, datasource: Named = None, **_: Any) -> Basis | None:
        return basis_of(await self._shelf.choose(context.caller, KIND, datasource, WHAT), SCHEMA_S)

    async def database_change(self, context: ToolContext, statement: Words, datasource: Named = None) -> dict[str, Any]:
        """Change rows or tables of a database of this project with one SQL statement, after a person's yes.

        They are shown how many rows it would touch. Look first with database_query at what is meant.
        """
        chosen = await self._writable(context, datasource)
        async with self._shelf.lend(chosen) as source:
            change = await _checked_change(statement, source.settings)
            if context.effect == "write" and change.effect == "destructive":
                raise Refused("This takes something away, and that was not asked about.", suggestion="Ask again.")
            began = source.clock.monotonic()
            count = await source.change(change)
            took = (source.clock.monotonic() - began) * 1000
        return {
            "datasource": chosen.name,
            "statement": change.text,
            "verb": change.verb,
            "tables": [*change.tables],
            "row_count": count,
            "ms": round(took, 1),
        }

    async def _foresee(self, context: ToolContext, statement: str, datasource: str | None = None) -> Foreseen:
        """What would be otherwise. Raises what the call itself would."""
        chosen = await self._writable(context, datasource)
        async with self._shelf.lend(chosen) as source:
            change = await _checked_change(statement, source.settings)
            count = await source.foresee(change)
            empties = change.tables if change.verb in ("DROP", "TRUNCATE") else ()
            there = sum([await source.count(table) for table in empties]) if empties else None
            title = source.settings.title
        return leading_to(chosen, foreseen(change, chosen.name, title, count, there))

    async def _writable(self, context: ToolContext, named: str | None) -> Datasource:
        chosen = await self._shelf.choose(context.caller, KIND, named, WHAT)
        if not chosen.writable:
            raise Refused(f"“{chosen.name}” is not changed through tools.", suggestion="An admin can allow it.")
        return chosen


async def _checked_change(statement: str, settings: SqlSettings) -> Change:
    allowed = frozenset(name.lower() for name in settings.functions)
    return await asyncio.to_thread(to_change, statement, settings.dialect, allowed)


async def checked_read(query: str, settings: SqlSettings) -> Statement:
    """A query, looked through in a thread: that may take a while. Raises as `to_read` does."""
    allowed = frozenset(name.lower() for name in settings.functions)
    return await asyncio.to_thread(to_read, query, settings.dialect, allowed)
