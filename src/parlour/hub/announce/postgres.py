"""Announcements by PostgreSQL's NOTIFY: told on one connection after the commit, heard on another.

What is told while a note is on its way goes out together with the next, each topic once.
"""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import orjson
import structlog
from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock
from parlour.hub.announce.base import Ears
from parlour.hub.announce.notes import hear, notes
from parlour.journal.unit import Committed
from parlour.store.line import line_to

CHANNEL = "parlour"
SPACING_S = 0.005
RETRY_S = 1.0
LISTENS_S = 5.0
"""How often the connection that hears is asked whether it still does."""

_TELL = text("SELECT pg_notify(:channel, note) FROM unnest(CAST(:notes AS text[])) AS note")
_LOST = (SQLAlchemyError, OSError)

log = structlog.get_logger(__name__)


class PostgresAnnouncer:
    """One node's mouth and ears."""

    def __init__(self, url: URL, clock: Clock) -> None:
        self.is_heard: Callable[[], bool] = lambda: False
        self._engine = line_to(url)
        self._clock = clock
        self._heads: dict[str, int] = {}
        self._stops: list[str] = []
        self._has_work = False
        self._news = asyncio.Event()
        self._mouth: AsyncConnection | None = None
        self._mouth_pid = 0

    # --- telling -----------------------------------------------------------------------------------------------

    def committed(self, said: Iterable[Committed]) -> None:
        if not self.is_heard():
            return
        for each in said:
            self._heads[each.topic] = each.seq
        self._news.set()

    def stop(self, turn_id: str) -> None:
        self._stops.append(turn_id)
        self._news.set()

    def work(self) -> None:
        self._has_work = True
        self._news.set()

    async def keep_telling(self) -> None:
        while True:
            await self._news.wait()
            await self._tell()
            await self._clock.sleep(SPACING_S)

    async def _tell(self) -> None:
        """Hand on what is to be told; dropped when the database is away, since the others look by themselves."""
        self._news.clear()
        lines = list(notes(self._heads, self._stops, work=self._has_work))
        self._heads, self._stops, self._has_work = {}, [], False
        if not lines:
            return
        try:
            mouth = await self._connected()
            await mouth.execute(_TELL, {"channel": CHANNEL, "notes": lines})
        except _LOST as lost:
            log.warning("the other nodes could not be told", reason=str(lost))
            await _hung_up(self._mouth)
            self._mouth = None

    async def _connected(self) -> AsyncConnection:
        if self._mouth is None or (await _driver_of(self._mouth)).is_closed():
            self._mouth = await self._engine.connect()
            self._mouth_pid = await self._mouth.scalar(text("SELECT pg_backend_pid()")) or 0
        return self._mouth

    async def close(self) -> None:
        await self._tell()
        await _hung_up(self._mouth)
        await self._engine.dispose()

    # --- hearing -----------------------------------------------------------------------------------------------

    async def keep_hearing(self, ears: Ears) -> None:
        while True:
            try:
                await self._hear(ears)
            except _LOST as lost:
                log.warning("the other nodes cannot be heard; trying again", reason=str(lost))
            await self._clock.sleep(RETRY_S)

    async def _hear(self, ears: Ears) -> None:
        """Hear until the connection is lost."""

        def heard(_: object, pid: int, __: str, note: str) -> None:
            if pid == self._mouth_pid:
                return
            try:
                hear(note, ears)
            except orjson.JSONDecodeError:
                log.warning("a note of another node is not understood", note=note[:100])

        async with self._engine.connect() as connection:
            driver = await _driver_of(connection)
            lost = asyncio.Event()
            driver.add_termination_listener(partial(_set, lost))
            await driver.add_listener(CHANNEL, heard)
            ears.missed()
            while not lost.is_set():
                try:
                    async with asyncio.timeout(LISTENS_S):
                        await lost.wait()
                except TimeoutError:
                    await connection.scalar(text("SELECT 1"))


async def _driver_of(connection: AsyncConnection) -> Any:
    return (await connection.get_raw_connection()).driver_connection


def _set(event: asyncio.Event, _: object) -> None:
    event.set()


async def _hung_up(connection: AsyncConnection | None) -> None:
    if connection is not None:
        try:
            await connection.close()
        except _LOST:
            log.debug("a lost connection could not be closed", exc_info=True)
