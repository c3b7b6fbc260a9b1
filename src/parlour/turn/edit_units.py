"""What changing a message and taking it back write. Values in, values out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Executable, delete, func, insert, select, update

from parlour.errors import Moved
from parlour.identity.audit import audited
from parlour.journal.unit import Change, Event, Guard, Unit, event, seq_of
from parlour.models.base import estimate_tokens
from parlour.protocol.content import Conversation, MessageBody
from parlour.protocol.events import ConversationUpdated, MessageDeleted, MessageUpdated
from parlour.store.queries.conversations import StoredConversation
from parlour.store.queries.messages import StoredMessage
from parlour.store.tables import (
    approvals,
    attempts,
    deltas,
    events,
    message_edits,
    messages,
    tool_runs,
    topics,
    turn_steps,
    turns,
)
from parlour.turn import findable
from parlour.turn.conversations import conversation_becomes, forgotten, topics_of
from parlour.turn.once import Once
from parlour.turn.record import TurnRow
from parlour.turn.rewording import after_edit, reworded


@dataclass(frozen=True, slots=True)
class Rewording:
    """New words for a question, as pieces of a unit; what they say comes first in it."""

    guards: Sequence[Guard]
    changes: Sequence[Change]
    said: Event
    after: Conversation


def rewording(
    question: StoredMessage, content: str, before: StoredConversation, waiting: Sequence[TurnRow], at: str
) -> Rewording:
    """Puts `content` in the place of what a question says; the earlier words are kept.

    `waiting` are the turns that will answer it and that nobody has begun: they answer the new words. Moved when one
    was begun meanwhile.
    """
    old, after = question.value, after_edit(before.value, question, content, at)
    body = reworded(old, content, at)
    changes: list[Change] = [
        insert(message_edits).values(message_id=old.id, edit=old.edits, parts=_parts(old), at=at),
        update(messages)
        .where(messages.c.id == old.id)
        .values(
            parts=_parts(body),
            token_count=estimate_tokens(content),
            edits=body.edits,
            edited_at=at,
            rev=seq_of(0),
        ),
        findable.by_other_words(after, old.id, body.parts),
        *findable.by_new_title(before.value, after),
    ]
    said = event(topics_of(after)[0], MessageUpdated(message=body))
    return Rewording([still_waits(turn, question_edit=body.edits) for turn in waiting], changes, said, after)


def edited(once: Once, question: StoredMessage, new: Rewording, before: StoredConversation, at: str) -> Unit:
    """Changes a question, and nothing else."""
    ids = {"conversation_id": before.value.id, "message_id": question.value.id}
    heads = [event(topic, ConversationUpdated(conversation=new.after)) for topic in topics_of(new.after)]
    return Unit(
        guards=[once.kept(ids, at), *new.guards, conversation_becomes(before, new.after)],
        changes=[*new.changes, once.numbered()],
        events=[new.said, *heads],
    )


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else stands in a conversation when one of its messages is taken back."""

    waiting: Sequence[TurnRow]
    """The turns that nobody has begun, by id."""
    running_since: int | None
    """The position of the answer that is being written, if one is: what was said since then has to stay in the log."""
    said_since: Sequence[tuple[int, str, bytes]]
    """What was said since then of whole messages and of the conversation: seq, type and payload."""


