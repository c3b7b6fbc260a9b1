"""Writers that end their own process around one of their commits.

Every commit has two boundaries. Before it everything is written and nothing is true yet; after it everything is
durable and nobody has heard of it. A crash anywhere else looks from outside like one at the nearest of them.
"""

import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from sqlalchemy.engine import URL

from parlour.clock import Clock
from parlour.journal.unit import Publish, Writer
from parlour.journal.writer import OpenWriter
from parlour.journal.writer.postgres import PostgresWriter
from parlour.journal.writer.sqlite import SqliteWriter

Side = Literal["before", "after"]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Boundary:
    """The moment right before or right after the `commit`-th commit of a process, counted from 1."""

    side: Side
    commit: int

    def __str__(self) -> str:
        return f"{self.side} commit {self.commit}"


class Fuse:
    """Counts the commits of this process, and ends it at one boundary by a SIGKILL to itself."""

    def __init__(self, boundary: Boundary) -> None:
        self._boundary = boundary
        self._passed: dict[Side, int] = {"before": 0, "after": 0}

    def passes(self, side: Side) -> None:
        """One more commit has come to this side of itself. Does not return if this is the one."""
        self._passed[side] += 1
        if side == self._boundary.side and self._passed[side] == self._boundary.commit:
            os.kill(os.getpid(), signal.SIGKILL)
            signal.pause()


class FusedSqliteWriter(SqliteWriter):
    """SQLite's writer with a fuse."""

    def __init__(
        self, path: Path, *, fuse: Fuse, clock: Clock, publish: Publish, fatal: Callable[[BaseException], None]
    ) -> None:
        self._fuse = fuse
        super().__init__(path, clock=clock, publish=publish, fatal=fatal)

    def _commit(self) -> None:
        self._fuse.passes("before")
        super()._commit()
        self._fuse.passes("after")


class FusedPostgresWriter(PostgresWriter):
    """PostgreSQL's writer with a fuse."""

    def __init__(
        self, url: URL, *, fuse: Fuse, clock: Clock, publish: Publish, fatal: Callable[[BaseException], None]
    ) -> None:
        self._fuse = fuse
        super().__init__(url, clock=clock, publish=publish, fatal=fatal)

    async def _commit(self, last: Awaitable[Result]) -> Result:
        self._fuse.passes("before")
        result = await super()._commit(last)
        self._fuse.passes("after")
        return result


def writer_with(fuse: Fuse) -> OpenWriter:
    """Opens the writer that fits a database, with `fuse` in it."""

    def open_writer(url: URL, *, clock: Clock, publish: Publish, fatal: Callable[[BaseException], None]) -> Writer:
        if url.get_backend_name() == "sqlite":
            path = Path(str(url.database))
            return FusedSqliteWriter(path, fuse=fuse, clock=clock, publish=publish, fatal=fatal)
        return FusedPostgresWriter(url, fuse=fuse, clock=clock, publish=publish, fatal=fatal)

    return open_writer
