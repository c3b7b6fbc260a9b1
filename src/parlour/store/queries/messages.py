"""Messages as they are kept, read back as values of the wire, alone and in pages."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.errors import UnknownCursor
from parlour.ids import is_id
from parlour.protocol.content import Message
from parlour.store.prepared import Row, rows
from parlour.store.tables import attempts, message_edits, messages

PAGE = 50

_ON_THE_WIRE = tuple(Message.model_fields)
_MESSAGE = select(messages).where(messages.c.id == bindparam("message_id"))
_ASKED = messages.c.role == "user"
_STANDS = messages.c.deleted_at.is_(None)


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
    model: str | None
    """Who had written it."""


@dataclass(frozen=True, slots=True)
class EarlierWords:
    """What a message said after so many changes, and when other words took their place."""

    edit: int
    parts: list[dict[str, object]]
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


async def first_question(connection: AsyncConnection, conversation_id: str, *, but: str) -> Message | None:
    """The first question that stands in a conversation, besides `but`."""
    return await _one(connection, _standing(conversation_id, but).where(_ASKED).order_by(messages.c.position))


async def last_message(connection: AsyncConnection, conversation_id: str, *, but: str) -> Message | None:
    """What was said last in a conversation, besides `but`; what is still being said is not."""
    said = _standing(conversation_id, but).where(messages.c.status != "running")
    return await _one(connection, said.order_by(messages.c.position.desc()))


async def last_question(connection: AsyncConnection, conversation_id: str) -> str | None:
    """The id of the last question that stands in a conversation."""
    asked = select(messages.c.id).where(messages.c.conversation_id == conversation_id, _ASKED)
    return await connection.scalar(asked.where(_STANDS).order_by(messages.c.position.desc()).limit(1))


async def standing_answers(connection: AsyncConnection, question_id: str) -> list[str]:
    """The ids of the answers to a question that stand, the newest first."""
    answers = select(messages.c.id).where(messages.c.parent_id == question_id, messages.c.role == "assistant", _STANDS)
    return list(await connection.scalars(answers.order_by(messages.c.position.desc())))


async def message_edits_of(connection: AsyncConnection, message_id: str) -> list[EarlierWords]:
    """What a message said before it was changed, the first words first."""
    query = select(message_edits).where(message_edits.c.message_id == message_id).order_by(message_edits.c.edit)
    found = (await connection.execute(query)).mappings()
    return [EarlierWords(row["edit"], row["parts"], row["at"]) for row in found]


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
    return [
        CutAttempt(row["attempt"], row["part"], row["parts"], row["reason"], row["at"], row["model"]) for row in found
    ]


def _standing(conversation_id: str, but: str) -> "Select[*tuple[Any, ...]]":
    return select(messages).where(messages.c.conversation_id == conversation_id, messages.c.id != but, _STANDS)


async def _one(connection: AsyncConnection, query: "Select[*tuple[Any, ...]]") -> Message | None:
    row = (await connection.execute(query.limit(1))).mappings().one_or_none()
    return message_from(row) if row else None


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
