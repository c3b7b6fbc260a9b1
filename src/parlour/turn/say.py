"""What a person says in a conversation: a message, or the wish for another answer. Each counts once."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import Duplicate, IdempotencyConflict, InvalidRequest, MessageTooLong, NotAvailable, NotNow
from parlour.identity.access import conversation_for, message_for, project_for
from parlour.identity.who import Who
from parlour.ids import new_id
from parlour.journal.unit import Writer
from parlour.protocol.commands import Regenerate, SendMessage
from parlour.protocol.events import ENDED
from parlour.store.database import Reads
from parlour.store.prepared import rows
from parlour.store.tables import commands, messages, turns
from parlour.turn.conversations import empty
from parlour.turn.means import Models
from parlour.turn.record import TurnRow
from parlour.turn.retrying import Built, read_and_commit
from parlour.turn.saying_units import again_unit, digest_of, message_unit

_COMMAND = select(commands).where(
    commands.c.user_id == bindparam("user_id"), commands.c.command_id == bindparam("command_id")
)


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
            return message_unit(who, command, digest, before, conversation, at)

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
            return again_unit(who, command, digest, conversation, (answer.id, answer.parent_id or "", asked), at)

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
