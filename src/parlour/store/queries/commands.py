"""What people asked for under an id of their choice, as it is kept."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.store.tables import commands, conversations

LOOKED_AT = 100
"""So many of somebody's messages are looked at, the last ones first."""


@dataclass(frozen=True, slots=True)
class KeptCommand:
    """A command that was carried out: its id, the ids that it made, and the seq that it was said at."""

    command_id: str
    ids: dict[str, str]
    seq: int


async def kept_command(connection: AsyncConnection, user_id: str, command_id: str) -> KeptCommand | None:
    """The message that somebody sent under this id; None where they sent none."""
    return await _one(connection, user_id, commands.c.command_id == command_id)


async def newest_command(connection: AsyncConnection, user_id: str, beginning: str, since: str) -> KeptCommand | None:
    """The last message that somebody sent since then whose id begins like this; None where they sent none."""
    which = and_(commands.c.command_id.startswith(beginning, autoescape=True), commands.c.at > since)
    return await _one(connection, user_id, which)


async def _one(connection: AsyncConnection, user_id: str, which: ColumnElement[bool]) -> KeptCommand | None:
    query = (
        select(commands.c.command_id, commands.c.ids, commands.c.seq)
        .where(commands.c.user_id == user_id, commands.c.kind == "send_message", which)
        .order_by(commands.c.at.desc(), commands.c.command_id.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).one_or_none()
    return KeptCommand(row.command_id, row.ids, row.seq) if row else None


async def talks_of(connection: AsyncConnection, user_id: str, beginning: str, since: str, project_id: str) -> list[str]:
    """The conversations of a project in which somebody sent messages since then whose ids begin like this.

    The last one first; those that were deleted or archived meanwhile are left out.
    """
    said = (
        select(commands.c.ids)
        .where(
            commands.c.user_id == user_id,
            commands.c.kind == "send_message",
            commands.c.at > since,
            commands.c.command_id.startswith(beginning, autoescape=True),
        )
        .order_by(commands.c.at.desc())
        .limit(LOOKED_AT)
    )
    named = list(dict.fromkeys([str(ids["conversation_id"]) for ids in await connection.scalars(said)]))
    there = select(conversations.c.id).where(
        conversations.c.id.in_(named),
        conversations.c.owner_id == user_id,
        conversations.c.project_id == project_id,
        conversations.c.archived_at.is_(None),
    )
    found = set(await connection.scalars(there))
    return [each for each in named if each in found]
