"""Changing what one said, and taking back what was said. Each counts once."""

from dataclasses import dataclass
from functools import partial

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import Forbidden, NotNow
from parlour.identity.access import conversation_for, message_for
from parlour.identity.who import Who
from parlour.journal.retrying import Built
from parlour.journal.unit import Writer
from parlour.protocol.commands import DeleteMessage, EditMessage
from parlour.protocol.content import Conversation, Message
from parlour.protocol.events import ENDED
from parlour.store.database import Reads
from parlour.store.queries.messages import StoredMessage, first_question, last_message, standing_answers
from parlour.store.tables import events, messages, turns
from parlour.turn.again import End, each_ended
from parlour.turn.edit_units import Surroundings, edited, rewording, taken_back
from parlour.turn.once import Begin, Ids, Once, Said, carry_out
from parlour.turn.record import TurnRow, text_of, turn_rows
from parlour.turn.rewording import after_deletion
from parlour.turn.say import check_words

SHOWN_IN = ("new_message", "message_updated", "conversation_created", "conversation_updated")
"""The events that show what a message says."""


@dataclass(frozen=True, slots=True)
class Edits:
    """Takes what people want changed in what was said."""

    reads: Reads
    writer: Writer
    clock: Clock
    max_characters: int

    async def edit(self, who: Who, command: EditMessage) -> Said:
        """Put other words in the place of one's own message; the earlier ones are kept. A turn that waits for it
        answers the new ones.

        Raises MessageNotFound, Forbidden for what is no message of theirs, NotNow for one that was deleted or is being
        answered, InvalidRequest for blank words, MessageTooLong, IdempotencyConflict.
        """
        once = Once.of(who, command.command_id, command)
        at = isoformat(self.clock.now())

        async def build(connection: AsyncConnection) -> Built[tuple[Ids, None]]:
            question = await message_for(connection, who, command.message_id)
            _check_own(who, question.value)
            check_words(command.content, self.max_characters)
            before = await conversation_for(connection, who, question.value.conversation_id)
            ids = {"conversation_id": before.value.id, "message_id": question.value.id}
            if command.content == text_of(question.value):
                return (ids, None), None
            waiting = await turn_rows(
                connection, turns.c.question_id == question.value.id, turns.c.status.not_in(ENDED)
            )
            if any(turn.answer_id is not None for turn in waiting):
                raise NotNow("This is being answered. Wait for the answer or stop it, or save and ask again.")
            new = rewording(question, command.content, before, waiting, at)
            return (ids, None), edited(once, question, new, before, at)

        said, _ = await carry_out(once, self.reads, self.writer, build)
        return said

    async def delete(self, who: Who, command: DeleteMessage, end: End) -> Said:
        """Take a message back: nothing of its words is kept. If it is being answered or written, that ends first.

        An answer stays when its question is taken back. Raises MessageNotFound, NotNow when what is being written
        does not end, IdempotencyConflict.
        """
        once = Once.of(who, command.command_id, command)
        at = isoformat(self.clock.now())

        async def nothing_is_written(connection: AsyncConnection) -> Begin:
            found = (await message_for(connection, who, command.message_id)).value
            unfinished = [turn for turn in await _open_turns(connection, found) if _is_about(turn, found)]
            return partial(each_ended, end, unfinished[::-1])

        async def build(connection: AsyncConnection) -> Built[tuple[Ids, None]]:
            gone = await message_for(connection, who, command.message_id)
            before = await conversation_for(connection, who, gone.value.conversation_id)
            ids = {"conversation_id": before.value.id, "message_id": gone.value.id}
            if gone.value.deleted_at is not None:
                return (ids, None), None
            unfinished = await _open_turns(connection, gone.value)
            if any(_is_about(turn, gone.value) for turn in unfinished):
                raise NotNow("What is being written here has not ended yet. Please try again in a moment.")
            around = await _surroundings(connection, gone.value, unfinished)
            after = await _without(connection, before.value, gone, at)
            return (ids, None), taken_back(once, gone, before, after, around, at)

        said, _ = await carry_out(once, self.reads, self.writer, build, prepare=nothing_is_written)
        return said


def _check_own(who: Who, message: Message) -> None:
    if message.role != "user":
        raise Forbidden("Can only edit user messages")
    if message.author_id != who.user_id:
        raise Forbidden("Only whoever wrote a message can change it.")
    if message.deleted_at is not None:
        raise NotNow("This message was deleted.")


def _is_about(turn: TurnRow, message: Message) -> bool:
    return message.id in (turn.question_id, turn.answer_id)


async def _open_turns(connection: AsyncConnection, message: Message) -> list[TurnRow]:
    """What is not answered yet in the conversation of a message."""
    mine = (turns.c.conversation_id == message.conversation_id, turns.c.status.not_in(ENDED))
    return await turn_rows(connection, *mine)


async def _surroundings(connection: AsyncConnection, gone: Message, unfinished: list[TurnRow]) -> Surroundings:
    waiting = sorted((turn for turn in unfinished if turn.answer_id is None), key=lambda turn: turn.id)
    begun = [turn.answer_id for turn in unfinished if turn.answer_id is not None]
    if not begun:
        return Surroundings(waiting, None, ())
    since: int = (await connection.execute(select(messages.c.position).where(messages.c.id.in_(begun)))).scalars().one()
    topic = f"conversation:{gone.conversation_id}"
    said = await connection.execute(
        select(events.c.seq, events.c.type, events.c.payload).where(
            events.c.topic == topic, events.c.seq >= since, events.c.type.in_(SHOWN_IN)
        )
    )
    return Surroundings(waiting, since, [(row.seq, row.type, row.payload) for row in said])


async def _without(connection: AsyncConnection, before: Conversation, gone: StoredMessage, at: str) -> Conversation:
    message = gone.value
    others = await standing_answers(connection, message.parent_id) if message.parent_id else []
    return after_deletion(
        before,
        gone,
        first=await first_question(connection, before.id, but=message.id),
        last=await last_message(connection, before.id, but=message.id),
        counted=others in ([], [message.id]),
        at=at,
    )
