"""The state of a topic as of now, as a newcomer gets it.

Everything settled is read from the tables. What a running answer has said since it was last settled lives only
in the log, and is folded in by the same function that clients use.
"""

from collections.abc import Sequence

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.journal.feed import read_deltas
from parlour.journal.merging import merged
from parlour.protocol.changes import message_of
from parlour.protocol.content import Message, ReasoningPart, TextPart
from parlour.protocol.frame import frame_of
from parlour.protocol.reduce import reduce
from parlour.protocol.state import ConversationState, ProjectState, TopicState, UserState
from parlour.protocol.text import STATE_TEXT_UNITS
from parlour.store.queries.approvals import inbox_of, pending_in
from parlour.store.queries.conversations import conversation_from
from parlour.store.queries.messages import message_from
from parlour.store.queries.notices import newest_notices
from parlour.store.queries.people import account_of, joined_by, members_of
from parlour.store.queries.turns import open_turns
from parlour.store.tables import conversations, events, messages, projects

FIRST_MESSAGES = 50
FIRST_BYTES = 262_144
LIST_HEAD = 50


async def snapshot(connection: AsyncConnection, topic: str) -> TopicState:
    """The state of `topic` in the moment that `connection` sees; the server chooses how far back it reaches."""
    kind, _, identifier = topic.partition(":")
    match kind:
        case "conversation":
            return await conversation_state(connection, identifier)
        case "user":
            return await user_state(connection, identifier)
        case _:
            return await _project_state(connection, identifier)


async def conversation_state(
    connection: AsyncConnection, conversation_id: str, window: int | None = None
) -> ConversationState:
    """A conversation from the message at `window` on; from where it fits a first page when that is None."""
    topic = f"conversation:{conversation_id}"
    row = (
        (await connection.execute(select(conversations).where(conversations.c.id == conversation_id)))
        .mappings()
        .one_or_none()
    )
    held = await _messages_from(connection, conversation_id, window)
    state = ConversationState(
        topic=topic,
        conversation=conversation_from(row) if row else None,
        window=held[0] if window is None else window,
        messages=[message_of(message, message.position, message.rev) for message in held[1]],
        turns=await open_turns(connection, conversation_id),
        approvals=[each.value for each in await pending_in(connection, conversation_id)],
        notices=[each.value for each in await newest_notices(connection, conversation_id)],
    )
    return await _with_running_text(connection, state)


async def _messages_from(
    connection: AsyncConnection, conversation_id: str, window: int | None
) -> tuple[int, list[Message]]:
    query = select(messages).where(messages.c.conversation_id == conversation_id).order_by(messages.c.position.desc())
    if window is not None:
        rows = (await connection.execute(query.where(messages.c.position >= window))).mappings()
        return window, [message_from(row) for row in rows][::-1]
    newest = [message_from(row) for row in (await connection.execute(query.limit(FIRST_MESSAGES + 1))).mappings()]
    kept: list[Message] = []
    room = FIRST_BYTES
    for message in newest[:FIRST_MESSAGES]:
        room -= _weight(message)
        if kept and room < 0:
            break
        kept.append(message)
    whole = len(kept) == len(newest)
    return (0 if whole or not kept else kept[-1].position), kept[::-1]


def _weight(message: Message) -> int:
    """About how many bytes a message has in a state."""
    texts = sum(min(len(p.text), STATE_TEXT_UNITS) for p in message.parts if isinstance(p, TextPart | ReasoningPart))
    others = sum(len(p.model_dump_json()) for p in message.parts if not isinstance(p, TextPart | ReasoningPart))
    return 500 + texts + others + len(orjson.dumps(message.metadata))


async def _with_running_text(connection: AsyncConnection, state: ConversationState) -> ConversationState:
    running = [message.rev for message in state.messages if message.status == "running"]
    if not running:
        return state
    folded: TopicState = state
    for said in merged(await read_deltas(connection, state.topic, min(running))):
        envelope = {"topic": said.topic, "from_seq": said.from_seq, "seq": said.seq, "timestamp": said.at}
        folded = reduce(folded, frame_of(orjson.loads(said.payload) | envelope))
    assert isinstance(folded, ConversationState)
    return folded


async def as_they_stand(connection: AsyncConnection, held: Sequence[Message]) -> list[Message]:
    """Messages of one conversation, with what running answers among them have said since they were last settled."""
    running = [message_of(each, each.position, each.rev) for each in held if each.status == "running"]
    if not running:
        return list(held)
    topic = f"conversation:{running[0].conversation_id}"
    state = ConversationState(topic=topic, conversation=None, window=0, messages=running, turns=[], approvals=[])
    folded = await _with_running_text(connection, state)
    standing = {message.id: message for message in folded.messages}
    return [standing.get(message.id, message) for message in held]


async def user_state(connection: AsyncConnection, user_id: str, window: str | None = None) -> UserState:
    """A person's conversations whose last activity is at or after `window`; the newest page when that is None."""
    query = (
        select(conversations)
        .where(
            conversations.c.owner_id == user_id,
            conversations.c.project_id.in_(joined_by(user_id)),
            conversations.c.archived_at.is_(None),
        )
        .order_by(conversations.c.last_activity_at.desc(), conversations.c.id.desc())
    )
    if window is None:
        found = [conversation_from(row) for row in (await connection.execute(query.limit(LIST_HEAD + 1))).mappings()]
        window = found[LIST_HEAD - 1].last_activity_at if len(found) > LIST_HEAD else ""
    query = query.where(conversations.c.last_activity_at >= window)
    head = [conversation_from(row) for row in (await connection.execute(query)).mappings()]
    account, inbox = await account_of(connection, user_id), await inbox_of(connection, user_id)
    return UserState(
        topic=f"user:{user_id}", account=account, window=window, conversations=head, inbox=inbox, notices=[]
    )


async def _project_state(connection: AsyncConnection, project_id: str) -> ProjectState:
    topic = f"project:{project_id}"
    name = (await connection.execute(select(projects.c.name).where(projects.c.id == project_id))).scalar_one_or_none()
    changed = select(func.coalesce(func.max(events.c.seq), 0)).where(
        events.c.topic == topic, events.c.type == "entity_changed"
    )
    return ProjectState(
        topic=topic,
        name=name or "",
        members=await members_of(connection, project_id),
        conversations=[],
        home_rev=(await connection.execute(changed)).scalar_one(),
    )
