"""Conversations as they are kept, read back as values of the wire."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.content import Conversation
from parlour.store.prepared import Row, rows
from parlour.store.queries.people import joined_by
from parlour.store.tables import approvals, conversations, topics

Sort = Literal["created", "updated", "activity"]
Order = Literal["asc", "desc"]
Archived = Literal["without", "with", "only"]
"""Whether what is in the archive is listed too, or alone."""

_ASKS = exists().where(approvals.c.conversation_id == conversations.c.id, approvals.c.status == "pending")
_CONVERSATION = select(conversations, _ASKS.label("is_asking")).where(
    conversations.c.id == bindparam("conversation_id")
)

_SORTED_BY = {
    "created": conversations.c.created_at,
    "updated": conversations.c.updated_at,
    "activity": conversations.c.last_activity_at,
}


@dataclass(frozen=True, slots=True)
class StoredConversation:
    """A conversation beside what only the server needs of its row."""

    value: Conversation
    tenant_id: str
    version: int
    is_asking: bool = False
    """Whether something in it waits for a person."""


@dataclass(frozen=True, slots=True)
class ConversationPage:
    """Some conversations of a list, and how many the whole list has."""

    conversations: list[Conversation]
    total: int
    has_more: bool


def conversation_from(row: Row) -> Conversation:
    """The wire's value of a whole row of `conversations`."""
    return Conversation(
        id=row["id"],
        project_id=row["project_id"],
        owner_id=row["owner_id"],
        title=row["title"],
        title_is_own=row["title_is_own"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        last_activity_at=row["last_activity_at"],
        message_count=row["message_count"],
        total_tokens=row["total_tokens"],
        is_archived=row["archived_at"] is not None,
        archived_at=row["archived_at"],
        last_message=row["last_message"],
        metadata=row["metadata"],
    )


def stored_conversation_from(row: Row) -> StoredConversation:
    """A whole row of `conversations`, and whether something in it waits for a person."""
    return StoredConversation(conversation_from(row), row["tenant_id"], row["version"], bool(row["is_asking"]))


async def stored_conversation(connection: AsyncConnection, conversation_id: str) -> StoredConversation | None:
    """The conversation with this id, whoever it belongs to; None where there is none."""
    found = await rows(connection, _CONVERSATION, conversation_id=conversation_id)
    return stored_conversation_from(found[0]) if found else None


async def list_conversations(
    connection: AsyncConnection,
    *,
    owner_id: str,
    project_id: str | None = None,
    archived: Archived = "without",
    sort: Sort = "activity",
    order: Order = "desc",
    limit: int = 20,
    offset: int = 0,
) -> ConversationPage:
    """A page of somebody's own conversations. Equal times are ordered by id, in the same direction."""
    wanted = and_(_own(owner_id, project_id), *_by_archive(archived))
    by = (_SORTED_BY[sort], conversations.c.id)
    page = (
        select(conversations)
        .where(wanted)
        .order_by(*(column.desc() if order == "desc" else column.asc() for column in by))
        .limit(limit)
        .offset(offset)
    )
    found = [conversation_from(row) for row in (await connection.execute(page)).mappings()]
    count = select(func.count()).select_from(conversations).where(wanted)
    total: int = (await connection.execute(count)).scalar_one()
    return ConversationPage(found, total, has_more=offset + len(found) < total and bool(found))


async def topic_seq(connection: AsyncConnection, topic: str) -> int:
    """The seq of the last event on `topic`; 0 when nothing was said on it yet."""
    found = await connection.execute(select(topics.c.seq).where(topics.c.id == topic))
    return found.scalar_one_or_none() or 0


def _own(owner_id: str, project_id: str | None) -> ColumnElement[bool]:
    own = and_(conversations.c.owner_id == owner_id, conversations.c.project_id.in_(joined_by(owner_id)))
    return own if project_id is None else and_(own, conversations.c.project_id == project_id)


def _by_archive(archived: Archived) -> list[ColumnElement[Any]]:
    if archived == "with":
        return []
    kept_away = conversations.c.archived_at.is_not(None)
    return [kept_away if archived == "only" else ~kept_away]
