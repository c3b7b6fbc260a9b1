"""The runs of tools, as they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue
from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.content import Json, Problem, ToolStatus
from parlour.protocol.rest import RunsQuery, ToolRunLine
from parlour.store.prepared import Row
from parlour.store.queries.people import joined_by
from parlour.store.tables import conversations, tool_runs


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


def tool_run_from(row: Row) -> ToolRun:
    """A whole row of `tool_runs`."""
    fields = {name: row[name] for name in ToolRun.__dataclass_fields__ if name != "error"}
    return ToolRun(**fields, error=Problem.model_validate(row["error"]) if row["error"] else None)


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


async def runs_of_user(connection: AsyncConnection, user_id: str, wanted: RunsQuery) -> Sequence[ToolRunLine]:
    """A page of the runs for somebody's own conversations, the newest first, and one more where there are more.

    Without their results: those are large.
    """
    columns = [tool_runs.c[name] for name in ToolRunLine.model_fields if name in tool_runs.c]
    query = (
        select(
            *columns, tool_runs.c.error, conversations.c.title.label("conversation_title"), conversations.c.project_id
        )
        .join(conversations, conversations.c.id == tool_runs.c.conversation_id)
        .where(
            tool_runs.c.user_id == user_id,
            conversations.c.owner_id == user_id,
            conversations.c.project_id.in_(joined_by(user_id)),
        )
        .order_by(tool_runs.c.started_at.desc(), tool_runs.c.id.desc())
        .limit(wanted.limit + 1)
    )
    if wanted.project_id is not None:
        query = query.where(conversations.c.project_id == wanted.project_id)
    if wanted.conversation_id is not None:
        query = query.where(tool_runs.c.conversation_id == wanted.conversation_id)
    if wanted.before is not None:
        at = select(tool_runs.c.started_at, tool_runs.c.id).where(
            tool_runs.c.id == wanted.before, tool_runs.c.user_id == user_id
        )
        query = query.where(tuple_(tool_runs.c.started_at, tool_runs.c.id) < at.scalar_subquery())
    found = (await connection.execute(query)).mappings()
    return [_line(dict(row)) for row in found]


def _line(row: dict[str, JsonValue]) -> ToolRunLine:
    error = row.pop("error")
    return ToolRunLine.model_validate(row | {"problem": Problem.model_validate(error).message if error else None})
