"""What is said counts once and finds its way, however much is said at once."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.errors import NotAvailable, NotNow
from parlour.ids import new_id
from parlour.journal.unit import Unit
from parlour.models.route import Route, Wish
from parlour.protocol.commands import SendMessage
from parlour.protocol.content import MessageBody, TextPart
from parlour.store.tables import messages
from parlour.turn import units
from parlour.turn.record import past_of
from parlour.turn.saying_units import made_title
from tests.turn.conftest import Workshop


class NoModel:
    """A choice of none."""

    async def route(self, connection: AsyncConnection, wish: Wish) -> Route:
        raise NotAvailable("It may not be asked.")


async def answered(workshop: Workshop, content: str, conversation_id: str | None = None) -> tuple[str, str]:
    """Have a question answered: the conversation's id, the answer's."""
    turn = await workshop.asks(content, conversation_id)
    workshop.model.lets(f"{content}!", None)
    workshop.runner.take(turn)
    ended = await workshop.ended(turn)
    assert ended.answer_id is not None
    return turn.conversation_id, ended.answer_id


async def test_an_answer_that_is_being_asked_for_again_cannot_be_asked_for_a_third_time(workshop: Workshop) -> None:
    _, answer_id = await answered(workshop, "One")
    again = await workshop.asks_again(answer_id)
    with pytest.raises(NotNow):
        await workshop.asks_again(answer_id)
    await workshop.runner.stop(again.id)
    await workshop.asks_again(answer_id)


async def test_an_answer_cannot_be_asked_for_again_once_another_question_waits(workshop: Workshop) -> None:
    conversation_id, answer_id = await answered(workshop, "One")
    again = await workshop.asks_again(answer_id)
    await workshop.asks("Two", conversation_id)
    workshop.model.lets("One again!", None)
    workshop.runner.take(again)
    better = (await workshop.ended(again)).answer_id
    assert better is not None
    with pytest.raises(NotNow):
        await workshop.asks_again(better)


async def test_a_message_that_was_taken_stays_taken_when_its_model_is_gone(workshop: Workshop) -> None:
    command = SendMessage(type="send_message", content="One", client_message_id="once", model="held/model")
    first, _ = await workshop.saying.message(workshop.ann, command)
    repeated, turn = await replace(workshop.saying, models=NoModel()).message(workshop.ann, command)
    assert (repeated.ids, repeated.duplicate, turn) == (first.ids, True, None)


async def test_twenty_messages_at_once_in_one_conversation_are_all_taken(workshop: Workshop) -> None:
    first = await workshop.asks("0")
    more = await asyncio.gather(*[workshop.asks(str(n), first.conversation_id) for n in range(1, 20)])
    assert len({turn.id for turn in (first, *more)}) == 20
    said = await workshop.messages(first.conversation_id)
    assert len(said) == 20


async def test_a_question_with_a_thousand_more_behind_it_is_still_answered(workshop: Workshop) -> None:
    turn = await workshop.asks("One")
    mine = {"tenant_id": workshop.ann.tenant_id, "conversation_id": turn.conversation_id}
    rows = [
        MessageBody(
            id=new_id(),
            conversation_id=turn.conversation_id,
            role="user",
            parts=[TextPart(text="more", length=4)],
            status="sent",
            created_at="t",
        ).model_dump(mode="json")
        | mine
        | {"position": 1_000 + n, "rev": 1_000 + n, "token_count": 1}
        for n in range(1_001)
    ]
    await workshop.means.writer.commit(Unit(changes=[insert(messages).values(rows)]))
    claimed, unit = units.claimed(turn, owner="node-1", answer_id=new_id(), model="m", at="t")
    await workshop.means.writer.commit(unit)
    async with workshop.means.reads.read() as connection:
        past = await past_of(connection, claimed.id)
    assert (past.question, past.earlier, past.turn.id) == ("One", (), turn.id)


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("What's in the kitchen?", "What's in the kitchen?"),
        ("\n\n  What is \t this?\nAnd that?", "What is this?"),
        (
            "one two three four five six seven eight nine ten eleven",
            "one two three four five six seven eight nine ten…",
        ),
        ("x" * 51, "x" * 49 + "…"),
        ("x" * 50, "x" * 50),
        ("  \n ", "New chat"),
        ("ring\a the bell", "ring the bell"),
    ],
)
def test_a_title_is_made_of_the_first_words(content: str, title: str) -> None:
    assert made_title(content) == title
    assert len(title) <= 50
