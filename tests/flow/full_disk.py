"""A disk that can be full and have room again, for both databases, as the databases themselves see it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import URL

from parlour.clock import Clock
from parlour.journal.unit import Publish, Writer
from parlour.journal.writer import open_writer
from parlour.journal.writer.sqlite import SqliteWriter
from parlour.journal.writer.sqlite_transaction import SqliteTransaction
from tests.storage import Storage, run_on_postgres

NO_ROOM = (
    "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$",
    "CREATE TRIGGER no_room BEFORE INSERT ON commits EXECUTE FUNCTION no_room()",
)
ROOM = ("DROP TRIGGER no_room ON commits", "DROP FUNCTION no_room()")
MOST_PAGES = 1_073_741_823


class _Bounded(SqliteTransaction):
    """A connection whose file may be kept from growing, which SQLite tells as it tells a full disk."""

    def may_have(self, pages: int) -> None:
        self._raw.execute(f"PRAGMA max_page_count = {pages}")


class _BoundedWriter(SqliteWriter):
    def __init__(self, path: Path, *, clock: Clock, publish: Publish, fatal: Callable[[BaseException], None]) -> None:
        super().__init__(path, clock=clock, publish=publish, fatal=fatal)
        self._transaction.close()
        self.bounded = self._transaction = _Bounded(path)

    async def may_have(self, pages: int) -> None:
        """Bound the file, in the thread that has its connection."""
        done = asyncio.Event()

        def bound() -> None:
            self.bounded.may_have(pages)
            self._tell_loop(done.set)

        self._jobs.put(bound)
        await done.wait()


@dataclass
class Disk:
    """The disk of one database. A file of SQLite still takes what fits into the pages that it has."""

    storage: Storage
    _writers: list[_BoundedWriter] = field(default_factory=list[_BoundedWriter])

    def open_writer(
        self, url: URL, *, clock: Clock, publish: Publish, fatal: Callable[[BaseException], None]
    ) -> Writer:
        """The writer that fits the database, over this disk."""
        if url.get_backend_name() != "sqlite":
            return open_writer(url, clock=clock, publish=publish, fatal=fatal)
        self._writers = [_BoundedWriter(Path(str(url.database)), clock=clock, publish=publish, fatal=fatal)]
        return self._writers[0]

    async def fills(self) -> None:
        """Nothing more fits."""
        for writer in self._writers:
            await writer.may_have(1)
        if not self._writers:
            await self._tell_postgres(NO_ROOM)

    async def has_room(self) -> None:
        """Somebody made room."""
        for writer in self._writers:
            await writer.may_have(MOST_PAGES)
        if not self._writers:
            await self._tell_postgres(ROOM)

    async def _tell_postgres(self, statements: tuple[str, ...]) -> None:
        await asyncio.to_thread(run_on_postgres, *statements, database=str(self.storage.url.database))
