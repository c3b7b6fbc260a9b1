"""Asking for another answer to the last question: as it stands, or with other words."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import Forbidden, NotNow
from parlour.identity.access import conversation_for, message_for
from parlour.identity.limits import Asking, Limits
from parlour.identity.who import Who
from parlour.journal.retrying import Built
from parlour.journal.unit import Guard, Unit, Writer, event
from parlour.protocol.commands import Regenerate
from parlour.protocol.content import Turn
from parlour.protocol.events import ENDED, ConversationUpdated, TurnUpdated
from parlour.store.database import Reads
from parlour.store.queries.conversations import StoredConversation
from parlour.store.queries.messages import StoredMessage, last_question, standing_answers, stored_message
from parlour.store.tables import turns
from parlour.turn.conversations import conversation_becomes, topics_of
from parlour.turn.edit_units import Rewording, rewording
from parlour.turn.means import Models
from parlour.turn.once import Begin, Ids, Once, Said, carry_out
from parlour.turn.record import TurnRow, Wanted, text_of, turn_rows
from parlour.turn.say import check_model, check_words
from parlour.turn.saying_units import queued, turn_kept

End = Callable[[str], Awaitable[None]]
"""Ends the turn with this id, and returns once it has ended."""


async def each_ended(end: End, unfinished: Sequence[TurnRow]) -> None:
    """End each of these turns, one after the other."""
    for turn in unfinished:
        await end(turn.id)


@dataclass(frozen=True, slots=True)
class AskingAgain:
    """Takes the wish for another answer."""

    reads: Reads
    writer: Writer
    clock: Clock
    models: Models
    limits: Limits
    max_characters: int

    async def again(self, who: Who, command: Regenerate, end: End) -> tuple[Said, TurnRow | None]:
        """Queue another answer to the last question, named by itself or by its present answer.

        With `content` the question says that from now on, and what is being answered to its earlier words ends first.
        Raises MessageNotFound, NotNow when it is not the last question, its answer not the newest, or one is being
        written already, InvalidRequest for blank words, MessageTooLong, NotAvailable for a model, RateLimited,
        IdempotencyConflict.
        """
        once = Once.of(who, command.command_id, command)
        now = self.clock.now()
        at = isoformat(now)
        if command.content is not None:
            check_words(command.content, self.max_characters)

        async def nothing_is_answered(connection: AsyncConnection) -> Begin:
            question = await _asked(connection, who, command)
            unfinished = await _open_turns(connection, question.value.id)
            return partial(each_ended, end, unfinished)

        async def asking(connection: AsyncConnection) -> Asking:
            named = (await message_for(connection, who, command.message_id)).value
            before = await conversation_for(connection, who, named.conversation_id)
            return self.limits.asking(who, now, before.value)

        async def build(connection: AsyncConnection) -> Built[tuple[Ids, TurnRow]]:
            question = await _asked(connection, who, command)
            if await _open_turns(connection, question.value.id):
                raise NotNow("An answer to this is being written already.")
            before = await conversation_for(connection, who, question.value.conversation_id)
            if command.model is not None:
                await check_model(self.models, connection, who, before.value, command.model)
            new = None
            if command.content not in (None, text_of(question.value)):
                new = rewording(question, command.content or "", before, [], at)
            turn = queued(
                who,
                before.value,
                question.value.id,
                Wanted.of(command).over(await _wanted_before(connection, question.value.id)),
                replaces=next(iter(await standing_answers(connection, question.value.id)), None),
                question_edit=question.value.edits + (new is not None),
            )
            ids = {"conversation_id": before.value.id, "message_id": question.value.id, "turn_id": turn.id}
            kept = once.kept(ids, at, self.limits.asking(who, now, before.value))
            return (ids, turn), asked_again(once, kept, turn, before, new, at)

        prepare = None if command.content is None else nothing_is_answered
        return await carry_out(once, self.reads, self.writer, build, prepare=prepare, asking=asking)


def asked_again(
    once: Once, kept: Guard, turn: TurnRow, before: StoredConversation, new: Rewording | None, at: str
) -> Unit:
    """Queues a turn that writes another answer; with `new` words of the question, which then come first."""
    after = new.after if new else before.value
    after = after.model_copy(update={"last_activity_at": max(at, after.last_activity_at)})
    said = TurnUpdated(turn=Turn(id=turn.id, question_id=turn.question_id, status="queued"))
    return Unit(
        guards=[kept, *(new.guards if new else []), conversation_becomes(before, after)],
        changes=[*(new.changes if new else []), turn_kept(turn, at), once.numbered()],
        events=[
            *([new.said] if new else []),
            event(turn.topic, said),
            *(event(topic, ConversationUpdated(conversation=after)) for topic in topics_of(after)),
        ],
    )


async def _asked(connection: AsyncConnection, who: Who, command: Regenerate) -> StoredMessage:
    """The last question, when that or its present answer is named."""
    named = (await message_for(connection, who, command.message_id)).value
    question_id = named.id if named.role == "user" else named.parent_id or ""
    if question_id != await last_question(connection, named.conversation_id):
        raise NotNow("Only the last answer can be asked for again.")
    question = await stored_message(connection, question_id)
    if question is None or question.value.deleted_at is not None:
        raise NotNow("The question was deleted. Ask it as a new message.")
    if command.content is not None and question.value.author_id != who.user_id:
        raise Forbidden("Only whoever wrote a message can change it.")
    if named.role != "user" and named.deleted_at is None:
        if named.status == "running" and command.content is None:
            raise NotNow("Only a finished answer can be asked for again.")
        if [named.id] != (await standing_answers(connection, question_id))[:1]:
            raise NotNow("There is a newer answer. Only that can be asked for again.")
    return question


async def _open_turns(connection: AsyncConnection, question_id: str) -> list[TurnRow]:
    return await turn_rows(connection, turns.c.question_id == question_id, turns.c.status.not_in(ENDED))


async def _wanted_before(connection: AsyncConnection, question_id: str) -> Wanted:
    """Who was asked for the present answer, and how."""
    asked = select(turns.c.model, turns.c.parameters).where(turns.c.question_id == question_id)
    found = (await connection.execute(asked.order_by(turns.c.position.desc()).limit(1))).one_or_none()
    return Wanted(found.model, found.parameters) if found else Wanted()
