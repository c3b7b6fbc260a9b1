"""Who leaves is not served any more; what they said before still counts."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, cast

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.app import App
from parlour.models.scripted import Script, ScriptedModel, says
from parlour.store.database import Database
from parlour.store.tables import messages
from tests.served import PATIENCE_S, Served, Serving

YES = ScriptedModel(otherwise=Script.of(says("Yes, of course.")))


class Busy:
    """A database that lets nobody read for as long as it is busy."""

    def __init__(self) -> None:
        self.database: Database
        self.free = asyncio.Event()
        self.free.set()
        self.changed = asyncio.Event()
        self.waiting = 0

    def before(self, app: App) -> App:
        """The house with its database behind this."""
        self.database = app.database
        return replace(app, database=cast("Database", self))

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        if not self.free.is_set():
            self._count(1)
            try:
                await self.free.wait()
            finally:
                self._count(-1)
        async with self.database.read() as connection:
            yield connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self.database, name)

    async def until(self, happened: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not happened():
                self.changed.clear()
                await self.changed.wait()

    def _count(self, more: int) -> None:
        self.waiting += more
        self.changed.set()


async def stored(served: Served, text: str) -> int:
    statement = select(func.count()).where(messages.c.client_message_id == text)
    async with served.app.database.read() as connection:
        return await connection.scalar(statement) or 0


async def test_nothing_is_opened_for_who_has_left_before_it_was(serving: Serving) -> None:
    busy = Busy()
    async with serving(YES, change=busy.before) as served, served.connected() as staying:
        ids = await staying.says("Hello")
        topic = f"conversation:{ids['conversation_id']}"
        async with served.connected() as leaving:
            busy.free.clear()
            await leaving.sends({"type": "subscribe", "id": "1", "topic": topic})
            await busy.until(lambda: busy.waiting > 0)
        await busy.until(lambda: busy.waiting == 0)
        assert topic not in served.app.hub.followers
        busy.free.set()
        assert await staying.follows(ids["conversation_id"]) == topic


async def test_what_was_said_before_leaving_is_kept(serving: Serving) -> None:
    busy = Busy()
    async with serving(YES, change=busy.before) as served:
        async with served.connected() as leaving:
            ids = await leaving.says("Hello")
            busy.free.clear()
            await leaving.sends({"type": "subscribe", "id": "1", "topic": f"conversation:{ids['conversation_id']}"})
            await busy.until(lambda: busy.waiting > 0)
            await leaving.sends({"type": "send_message", "content": "Bye", "client_message_id": "the-last-word"})
        busy.free.set()
        async with asyncio.timeout(PATIENCE_S), served.connected() as other:
            await other.asks("subscribe", topic=f"user:{served.app.house.admin.id}")
            await other.seen(
                lambda frame: (
                    frame["type"] == "conversation_created"
                    or (frame["type"] == "snapshot" and len(frame["state"]["conversations"]) > 1)
                )
            )
        assert await stored(served, "the-last-word") == 1
