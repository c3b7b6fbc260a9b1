"""What a person says in a conversation: a message, or the wish for another answer. Each counts once."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import orjson
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import Duplicate, IdempotencyConflict, InvalidRequest, MessageTooLong, NotAvailable, NotNow
from parlour.identity.access import conversation_for, message_for, project_for
from parlour.identity.who import Who
from parlour.ids import new_id
from parlour.journal.unit import Change, Filled, Guard, Unit, Writer, event, seq_of
from parlour.models.base import estimate_tokens
from parlour.protocol.commands import Regenerate, SendMessage
from parlour.protocol.content import Conversation, LastMessage, MessageBody, TextPart, Turn
from parlour.protocol.events import ENDED, ConversationCreated, ConversationUpdated, NewMessage, TurnUpdated
from parlour.protocol.text import units
from parlour.store.database import Reads
from parlour.store.prepared import rows
from parlour.store.queries.conversations import StoredConversation
from parlour.store.tables import commands, messages, projects, turns
from parlour.turn import findable
from parlour.turn.conversations import UNTITLED, conversation_becomes, empty, one_line, row_of, topics_of
from parlour.turn.means import Models
from parlour.turn.preview import preview
from parlour.turn.record import TurnRow
from parlour.turn.retrying import Built, read_and_commit

MADE_TITLE = 50

_COMMAND = select(commands).where(
    commands.c.user_id == bindparam("user_id"), commands.c.command_id == bindparam("command_id")
)
_NUMBERED = update(commands).where(
    commands.c.user_id == bindparam("the_user"), commands.c.command_id == bindparam("the_command")
)
_CHATTED_IN = update(projects).where(projects.c.id == bindparam("the_project"))
_KEEP_COMMAND = insert(commands)
_KEEP_MESSAGE = insert(messages)
_KEEP_TURN = insert(turns)


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a command: the ids it made, the seq it was said at, and whether that had been before."""

    ids: dict[str, str]
    seq: int
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Saying:
    """Takes what people say."""

    reads: Reads
    writer: Writer
    clock: Clock
    models: Models
    max_characters: int

    async def message(self, who: Who, command: SendMessage) -> tuple[Said, TurnRow | None]:
        """Keep a message and the turn that will answer it; None for a turn that is known already.

        Raises InvalidRequest for a blank message, MessageTooLong, ConversationNotFound, NotFound for a project,
        NotAvailable for a model or an attachment, IdempotencyConflict.
        """
        digest = digest_of(command)
        at = isoformat(self.clock.now())

        async def build(connection: AsyncConnection) -> Built[tuple[dict[str, str], TurnRow]]:
            await self._check(connection, who, command)
            before = None
            if command.conversation_id is not None:
                before = await conversation_for(connection, who, command.conversation_id)
                conversation = before.value
            else:
                project = await project_for(connection, who, command.project_id)
                conversation = empty(who, conversation_id=new_id(), project_id=project.id, title=None, at=at)
            return _message_unit(who, command, digest, before, conversation, at)

        return await self._once(who, command.client_message_id, digest, build)

    async def again(self, who: Who, command: Regenerate) -> tuple[Said, TurnRow | None]:
        """Ask for another version of the last answer.

        Raises MessageNotFound, NotNow when it is no answer, not the last one, still being written, or being asked
        for again already, NotAvailable for another question.
        """
        if command.content is not None:
            raise NotAvailable("The question cannot be changed on this server. Ask the new one as a message.")
        digest = digest_of(command)
        at = isoformat(self.clock.now())

        async def build(connection: AsyncConnection) -> Built[tuple[dict[str, str], TurnRow]]:
            answer = (await message_for(connection, who, command.message_id)).value
            conversation = await conversation_for(connection, who, answer.conversation_id)
            if answer.role != "assistant" or answer.status == "running" or answer.replaced_by is not None:
                raise NotNow("Only a finished answer can be asked for again.")
            if await _last_question(connection, answer.conversation_id) != answer.parent_id:
                raise NotNow("Only the last answer can be asked for again.")
            open_again = select(turns.c.id).where(turns.c.replaces == answer.id, turns.c.status.not_in(ENDED))
            if await connection.scalar(open_again) is not None:
                raise NotNow("This answer is being written again already.")
            asked = await connection.scalar(select(turns.c.model).where(turns.c.id == answer.turn_id))
            return _again_unit(who, command, digest, conversation, (answer.id, answer.parent_id or "", asked), at)

        return await self._once(who, command.command_id, digest, build)

    async def _check(self, connection: AsyncConnection, who: Who, command: SendMessage) -> None:
        if not command.content.strip():
            raise InvalidRequest("A message needs words.")
        if len(command.content) > self.max_characters:
            raise MessageTooLong(f"A message has at most {self.max_characters:,} characters.")
        if command.attachments:
            raise NotAvailable("Files cannot be attached on this server.")
        if command.model is not None:
            await self.models.choose(connection, who.tenant_id, command.model)

    async def _once(
        self,
        who: Who,
        command_id: str,
        digest: str,
        build: Callable[[AsyncConnection], Awaitable[Built[tuple[dict[str, str], TurnRow]]]],
    ) -> tuple[Said, TurnRow | None]:
        """Commit what `build` makes, unless the command was carried out before: then nothing of it is checked anew."""

        async def build_once(connection: AsyncConnection) -> Built[tuple[Said, TurnRow | None]]:
            earlier = await _said_before(connection, who, command_id, digest)
            if earlier is not None:
                return (earlier, None), None
            (ids, turn), unit = await build(connection)
            return (Said(ids, seq=0), turn), unit

        try:
            (said, turn), receipt = await read_and_commit(self.reads, self.writer, build_once)
        except Duplicate:
            # It was said elsewhere in the same moment, and is found now.
            (said, turn), receipt = await read_and_commit(self.reads, self.writer, build_once)
        return (replace(said, seq=receipt.seqs[0]) if receipt else said), turn


async def _said_before(connection: AsyncConnection, who: Who, command_id: str, digest: str) -> Said | None:
    found = await rows(connection, _COMMAND, user_id=who.user_id, command_id=command_id)
    if not found:
        return None
    if found[0]["digest"] != digest:
        raise IdempotencyConflict
    return Said(found[0]["ids"], found[0]["seq"], duplicate=True)


async def _last_question(connection: AsyncConnection, conversation_id: str) -> str | None:
    asked = select(messages.c.id).where(messages.c.conversation_id == conversation_id, messages.c.role == "user")
    return await connection.scalar(asked.order_by(messages.c.position.desc()).limit(1))


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


def _message_unit(
    who: Who, command: SendMessage, digest: str, before: StoredConversation | None, conversation: Conversation, at: str
) -> tuple[tuple[dict[str, str], TurnRow], Unit]:
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


def _again_unit(
    who: Who, command: Regenerate, digest: str, before: StoredConversation, old: tuple[str, str, str | None], at: str
) -> tuple[tuple[dict[str, str], TurnRow], Unit]:
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