def taken_back(
    once: Once, gone: StoredMessage, before: StoredConversation, after: Conversation, around: Surroundings, at: str
) -> Unit:
    """Takes a message back: a mark stays where it stood, and nothing of what it said.

    Its words go from everything that is kept of it, and out of the log: a client that was away gets a snapshot. What
    is being written meanwhile needs the log since it began; there only the words are taken out of it. Moved when a
    turn was begun meanwhile.
    """
    message = gone.value
    own_topic, owner_topic = topics_of(after)
    said: list[Event] = [
        event(own_topic, MessageDeleted(message_id=message.id, deleted_at=at)),
        *(event(topic, ConversationUpdated(conversation=after)) for topic in (own_topic, owner_topic)),
    ]
    mark = update(messages).where(messages.c.id == message.id)
    remembered = audited(
        "message_deleted",
        tenant_id=before.tenant_id,
        user_id=once.who.user_id,
        at=at,
        resource=("message", message.id),
    )
    ids = {"conversation_id": after.id, "message_id": message.id}
    return Unit(
        guards=[
            once.kept(ids, at),
            *(still_waits(turn) for turn in around.waiting),
            conversation_becomes(before, after),
        ],
        changes=[
            mark.values(parts=[], metadata={}, token_count=0, deleted_at=at, rev=seq_of(0)),
            *_without_words(message.id, message.turn_id if message.role == "assistant" else None),
            *findable.by_new_title(before.value, after),
            *_out_of_the_log(own_topic, message.id, after, around),
            *forgotten(owner_topic, 2),
            remembered,
            once.numbered(),
        ],
        events=said,
    )


def _without_words(message_id: str, turn_id: str | None) -> list[Executable]:
    """What is kept of a message beside its row; of an answer, with what was done for it. Search forgets by itself."""
    gone: list[Executable] = [
        delete(message_edits).where(message_edits.c.message_id == message_id),
        delete(attempts).where(attempts.c.message_id == message_id),
    ]
    if turn_id is None:
        return gone
    return [
        *gone,
        delete(turn_steps).where(turn_steps.c.turn_id == turn_id),
        delete(approvals).where(approvals.c.message_id == message_id),
        update(tool_runs).where(tool_runs.c.message_id == message_id).values(arguments={}, result=None, error=None),
    ]


def _out_of_the_log(topic: str, message_id: str, after: Conversation, around: Surroundings) -> list[Executable]:
    since = around.running_since
    if since is None:
        newest = select(func.coalesce(func.max(deltas.c.id), 0)).scalar_subquery()
        return [_deltas_until(topic, newest), *forgotten(topic, 0)]
    mark = select(events.c.mark).where(events.c.topic == topic, events.c.seq == since).scalar_subquery()
    return [
        _deltas_until(topic, mark),
        update(topics).where(topics.c.id == topic, topics.c.floor < since - 1).values(floor=since - 1, mark=mark),
        delete(events).where(events.c.topic == topic, events.c.seq < since),
        *(
            update(events).where(events.c.topic == topic, events.c.seq == seq).values(payload=payload)
            for seq, payload in _redacted(around.said_since, message_id, after)
        ),
    ]


def _deltas_until(topic: str, last: Any) -> Executable:
    """Live pieces have no index by topic: those that are kept of it lie above the topic's mark."""
    first = select(topics.c.mark).where(topics.c.id == topic).scalar_subquery()
    return delete(deltas).where(deltas.c.id > first, deltas.c.id <= last, deltas.c.topic == topic)


def _redacted(said: Sequence[tuple[int, str, bytes]], message_id: str, after: Conversation) -> list[tuple[int, bytes]]:
    """What is to stand in the place of events that show what a message said: its own, and its conversation's."""
    changed: list[tuple[int, bytes]] = []
    for seq, kind, payload in said:
        body: dict[str, Any] = orjson.loads(payload)
        if kind in ("new_message", "message_updated") and body["message"]["id"] == message_id:
            body["message"] |= {"parts": [], "metadata": {}}
        elif kind in ("conversation_created", "conversation_updated"):
            shown = after.model_dump(mode="json", include={"title", "last_message"})
            body["conversation"].update(shown)
        else:
            continue
        changed.append((seq, orjson.dumps(body)))
    return changed


def still_waits(turn: TurnRow, **values: Any) -> Guard:
    """Locks the row of a turn that nobody has begun; Moved when somebody has, or it ended."""
    waits = update(turns).where(turns.c.id == turn.id, turns.c.status == "queued", turns.c.answer_id.is_(None))
    return Guard(waits.values(**values or {"stop_asked": turns.c.stop_asked}), Moved())


def _parts(message: MessageBody) -> list[Any]:
    return message.model_dump(mode="json", include={"parts"})["parts"]
