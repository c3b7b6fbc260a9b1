"""The tools that databases are asked with."""

import asyncio
from typing import Annotated, Any

from pydantic import Field

from parlour.toolkits.data.kinds import Shelf
from parlour.toolkits.data.sql.checking import Statement, to_read
from parlour.toolkits.data.sql.schema import MOST_TABLES, searched
from parlour.toolkits.data.sql.settings import SqlLimits, SqlSettings
from parlour.toolkits.data.sql.wording import QUERY, SCHEMA
from parlour.tools.tool import Tool, ToolContext, make_tool

KIND = "sql"
WHAT = "database"
"""What such a datasource is called."""
_SLACK_S = 15.0
"""Beside a statement itself: to connect, and to hear that it was ended."""

Query = Annotated[
    str,
    Field(min_length=1, max_length=20_000, description="One SELECT, in the SQL of the database. EXPLAIN works too."),
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
        shared: dict[str, Any] = {"effect": "read", "open_world": True, "timeout_s": limits.seconds + _SLACK_S}
        self.query: Tool = make_tool(self.database_query, wording=QUERY, **shared)
        self.schema: Tool = make_tool(self.database_schema, wording=SCHEMA, **shared)

    async def database_query(self, context: ToolContext, query: Query, datasource: Named = None) -> dict[str, Any]:
        """Ask a database of this project with one SQL query that only reads.

        Look at database_schema first when the names of tables and columns are not known. Ask for what is needed, and
        let the database count, sum and sort: only so many rows are read. "cut" says that there were more.
        """
        chosen = await self._shelf.choose(context.caller, KIND, datasource, WHAT)
        async with self._shelf.lend(chosen) as source:
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


async def checked_read(query: str, settings: SqlSettings) -> Statement:
    """A query, looked through in a thread: that may take a while. Raises as `to_read` does."""
    allowed = frozenset(name.lower() for name in settings.functions)
    return await asyncio.to_thread(to_read, query, settings.dialect, allowed)
