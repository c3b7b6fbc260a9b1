"""A new SQLite file beside the one it will stand for."""

import os
import shutil
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.errors import InvalidRequest, Unavailable
from parlour.store.database import database_url
from parlour.store.migrate import engine_to

_BESIDE = ("-wal", "-shm", "-journal")


class SqlitePlace:
    """Implements `Place`. Whoever uses it holds the lock of the data directory."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._new = path.with_name(f"{path.name}.new")
        self.engine = engine_to(database_url(f"sqlite:///{self._new}"))

    async def clear(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._take_away()

    async def loosen(self, connection: AsyncConnection) -> Sequence[str]:
        return ()

    async def tighten(self, connection: AsyncConnection, loosened: Sequence[str]) -> None:
        stray = (await connection.execute(text("PRAGMA foreign_key_check"))).first()
        if stray is not None:
            raise InvalidRequest(f"A row of {stray[0]} belongs to one of {stray[2]} that is not there.")

    async def settle(self, aside: str) -> str | None:
        await self.engine.dispose()
        _fold(self._new)
        kept: Path | None = None
        if self._path.exists():
            _fold(self._path)
            kept = self._path.with_name(f"{self._path.name}.{aside}")
            try:
                os.link(self._path, kept)
            except OSError:  # a file system without links
                shutil.copyfile(self._path, kept)
        self._new.replace(self._path)
        _make_durable(self._path.parent)
        return str(kept) if kept else None

    async def close(self) -> None:
        await self.engine.dispose()
        self._take_away()

    def _take_away(self) -> None:
        for ending in ("", *_BESIDE):
            self._new.with_name(f"{self._new.name}{ending}").unlink(missing_ok=True)


def _fold(path: Path) -> None:
    """Bring everything of a database into its one file. Raises Unavailable while somebody else has it open."""
    connection = sqlite3.connect(path, timeout=5, isolation_level=None)
    try:
        busy, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0] if not busy else "wal"
    except sqlite3.OperationalError as error:
        raise Unavailable(f"{path} is in use: {error}. Stop whatever has it open, and try again.") from error
    finally:
        connection.close()
    if mode != "delete":
        raise Unavailable(f"{path} is in use. Stop whatever has it open, and try again.")
    _make_durable(path)


def _make_durable(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
