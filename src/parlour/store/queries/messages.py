"""Messages as they are kept, read back as values of the wire, alone and in pages."""

from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.errors import UnknownCursor
from parlour.ids import is_id
from parlour.protocol.content import Message
from parlour.store.prepared import Row, rows
from parlour.store.tables import attempts, messages

PAGE = 50

_ON_THE_WIRE = tuple(Message.model_fields)
_MESSAGE = select(messages).where(messages.c.id == bindparam("message_id"))


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message beside how many tokens its words have."""

    value: Message
    token_count: int


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Some messages in their order. `has_more` says whether the conversation goes on in the direction asked."""

    messages: list[StoredMessage]
    has_more: bool

    @property
    def total_tokens(self) -> int:
        """The tokens of the messages of this page."""
        return sum(message.token_count for message in self.messages)


@dataclass(frozen=True, slots=True)
class CutAttempt:
    """What a model step had written when it was cut and begun again, from part number `part` on."""

    attempt: int
    part: int
    parts: list[dict[str, object]]
    reason: str
    at: str


def message_from(row: Row) -> Message:
    """The wire's value of a whole row of `messages`, its text uncut."""
    return Message.model_validate({name: row[name] for name in _ON_THE_WIRE})


def stored_message_from(row: Row) -> StoredMessage:
    """A whole row of `messages`."""
    return StoredMessage(message_from(row), row["token_count"])


async def stored_message(connection: AsyncConnection, message_id: str) -> StoredMessage | None:
    """The message with this id, whoever it belongs to; None where there is none."""
    found = await rows(connection, _MESSAGE, message_id=message_id)
    return stored_message_from(found[0]) if found else None


async def message_page(
    connection: AsyncConnection,
    conversation_id: str,
    *,
    before: str | None = None,
    after: str | None = None,
    limit: int = PAGE,
    include_deleted: bool = False,
) -> MessagePage:
    """The newest messages, those just before `before`, or those just after `after` (ids, both exclusive).

    With both cursors: what lies between them, from `after` on. Raises UnknownCursor when a cursor names no
    message of this conversation.
    """
    at = await _positions(connection, conversation_id, [cursor for cursor in (before, after) if cursor is not None])
    query = select(messages).where(messages.c.conversation_id == conversation_id)
    if not include_deleted:
        query = query.where(messages.c.deleted_at.is_(None))
    if before is not None:
        query = query.where(messages.c.position < at[before])
    if after is not None:
        query = query.where(messages.c.position > at[after])
    forwards = after is not None
    query = query.order_by(messages.c.position.asc() if forwards else messages.c.position.desc()).limit(limit + 1)
    found = [stored_message_from(row) for row in (await connection.execute(query)).mappings()]
    page = found[:limit]
    return MessagePage(page if forwards else page[::-1], has_more=len(found) > limit)


async def cut_attempts(connection: AsyncConnection, message_id: str) -> list[CutAttempt]:
    """Every attempt at an answer that was cut, the first one first."""
    query = select(attempts).where(attempts.c.message_id == message_id).order_by(attempts.c.attempt)
    found = (await connection.execute(query)).mappings()
    return [CutAttempt(row["attempt"], row["part"], row["parts"], row["reason"], row["at"]) for row in found]


async def _positions(connection: AsyncConnection, conversation_id: str, cursors: list[str]) -> dict[str, int]:
    if not cursors:
        return {}
    if not all(map(is_id, cursors)):
        raise UnknownCursor
    query = select(messages.c.id, messages.c.position).where(
        messages.c.conversation_id == conversation_id, messages.c.id.in_(cursors)
    )
    found: dict[str, int] = {row["id"]: row["position"] for row in (await connection.execute(query)).mappings()}
    if any(cursor not in found for cursor in cursors):
        raise UnknownCursor
    return found
