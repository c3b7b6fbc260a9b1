"""What the house said to conversations, and which conversations have heard of a thing."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Text, bindparam, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.content import Notice
from parlour.protocol.state import MOST_NOTICES
from parlour.store.prepared import rows
from parlour.store.tables import conversations, notices, tool_runs

MOST_LOOKED_AT = 100
"""So many of a project's conversations are looked through for a thing, those that were active last."""
MOST_RUNS = 1_000
"""And so many runs of tools in all of them together, the newest."""

_NEWEST = (
    select(notices)
    .where(notices.c.conversation_id == bindparam("conversation_id"))
    .order_by(notices.c.position.desc())
    .limit(MOST_NOTICES)
)


@dataclass(frozen=True, slots=True)
class StoredNotice:
    """A notice, and the seq of its event: where in the talk it stands."""

    value: Notice
    position: int


async def newest_notices(connection: AsyncConnection, conversation_id: str) -> list[StoredNotice]:
    """As many notices of a conversation as its state holds, in the order they were given."""
    found = await rows(connection, _NEWEST, conversation_id=conversation_id)
    return [
        StoredNotice(Notice.model_validate({name: row[name] for name in Notice.model_fields}), row["position"])
        for row in reversed(found)
    ]


async def that_heard_of(
    connection: AsyncConnection, project_id: str, ids: Sequence[str], *, since: str, besides: str, most: int
) -> list[str]:
    """The conversations of a project in which a tool was asked about, or found, a thing with one of these `ids`.

    They were active at or after `since`, an ISO time; the conversation `besides` is none of them. Of more than `most`
    those in which it happened last are given. However much was ever said, what is read for it is bounded.
    """
    active = (
        select(conversations.c.id)
        .where(
            conversations.c.project_id == project_id,
            conversations.c.last_activity_at >= since,
            conversations.c.id != besides,
        )
        .order_by(conversations.c.last_activity_at.desc())
        .limit(MOST_LOOKED_AT)
    )
    newest = (
        select(tool_runs.c.id, tool_runs.c.conversation_id, tool_runs.c.turn_id)
        .where(tool_runs.c.conversation_id.in_(active))
        .order_by(tool_runs.c.turn_id.desc())  # ids rise with time, and stand before what may be long in a row
        .limit(MOST_RUNS)
        .subquery()
    )
    # A value of its own, so that no plan begins with reading what every tool ever found.
    each = tool_runs.alias()
    words = (cast(each.c.arguments, Text), cast(each.c.result, Text))
    named = or_(*(text.contains(f'"{thing}"', autoescape=True) for thing in ids for text in words))
    heard = (
        select(newest.c.conversation_id)
        .where(select(named).where(each.c.id == newest.c.id).scalar_subquery())
        .group_by(newest.c.conversation_id)
        .order_by(func.max(newest.c.turn_id).desc())
        .limit(most)
    )
    return list((await connection.execute(heard)).scalars())
