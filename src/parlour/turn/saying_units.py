"""What saying something writes: a message, its turn, its conversation. Values in, values out."""

from sqlalchemy import bindparam, insert, update

from parlour.clock import isoformat
from parlour.identity.limits import Asking
from parlour.identity.who import Who
from parlour.ids import new_id
from parlour.journal.unit import Change, Filled, Unit, event, seq_of
from parlour.models.base import estimate_tokens
from parlour.protocol.commands import SendMessage
from parlour.protocol.content import Conversation, LastMessage, MessageBody, TextPart, Turn
from parlour.protocol.events import ConversationCreated, ConversationUpdated, NewMessage, TurnUpdated
from parlour.protocol.text import units
from parlour.store.queries.conversations import StoredConversation
from parlour.store.tables import messages, projects, turns
from parlour.turn import findable
from parlour.turn.conversations import UNTITLED, conversation_becomes, one_line, row_of, topics_of
from parlour.turn.given import NOTHING_GIVEN, Given
from parlour.turn.once import Once
from parlour.turn.preview import preview
from parlour.turn.record import TurnRow, Wanted

MADE_TITLE = 50

_CHATTED_IN = update(projects).where(projects.c.id == bindparam("the_project"))
_KEEP_MESSAGE = insert(messages)
_KEEP_TURN = insert(turns)


def made_title(content: str) -> str:
    """A title from the first words: the first line, cut between words at fifty characters."""
    line = next((line for line in map(one_line, content.splitlines()) if line), UNTITLED)
    if len(line) <= MADE_TITLE:
        return line
    head, _, _ = line[:MADE_TITLE].rpartition(" ")
    return (head or line[: MADE_TITLE - 1]) + "…"


def message_unit(
    once: Once,
    command: SendMessage,
    before: StoredConversation | None,
    conversation: Conversation,
    asking: Asking,
    given: Given = NOTHING_GIVEN,
) -> tuple[tuple[dict[str, str], TurnRow], Unit]:
    """A message, its turn, and its conversation as it becomes by it, begun where `before` is None.

    The ids that were made, the turn, and what writes them all.
    """
    who, at = once.who, isoformat(asking.now)
    message = MessageBody(
        id=new_id(),
        conversation_id=conversation.id,
        role="user",
        author_id=who.user_id,
        client_message_id=command.client_message_id,
        parts=[TextPart(text=command.content, length=units(command.content))],
        status="sent",
        created_at=at,
        metadata=given.as_metadata(),
    )
    turn = queued(who, conversation, message.id, Wanted.of(command))
    after = _with_message(conversation, command.content, at)
    head = (ConversationUpdated if before else ConversationCreated)(conversation=after)
    own_topic, owner_topic = topics_of(after)
    ids = {"conversation_id": after.id, "message_id": message.id, "turn_id": turn.id}
    kept = once.kept(ids, at, asking)
    unit = Unit(
        guards=[kept] if before is None else [kept, conversation_becomes(before, after)],
        changes=[
            *_conversation_kept(who, before, after),
            _message_kept(who, message, command.content),
            findable.by_words(after, message.id, message.parts),
            turn_kept(turn, at),
            Filled(_CHATTED_IN, {"the_project": after.project_id, "last_chat_at": at}),
            once.numbered(),
        ],
        events=[
            event(own_topic, NewMessage(message=message)),
            event(own_topic, TurnUpdated(turn=Turn(id=turn.id, question_id=message.id, status="queued"))),
            event(own_topic, head),
            event(owner_topic, head),
        ],
    )
    return (ids, turn), unit


def _with_message(conversation: Conversation, content: str, at: str) -> Conversation:
    untouched = conversation.title == UNTITLED and not conversation.title_is_own
    return conversation.model_copy(
        update={
            "title": made_title(content) if untouched else conversation.title,
            "message_count": conversation.message_count + 1,
            "total_tokens": conversation.total_tokens + estimate_tokens(content),
            "last_message": LastMessage(text=preview(content), is_user=True, created_at=at),
            "last_activity_at": max(at, conversation.last_activity_at),
            "updated_at": max(at, conversation.updated_at),
        }
    )


def _conversation_kept(who: Who, before: StoredConversation | None, after: Conversation) -> list[Change]:
    """What is new of a conversation, besides what the guard puts into a row that is there."""
    if before is not None:
        return findable.by_new_title(before.value, after)
    return [row_of(after, who.tenant_id), findable.by_title(after)]


def _message_kept(who: Who, message: MessageBody, content: str) -> Filled:
    here = {"tenant_id": who.tenant_id, "position": seq_of(0), "rev": seq_of(0)}
    return Filled(_KEEP_MESSAGE, message.model_dump(mode="json") | here | {"token_count": estimate_tokens(content)})


def queued(
    who: Who,
    conversation: Conversation,
    question_id: str,
    wanted: Wanted,
    *,
    replaces: str | None = None,
    question_edit: int = 0,
) -> TurnRow:
    """A new turn, which waits for somebody to begin with it."""
    return TurnRow(
        id=new_id(),
        tenant_id=who.tenant_id,
        conversation_id=conversation.id,
        user_id=who.user_id,
        project_id=conversation.project_id,
        question_id=question_id,
        answer_id=None,
        replaces=replaces,
        model=wanted.model,
        parameters=wanted.parameters,
        status="queued",
        stop_asked=False,
        owner=None,
        fence=0,
        deaths=0,
        running_ms=0,
        question_edit=question_edit,
    )


def turn_kept(turn: TurnRow, at: str) -> Filled:
    """The change that keeps a new turn."""
    row = {name: getattr(turn, name) for name in TurnRow.__dataclass_fields__}
    return Filled(_KEEP_TURN, row | {"queued_at": at, "position": seq_of(0)})
