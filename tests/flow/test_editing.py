"""A question can be said in other words: the earlier ones are kept, and no answer passes for one to the new ones."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.errors import Forbidden, IdempotencyConflict, InvalidRequest, MessageNotFound, MessageTooLong, NotNow
from parlour.identity.users import add_user
from parlour.identity.who import who_is
from parlour.ids import new_id
from parlour.journal.snapshot import user_state
from parlour.models.base import UserMessage
from parlour.protocol.commands import EditMessage, Regenerate
from parlour.protocol.content import Conversation
from parlour.store.database import Reads
from parlour.store.queries.messages import EarlierWords, message_edits_of, stored_message
from parlour.store.search.base import Owner
from parlour.store.search.finding import find
from parlour.turn.once import Said
from tests.flow.conftest import HeldModel, Listener, Opening, Talking


async def answered(robin: Talking, held: HeldModel, question: str, answer: str) -> tuple[dict[str, str], Listener]:
    """A question and its finished answer, and somebody who followed."""
    ids = await robin.says(question)
    listener = await robin.listens(ids["conversation_id"])
    held.lets(answer, None)
    await robin.ended(ids["turn_id"])
    await listener.until(lambda: listener.answers != [] and listener.answers[-1].status == "completed")
    return ids, listener


async def history(robin: Talking, message_id: str) -> list[EarlierWords]:
    async with robin.app.database.read() as connection:
        return await message_edits_of(connection, message_id)


async def found(robin: Talking, query: str) -> list[str | None]:
    async with robin.app.database.read() as connection:
        hits = (await find(connection, Owner(robin.who.tenant_id, robin.who.user_id), query)).hits
    return [hit.message_id for hit in hits]


async def listed(robin: Talking) -> Conversation:
    async with robin.app.database.read() as connection:
        return (await user_state(connection, robin.who.user_id)).conversations[0]


async def test_everybody_sees_the_new_words_and_the_earlier_ones_are_kept(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids, listener = await answered(robin, held, "How warm is the kitchn?", "It is warm.")
        before = await listed(robin)
        await robin.edits(ids["message_id"], "How warm is the kitchen?")
        await robin.edits(ids["message_id"], "How warm is the kitchen, and how damp?")
        await listener.until(lambda: listener.conversation.messages[0].edits == 2)
        question = listener.conversation.messages[0]
        assert question.parts[0].model_dump()["text"] == "How warm is the kitchen, and how damp?"
        assert question.edited_at is not None
        assert listener.answers[0].answers_edit == 0
        await listener.agrees()
        first, second = await history(robin, ids["message_id"])
        assert [each.parts[0]["text"] for each in (first, second)] == [
            "How warm is the kitchn?",
            "How warm is the kitchen?",
        ]
        assert (first.edit, second.edit) == (0, 1)
        assert first.at <= second.at
        after = await listed(robin)
        assert after.title == "How warm is the kitchen, and how damp?"
        assert after.last_message == before.last_message
        assert after.last_activity_at >= before.last_activity_at


async def test_tokens_are_counted_anew_and_search_finds_what_stands_now(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids, _ = await answered(robin, held, "Where is the torch?", "On the hook.")
        before = await listed(robin)
        await robin.edits(ids["message_id"], "Where is the lantern, the big one that was in the shed last winter?")
        assert await found(robin, "torch") == []
        assert await found(robin, "lantern") == [ids["message_id"]]
        async with robin.app.database.read() as connection:
            stored = await stored_message(connection, ids["message_id"])
            answer = await stored_message(connection, (await robin.ended(ids["turn_id"])).answer_id or "")
        assert stored is not None
        assert answer is not None
        after = await listed(robin)
        assert after.total_tokens == stored.token_count + answer.token_count
        assert after.total_tokens > before.total_tokens
        assert after.message_count == before.message_count == 2


async def test_a_line_of_the_list_that_shows_a_question_follows_its_words(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        first = await robin.says("One")
        second = await robin.says("Two", first["conversation_id"])
        await robin.edits(second["message_id"], "Two, and three")
        shown = await listed(robin)
        assert shown.last_message is not None
        assert (shown.title, shown.last_message.text) == ("One", "Two, and three")
        held.lets("First.", None, "Second.", None)
        await robin.ended(second["turn_id"])


async def test_saving_and_asking_again_is_one_change_and_the_new_answer_knows_what_it_answers(
    opened: Opening, held: HeldModel
) -> None:
    async with opened(held) as robin:
        ids, listener = await answered(robin, held, "One", "First.")
        held.lets("Second.", None)
        said = await robin.asks_again(ids["message_id"], "Two")
        await robin.ended(said.ids["turn_id"])
        await listener.until(lambda: len(listener.answers) == 2 and listener.answers[1].status == "completed")
        old, new = listener.answers
        assert (old.answers_edit, new.answers_edit, listener.conversation.messages[0].edits) == (0, 1, 1)
        assert (new.replaces, old.replaced_by) == (old.id, new.id)
        assert held.requests[1].messages == (UserMessage("Two"),)
        assert len(await history(robin, ids["message_id"])) == 1
        await listener.agrees()


async def test_saving_and_asking_again_twice_with_one_id_counts_once(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids, listener = await answered(robin, held, "One", "First.")
        first, second = await asyncio.gather(
            *(robin.asks_again(ids["message_id"], "Two", command_id="the-same") for _ in range(2))
        )
        assert first.ids == second.ids
        assert sorted((first.duplicate, second.duplicate)) == [False, True]
        held.lets("Second.", None)
        assert (await robin.ended(first.ids["turn_id"])).status == "completed"
        assert (await robin.asks_again(ids["message_id"], "Two", command_id="the-same")).duplicate
        await listener.until(lambda: len(listener.answers) == 2)
        assert len(await history(robin, ids["message_id"])) == 1


@dataclass
class Meanwhile:
    """Reads like another; what is to happen meanwhile happens once, after the first look."""

    reads: Reads
    happens: Callable[[], Awaitable[object]] | None

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        async with self.reads.read() as connection:
            yield connection
        happens, self.happens = self.happens, None
        if happens is not None:
            await happens()


async def test_a_repeat_that_overtakes_its_original_does_not_end_what_that_began(
    opened: Opening, held: HeldModel
) -> None:
    async with opened(held) as robin:
        ids, _ = await answered(robin, held, "One", "First.")
        talk, begun = robin.app.talk, list[Said]()

        async def the_original_comes_through() -> None:
            begun.append(await robin.asks_again(ids["message_id"], "Two", command_id="the-same"))

        slow = replace(talk.asking_again, reads=Meanwhile(talk.reads, the_original_comes_through))
        command = Regenerate(type="regenerate", message_id=ids["message_id"], content="Two", command_id="the-same")
        repeat, _ = await slow.again(robin.who, command, talk.end)
        assert (repeat.duplicate, repeat.ids) == (True, begun[0].ids)
        held.lets("Second.", None)
        assert (await robin.ended(repeat.ids["turn_id"])).status == "completed"


async def test_a_question_that_is_being_answered_keeps_its_words_until_it_is_asked_again(
    opened: Opening, held: HeldModel
) -> None:
    async with opened(held) as robin:
        ids, listener = await robin.is_told_a_story(held)
        with pytest.raises(NotNow):
            await robin.edits(ids["message_id"], "Tell me a joke")
        said = await robin.asks_again(ids["message_id"], "Tell me a joke")
        assert (await robin.ended(ids["turn_id"])).status == "stopped"
        held.lets("Knock knock.", None)
        await robin.ended(said.ids["turn_id"])
        await listener.until(lambda: len(listener.answers) == 2 and listener.answers[1].status == "completed")
        assert [answer.status for answer in listener.answers] == ["stopped", "completed"]
        assert listener.text == "Knock knock."
        await listener.agrees()


async def test_a_question_that_waits_its_turn_is_answered_as_it_stands_then(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        first = await robin.says("One")
        second = await robin.says("Two", first["conversation_id"])
        listener = await robin.listens(first["conversation_id"])
        await listener.until(lambda: [turn.status for turn in listener.conversation.turns] == ["running", "queued"])
        await robin.edits(second["message_id"], "Three")
        held.lets("First.", None, "Third.", None)
        await robin.ended(second["turn_id"])
        await listener.until(lambda: len(listener.answers) == 2 and listener.answers[1].status == "completed")
        assert held.requests[1].messages[-1] == UserMessage("Three")
        assert listener.answers[1].answers_edit == 1
        await listener.agrees()


async def test_the_next_question_reaches_the_model_after_the_new_words(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids, _ = await answered(robin, held, "One", "First.")
        await robin.edits(ids["message_id"], "Uno")
        held.lets("Second.", None)
        await robin.ended((await robin.says("Two", ids["conversation_id"]))["turn_id"])
        assert held.requests[1].messages[0] == UserMessage("Uno")


async def test_an_edit_counts_once_and_the_same_words_change_nothing(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids, _ = await answered(robin, held, "One", "First.")
        first = await robin.edits(ids["message_id"], "Two", command_id="the-same")
        again = await robin.edits(ids["message_id"], "Two", command_id="the-same")
        assert (first.duplicate, again.duplicate, again.seq) == (False, True, first.seq)
        with pytest.raises(IdempotencyConflict):
            await robin.edits(ids["message_id"], "Three", command_id="the-same")
        await robin.edits(ids["message_id"], "Two")
        assert len(await history(robin, ids["message_id"])) == 1


async def test_what_is_no_message_of_ones_own_cannot_be_changed(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids, listener = await answered(robin, held, "One", "First.")
        with pytest.raises(Forbidden, match="Can only edit user messages"):
            await robin.edits(listener.answers[0].id, "I never said that")
        person = await add_user(robin.app.database, robin.app.writer, robin.app.clock, username="bob")
        bob = Talking(robin.app, who_is(person, "test"))
        for stranger in (ids["message_id"], listener.answers[0].id, new_id()):
            with pytest.raises(MessageNotFound):
                await bob.edits(stranger, "Mine now")
            with pytest.raises(MessageNotFound):
                await bob.deletes(stranger)
            with pytest.raises(MessageNotFound):
                await bob.asks_again(stranger, "Mine now")


async def test_new_words_are_held_to_what_holds_for_any(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids, _ = await answered(robin, held, "One", "First.")
        with pytest.raises(InvalidRequest):
            await robin.edits(ids["message_id"], " \n ")
        with pytest.raises(MessageTooLong):
            await robin.edits(ids["message_id"], "x" * 50_001)
        with pytest.raises(MessageTooLong):
            await robin.asks_again(ids["message_id"], "x" * 50_001)
        assert await history(robin, ids["message_id"]) == []


async def test_twenty_changes_at_once_are_all_kept(opened: Opening, held: HeldModel) -> None:
    async with opened(held) as robin:
        ids, listener = await answered(robin, held, "0", "First.")

        async def change(n: int) -> None:
            command = EditMessage(
                type="edit_message", message_id=ids["message_id"], content=f"words {n}", command_id=f"change-{n}"
            )
            await robin.app.talk.edit(robin.who, command)

        await asyncio.gather(*(change(n) for n in range(20)))
        await listener.until(lambda: listener.conversation.messages[0].edits == 20)
        kept = await history(robin, ids["message_id"])
        said = {str(each.parts[0]["text"]) for each in kept} | {
            listener.conversation.messages[0].parts[0].model_dump()["text"]
        }
        assert said == {"0", *(f"words {n}" for n in range(20))}
        await listener.agrees()
