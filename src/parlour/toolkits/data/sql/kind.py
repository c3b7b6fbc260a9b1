"""SQL databases as a kind of datasource."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from parlour.clock import Clock
from parlour.toolkits.data.datasource import Datasource
from parlour.toolkits.data.kinds import Shelf
from parlour.toolkits.data.sql.settings import SqlLimits, SqlSettings
from parlour.toolkits.data.sql.source import SqlSource
from parlour.toolkits.data.sql.tools import KIND, SqlTools
from parlour.toolkits.data.sql.wording import counted
from parlour.tools.tool import Tool


class SqlKind:
    """SQLite files below `root`, PostgreSQL, MySQL and MariaDB."""

    name = KIND
    title = "SQL database"
    settings: type[BaseModel] = SqlSettings

    def __init__(self, root: Path, clock: Clock, limits: SqlLimits | None = None) -> None:
        self._root = root
        self._clock = clock
        self._limits = limits or SqlLimits()
        self._tools: SqlTools | None = None

    def address(self, settings: SqlSettings) -> str:
        """Where the password goes: everything that says who is asked, and how safely."""
        if settings.dialect == "sqlite":
            return f"sqlite:{settings.database}"
        safely = "+tls" if settings.tls else ""
        return f"{settings.dialect}{safely}://{settings.user}@{settings.where}/{settings.database}"

    async def connect(self, settings: SqlSettings, *, project_id: str, writable: bool) -> SqlSource:
        """A pool of connections, of which one was tried. Raises ToolProblem."""
        del project_id
        source = SqlSource(settings, self._limits, self._root, self._clock, writable=writable)
        try:
            await source.check()
        except BaseException:
            await source.close()
            raise
        return source

    async def trial(self, source: Any) -> str:
        """Which version answers, how much is there, and whether the user may do more than it should."""
        found = await source.about()
        tables = counted(found.tables, "table")
        more = " Its user may do everything there: one that may only read is safer." if found.is_superuser else ""
        return f"{found.version} answers. {tables} can be read.{more}"

    def tools(self, shelf: Shelf, there: Sequence[Datasource]) -> Sequence[Tool]:
        """What every database can be asked, and what changes those that may be changed."""
        if self._tools is None:
            self._tools = SqlTools(shelf, self._limits)
        reading = (self._tools.query, self._tools.schema)
        return (*reading, self._tools.change) if any(each.writable for each in there) else reading
