"""Writers that end their own process around one of their commits.

Every commit has two boundaries. Before it everything is written and nothing is true yet; after it everything is
durable and nobody has heard of it. A crash anywhere else looks from outside like one at the nearest of them.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from sqlalchemy import Delete, Insert, Update
from sqlalchemy.engine import URL

from parlour.clock import Clock
from parlour.journal.unit import Delta, Filled, Publish, Receipt, Unit, Writer
from parlour.journal.writer import OpenWriter
from parlour.journal.writer.postgres import PostgresWriter
from parlour.journal.writer.sqlite import SqliteWriter
from parlour.store.tables import credentials, jobs, nodes

Side = Literal["before", "after"]
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Boundary:
    """The moment right before or right after the `commit`-th commit of a process, counted from 1."""

    side: Side
    commit: int
    is_pause: bool = False
    """Whether the process is only stopped there, until somebody lets it go on."""

    def __str__(self) -> str:
        return f"{self.side} commit {self.commit}"


class Fuse:
    """Counts the commits of this process, and ends or stops it at one boundary by a signal to itself."""

    def __init__(self, boundary: Boundary) -> None:
        self._boundary = boundary
        self._passed: dict[Side, int] = {"before": 0, "after": 0}
        self._left_out = 0

    def leave_out(self, done: "asyncio.Future[Receipt]") -> None:
        """Do not count until this is committed: nobody asked for it."""
        self._left_out += 1

        def counts_again(_: object) -> None:
            self._left_out -= 1

        done.add_done_callback(counts_again)

    def passes(self, side: Side) -> None:
        """One more commit has come to this side of itself. Does not return if this is the one to die at."""
        if self._left_out:
            return
        self._passed[side] += 1
        if side != self._boundary.side or self._passed[side] != self._boundary.commit:
            return
        if self._boundary.is_pause:
            os.kill(os.getpid(), signal.SIGSTOP)
        else:
            os.kill(os.getpid(), signal.SIGKILL)
            signal.pause()


def keeps_house(unit: Unit | Delta) -> bool:
    """Whether no more is kept by it than that a server is there, what it does in the background, or whose key was used.

    Nobody waits for that, so it comes at no certain moment.
    """
    if isinstance(unit, Delta) or unit.events:
        return False
    statements = [*(guard.statement for guard in unit.guards), *unit.changes]
    plain = [each.statement if isinstance(each, Filled) else each for each in statements]
    return all(
        isinstance(each, Insert | Update | Delete) and each.table in (nodes, jobs, credentials) for each in plain
    )


class FusedSqliteWriter(SqliteWriter):
    """SQLite's writer with a fuse."""

    def __init__(
        self, path: Path, *, fuse: Fuse, clock: Clock, publish: Publish, fatal: Callable[[BaseException], None]
    ) -> None:
        self._fuse = fuse
        super().__init__(path, clock=clock, publish=publish, fatal=fatal)

    def submit(self, unit: Unit | Delta) -> "asyncio.Future[Receipt]":
        done = super().submit(unit)
        if keeps_house(unit):
            self._fuse.leave_out(done)
        return done

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

    def submit(self, unit: Unit | Delta) -> "asyncio.Future[Receipt]":
        done = super().submit(unit)
        if keeps_house(unit):
            self._fuse.leave_out(done)
        return done

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
