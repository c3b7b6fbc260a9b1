"""Announcements by PostgreSQL's NOTIFY: told on one connection after the commit, heard on another.

What is told while a note is on its way goes out together with the next, each topic once. Frames of the moment have a
connection of their own, and a slower pace: nothing else ever waits for them.
"""

import asyncio
from collections.abc import Callable, Iterable
from functools import partial

import orjson
import structlog
from sqlalchemy import text
from sqlalchemy.engine import URL

from parlour.clock import Clock
from parlour.hub.announce.base import Ears
from parlour.hub.announce.mentions import Mention, Mentions
from parlour.hub.announce.mouth import CHANNEL, LOST, Mouth, driver_of
from parlour.hub.announce.notes import hear, mention_notes, notes
from parlour.ids import new_id
from parlour.journal.unit import Committed
from parlour.store.line import line_to

SPACING_S = 0.005
MENTIONS_SPACING_S = 0.1
"""Frames of the moment are told no more often than so."""
RETRY_S = 1.0
LISTENS_S = 5.0
"""How often the connection that hears is asked whether it still does."""

log = structlog.get_logger(__name__)


class PostgresAnnouncer:
    """One node's mouth and ears."""

    def __init__(self, url: URL, clock: Clock) -> None:
        self.is_heard: Callable[[], bool] = lambda: False
        self.is_hearing: bool | None = False
        self._engine = line_to(url)
        self._clock = clock
        self._heads: dict[str, int] = {}
        self._stops: list[str] = []
        self._has_work = False
        self._news = asyncio.Event()
        self._mentions = Mentions()
        self._has_mentions = asyncio.Event()
        self._mouth, self._small_talk = Mouth(self._engine), Mouth(self._engine)
        self._own_name = new_id()
        """Frames of the moment go by it, so that none comes back, whichever connection it was told on."""

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

    def mention(self, mention: Mention) -> None:
        if self.is_heard():
            self._mentions.add(mention)
            self._has_mentions.set()

    async def keep_telling(self) -> None:
        async with asyncio.TaskGroup() as both:
            both.create_task(self._keep_telling_news(), name="telling-news")
            both.create_task(self._keep_telling_mentions(), name="telling-mentions")

    async def _keep_telling_news(self) -> None:
        while True:
            await self._news.wait()
            await self._tell()
            await self._clock.sleep(SPACING_S)

    async def _tell(self) -> None:
        self._news.clear()
        told = list(notes(self._heads, self._stops, work=self._has_work))
        self._heads, self._stops, self._has_work = {}, [], False
        await self._mouth.tell(told)

    async def _keep_telling_mentions(self) -> None:
        while True:
            await self._has_mentions.wait()
            self._has_mentions.clear()
            await self._small_talk.tell(list(mention_notes(self._own_name, self._mentions.take())))
            await self._clock.sleep(MENTIONS_SPACING_S)

    async def close(self) -> None:
        await self._tell()
        await self._mouth.close()
        await self._small_talk.close()
        await self._engine.dispose()

    # --- hearing -----------------------------------------------------------------------------------------------

    async def keep_hearing(self, ears: Ears) -> None:
        while True:
            try:
                await self._hear(ears)
            except LOST as lost:
                log.warning("the other nodes cannot be heard; trying again", reason=str(lost))
            finally:
                self.is_hearing = False
            await self._clock.sleep(RETRY_S)

    async def _hear(self, ears: Ears) -> None:
        """Hear until the connection is lost."""

        def heard(_: object, pid: int, __: str, note: str) -> None:
            if pid == self._mouth.pid:
                return
            try:
                hear(note, ears, but=self._own_name)
            except orjson.JSONDecodeError:
                log.warning("a note of another node is not understood", note=note[:100])

        async with self._engine.connect() as connection:
            driver = await driver_of(connection)
            lost = asyncio.Event()
            driver.add_termination_listener(partial(_set, lost))
            await driver.add_listener(CHANNEL, heard)
            self.is_hearing = True
            ears.missed()
            while not lost.is_set():
                try:
                    async with asyncio.timeout(LISTENS_S):
                        await lost.wait()
                except TimeoutError:
                    await connection.scalar(text("SELECT 1"))


def _set(event: asyncio.Event, _: object) -> None:
    event.set()
