"""Turns, as they are kept."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.content import Turn
from parlour.protocol.events import ENDED
from parlour.store.prepared import Row, rows
from parlour.store.tables import turns

_TURN = select(turns).where(turns.c.id == bindparam("turn_id"))


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A turn and the conversation it belongs to."""

    value: Turn
    conversation_id: str


def turn_from(row: Row) -> Turn:
    """The wire's value of a whole row of `turns`."""
    return Turn(
        id=row["id"],
        question_id=row["question_id"],
        answer_id=row["answer_id"],
        status=row["status"],
        reason=row["reason"],
    )


async def end_of_turn(connection: AsyncConnection, turn_id: str) -> str | None:
    """When a turn ended; None for one that has not, or is no more."""
    return await connection.scalar(select(turns.c.ended_at).where(turns.c.id == turn_id))


async def stored_turn(connection: AsyncConnection, turn_id: str) -> StoredTurn | None:
    """The turn with this id, whoever it belongs to; None where there is none."""
    found = await rows(connection, _TURN, turn_id=turn_id)
    return StoredTurn(turn_from(found[0]), found[0]["conversation_id"]) if found else None


async def open_turns(connection: AsyncConnection, conversation_id: str) -> list[Turn]:
    """The turns of a conversation that have not ended, in the order they were asked."""
    query = (
        select(turns)
        .where(turns.c.conversation_id == conversation_id, turns.c.status.not_in(ENDED))
        .order_by(turns.c.position)
    )
    return [turn_from(row) for row in (await connection.execute(query)).mappings()]
