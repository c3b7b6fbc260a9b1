"""Turns and the tool runs in them, as they are kept."""

from dataclasses import dataclass

from pydantic import JsonValue
from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.content import Json, Problem, ToolStatus, Turn
from parlour.protocol.events import ENDED
from parlour.store.prepared import Row, rows
from parlour.store.tables import tool_runs, turns

_TURN = select(turns).where(turns.c.id == bindparam("turn_id"))


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """A turn and the conversation it belongs to."""

    value: Turn
    conversation_id: str


@dataclass(frozen=True, slots=True)
class ToolRun:
    """One run of a tool: for whom, what it was asked, and what came of it."""

    id: str
    conversation_id: str
    message_id: str
    turn_id: str
    user_id: str
    tool_call_id: str
    name: str
    arguments: Json
    status: ToolStatus
    result: JsonValue
    error: Problem | None
    duration_ms: int | None
    cached: bool
    started_at: str
    ended_at: str | None


def turn_from(row: Row) -> Turn:
    """The wire's value of a whole row of `turns`."""
    return Turn(
        id=row["id"],
        question_id=row["question_id"],
        answer_id=row["answer_id"],
        status=row["status"],
        reason=row["reason"],
    )


def tool_run_from(row: Row) -> ToolRun:
    """A whole row of `tool_runs`."""
    fields = {name: row[name] for name in ToolRun.__dataclass_fields__ if name != "error"}
    return ToolRun(**fields, error=Problem.model_validate(row["error"]) if row["error"] else None)


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


async def tool_run(connection: AsyncConnection, run_id: str) -> ToolRun | None:
    """The run with this id, whoever it belongs to; None where there is none."""
    row = (await connection.execute(select(tool_runs).where(tool_runs.c.id == run_id))).mappings().one_or_none()
    return tool_run_from(row) if row else None


async def tool_runs_of(connection: AsyncConnection, message_id: str) -> list[ToolRun]:
    """Every run of a tool for an answer, in the order they began."""
    query = (
        select(tool_runs).where(tool_runs.c.message_id == message_id).order_by(tool_runs.c.started_at, tool_runs.c.id)
    )
    return [tool_run_from(row) for row in (await connection.execute(query)).mappings()]
