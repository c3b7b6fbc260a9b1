"""Somebody leaves the house: what they said goes with them, conversation by conversation."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.identity.who import Who
from parlour.journal.retrying import Built, read_and_commit
from parlour.journal.unit import Writer
from parlour.store.database import Reads
from parlour.store.queries.conversations import stored_conversation
from parlour.store.queries.turns import open_turns
from parlour.store.tables import conversations
from parlour.turn.conversations import deleted

End = Callable[[str], Awaitable[object]]
"""Ends the turn with this id, whoever asked for it, and returns once it has ended."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """Takes away what somebody said, also where they are no member any more."""

    reads: Reads
    writer: Writer
    clock: Clock
    end: End

    async def take_along(self, who: Who, owner_id: str) -> None:
        """Delete every conversation of somebody; `who` is remembered for it. What is open in them is ended first."""
        mine = select(conversations.c.id).where(conversations.c.owner_id == owner_id)
        async with self.reads.read() as connection:
            found = (await connection.scalars(mine)).all()
        for conversation_id in found:
            await self._delete(who, conversation_id)

    async def _delete(self, who: Who, conversation_id: str) -> None:
        at = isoformat(self.clock.now())

        async def nothing_runs() -> None:
            async with self.reads.read() as connection:
                unfinished = await open_turns(connection, conversation_id)
            for turn in reversed(unfinished):
                await self.end(turn.id)

        async def build(connection: AsyncConnection) -> Built[None]:
            before = await stored_conversation(connection, conversation_id)
            return None, deleted(before, who, at) if before else None

        await read_and_commit(self.reads, self.writer, build, prepare=nothing_runs)
