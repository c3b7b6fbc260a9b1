"""What saying something writes: the units of a message and of the wish for another answer. Values in, values out."""

import hashlib

import orjson
from sqlalchemy import bindparam, insert, update

from parlour.errors import Duplicate
from parlour.identity.who import Who
from parlour.ids import new_id
from parlour.journal.unit import Change, Filled, Guard, Unit, event, seq_of
from parlour.models.base import estimate_tokens
from parlour.protocol.commands import Regenerate, SendMessage
from parlour.protocol.content import Conversation, LastMessage, MessageBody, TextPart, Turn
from parlour.protocol.events import ConversationCreated, ConversationUpdated, NewMessage, TurnUpdated
from parlour.protocol.text import units
from parlour.store.queries.conversations import StoredConversation
from parlour.store.tables import commands, messages, projects, turns
from parlour.turn import findable
from parlour.turn.conversations import UNTITLED, conversation_becomes, one_line, row_of, topics_of
from parlour.turn.preview import preview
from parlour.turn.record import TurnRow

MADE_TITLE = 50

_NUMBERED = update(commands).where(
    commands.c.user_id == bindparam("the_user"), commands.c.command_id == bindparam("the_command")
)
_CHATTED_IN = update(projects).where(projects.c.id == bindparam("the_project"))
_KEEP_COMMAND = insert(commands)
_KEEP_MESSAGE = insert(messages)
_KEEP_TURN = insert(turns)


def digest_of(command: SendMessage | Regenerate) -> str:
    """What a command says, whatever frame it came in: SHA-256 over its canonical body."""
    body = command.model_dump(mode="json", exclude={"id"})
    return hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()


def made_title(content: str) -> str:
    """A title from the first words: the first line, cut between words at fifty characters."""
    line = next((line for line in map(one_line, content.splitlines()) if line), UNTITLED)
    if len(line) <= MADE_TITLE:
        return line
    head, _, _ = line[:MADE_TITLE].rpartition(" ")
    return (head or line[: MADE_TITLE - 1]) + "…"


def message_unit(
    who: Who, command: SendMessage, digest: str, before: StoredConversation | None, conversation: Conversation, at: str
) -> tuple[tuple[dict[str, str], TurnRow], Unit]:
    """A message, its turn, and its conversation as it becomes by it, begun where `before` is None.

    The ids that were made, the turn, and what writes them all.
    """
    message = MessageBody(
        id=new_id(),
        conversation_id=conversation.id,
        role="user",
        author_id=who.user_id,
        client_message_id=command.client_message_id,
        parts=[TextPart(text=command.content, length=units(command.content))],
        status="sent",
        created_at=at,
    )
    turn = _queued(who, conversation, message.id, None, command.model)
    after = _with_message(conversation, command.content, at)
    head = (ConversationUpdated if before else ConversationCreated)(conversation=after)
    own_topic, owner_topic = topics_of(after)
    ids = {"conversation_id": after.id, "message_id": message.id, "turn_id": turn.id}
    once = _said_once(who, command.client_message_id, "send_message", digest, ids, at)
    unit = Unit(
        guards=[once] if before is None else [once, conversation_becomes(before, after)],
        changes=[
            *_conversation_kept(who, before, after),
            _message_kept(who, message, command.content),
            findable.by_words(after, message.id, message.parts),
            _turn_kept(turn, at),
            Filled(_CHATTED_IN, {"the_project": after.project_id, "last_chat_at": at}),
            _numbered(who, command.client_message_id),
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


def again_unit(
    who: Who, command: Regenerate, digest: str, before: StoredConversation, old: tuple[str, str, str | None], at: str
) -> tuple[tuple[dict[str, str], TurnRow], Unit]:
    """The turn that writes another version of an answer: `old` is that, its question, and the model that was asked."""
    answer_id, question_id, model = old
    turn = _queued(who, before.value, question_id, answer_id, model)
    ids = {"conversation_id": before.value.id, "message_id": question_id, "turn_id": turn.id}
    said = TurnUpdated(turn=Turn(id=turn.id, question_id=question_id, status="queued"))
    after = before.value.model_copy(update={"last_activity_at": max(at, before.value.last_activity_at)})
    unit = Unit(
        guards=[
            _said_once(who, command.command_id, "regenerate", digest, ids, at),
            conversation_becomes(before, after),
        ],
        changes=[_turn_kept(turn, at), _numbered(who, command.command_id)],
        events=[
            event(turn.topic, said),
            *(event(topic, ConversationUpdated(conversation=after)) for topic in topics_of(after)),
        ],
    )
    return (ids, turn), unit


def _queued(who: Who, conversation: Conversation, question_id: str, replaces: str | None, model: str | None) -> TurnRow:
    return TurnRow(
        id=new_id(),
        tenant_id=who.tenant_id,
        conversation_id=conversation.id,
        user_id=who.user_id,
        project_id=conversation.project_id,
        question_id=question_id,
        answer_id=None,
        replaces=replaces,
        model=model,
        status="queued",
        stop_asked=False,
        owner=None,
        fence=0,
        deaths=0,
        running_ms=0,
    )


def _turn_kept(turn: TurnRow, at: str) -> Filled:
    row = {name: getattr(turn, name) for name in TurnRow.__dataclass_fields__}
    return Filled(_KEEP_TURN, row | {"queued_at": at, "position": seq_of(0)})


def _said_once(who: Who, command_id: str, kind: str, digest: str, ids: dict[str, str], at: str) -> Guard:
    """Keeps the command with what it made; Duplicate when it was kept before."""
    values = {
        "user_id": who.user_id,
        "command_id": command_id,
        "kind": kind,
        "digest": digest,
        "ids": ids,
        "seq": 0,
        "at": at,
    }
    return Guard(Filled(_KEEP_COMMAND, values), Duplicate())


def _numbered(who: Who, command_id: str) -> Filled:
    """The command's seq is that of the first thing it said."""
    return Filled(_NUMBERED, {"the_user": who.user_id, "the_command": command_id, "seq": seq_of(0)})
