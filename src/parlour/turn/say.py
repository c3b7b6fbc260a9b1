"""What a person says in a conversation: a message, which counts once."""

from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import InvalidRequest, MessageTooLong, NotAvailable
from parlour.identity.access import conversation_for, project_to_begin_in
from parlour.identity.limits import Asking, Limits
from parlour.identity.who import Who
from parlour.ids import new_id
from parlour.journal.one_by_one import OneByOne
from parlour.journal.retrying import Built
from parlour.journal.unit import Writer
from parlour.models.route import Wish
from parlour.protocol.commands import SendMessage
from parlour.protocol.content import Conversation
from parlour.store.database import Reads
from parlour.store.queries.approvals import pending_in
from parlour.store.queries.conversations import StoredConversation
from parlour.turn.approval_units import joined, withdrawn
from parlour.turn.conversations import empty
from parlour.turn.given import NOTHING_GIVEN, Given
from parlour.turn.means import Models
from parlour.turn.once import Ids, Once, Said, carry_out
from parlour.turn.record import TurnRow
from parlour.turn.saying_units import message_unit


def check_words(content: str, most: int) -> None:
    """Raises InvalidRequest for a blank message, MessageTooLong for one of more than `most` characters."""
    if not content.strip():
        raise InvalidRequest("A message needs words.")
    if len(content) > most:
        raise MessageTooLong(f"A message has at most {most:,} characters.")


async def check_model(
    models: Models, connection: AsyncConnection, who: Who, conversation: Conversation, model: str
) -> None:
    """Raises NotAvailable for a model that may not answer in a conversation, which may be about to begin."""
    wish = Wish(who.tenant_id, conversation.project_id, who.user_id, conversation.id, model)
    await models.route(connection, wish)


@dataclass(frozen=True, slots=True)
class Begun:
    """What begins with a message: its turn; and the turns that waited for a person and are asked about no longer."""

    turn: TurnRow
    withdrew: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Saying:
    """Takes what people say."""

    reads: Reads
    writer: Writer
    clock: Clock
    models: Models
    limits: Limits
    max_characters: int
    one_by_one: OneByOne = field(default_factory=OneByOne)
    """By conversation: what is said to one at the same time would overtake each other again and again."""

    async def message(self, who: Who, command: SendMessage, given: Given = NOTHING_GIVEN) -> tuple[Said, Begun | None]:
        """Keep a message, what is `given` with it, and the turn that will answer it; None where that was done before.

        What waits for a person in the conversation is no longer asked.

        Raises InvalidRequest for a blank message, MessageTooLong, ConversationNotFound, NotFound for a project,
        NotAvailable for a model or an attachment, RateLimited, IdempotencyConflict.
        """
        once = Once.of(who, command.client_message_id, command, given.as_metadata())
        now = self.clock.now()
        at = isoformat(now)

        async def place(connection: AsyncConnection) -> tuple[StoredConversation | None, Conversation]:
            if command.conversation_id is not None:
                before = await conversation_for(connection, who, command.conversation_id)
                return before, before.value
            project = await project_to_begin_in(connection, who, command.project_id)
            return None, empty(who, conversation_id=new_id(), project_id=project.id, title=None, at=at)

        async def asking(connection: AsyncConnection) -> Asking:
            return self.limits.asking(who, now, (await place(connection))[1])

        async def build(connection: AsyncConnection) -> Built[tuple[Ids, Begun]]:
            self._check(command)
            before, conversation = await place(connection)
            if command.model is not None:
                await check_model(self.models, connection, who, conversation, command.model)
            is_asking = before is not None and before.is_asking
            waiting = await pending_in(connection, conversation.id) if is_asking else []
            (ids, turn), unit = message_unit(
                once, command, before, conversation, self.limits.asking(who, now, conversation), given
            )
            begun = Begun(turn, frozenset(each.value.turn_id for each in waiting))
            return (ids, begun), joined(unit, withdrawn(waiting, "superseded", at)) if waiting else unit

        async with self.one_by_one.with_all_of(command.conversation_id):
            return await carry_out(once, self.reads, self.writer, build, asking=asking)

    def _check(self, command: SendMessage) -> None:
        check_words(command.content, self.max_characters)
        if command.attachments:
            raise NotAvailable("Files cannot be attached on this server.")
