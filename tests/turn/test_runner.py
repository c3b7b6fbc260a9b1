"""A runner takes turns in their order, lets each be stopped whenever it is, and hands back what it cannot end."""

import asyncio
from collections.abc import Callable

import orjson
import pytest
from sqlalchemy import select, update

from parlour.errors import NotNow
from parlour.journal import feed
from parlour.journal.snapshot import conversation_state
from parlour.journal.unit import Unit
from parlour.protocol.frame import frame_of
from parlour.protocol.reduce import reduce
from parlour.protocol.state import ConversationState, TopicState
from parlour.store.tables import deltas, turns
from parlour.turn import units
from parlour.turn.record import TurnRow
from tests.turn.conftest import Workshop


async def test_a_later_question_never_begins_before_an_earlier_one(workshop: Workshop) -> None:
    first = await workshop.asks("One")
    second = await workshop.asks("Two", first.conversation_id)
    _, claim = units.claimed(second, owner="node-1", answer_id="a", model="m", at="t")
    with pytest.raises(NotNow):
        await workshop.means.writer.commit(claim)


async def test_questions_are_taken_in_the_order_they_were_said_whatever_clocks_showed(workshop: Workshop) -> None:
    first = await workshop.asks("One")
    second = await workshop.asks("Two", first.conversation_id)
    turned_back = update(turns).where(turns.c.id == second.id).values(queued_at="2000-01-01T00:00:00.000Z")
    await workshop.means.writer.commit(Unit(changes=[turned_back]))
    workshop.model.lets("First.", None, "Second.", None)
    await workshop.runner.open()
    await workshop.ended(second)
    answers = [m for m in await workshop.messages(first.conversation_id) if m.role == "assistant"]
    assert [answer.parent_id for answer in answers] == [first.question_id, second.question_id]


async def test_a_turn_that_another_node_was_told_to_stop_is_stopped_here(workshop: Workshop) -> None:
    turn = await workshop.asks("One")
    await workshop.runner.open()
    workshop.runner.take(turn)
    workshop.model.lets("Once upon ")
    await _until_something_was_said(workshop)
    await workshop.means.writer.commit(units.asked_to_stop(turn))
    assert (await workshop.ended(turn)).status == "stopped"


async def test_a_stop_between_the_claim_and_the_first_word_is_not_lost(workshop: Workshop) -> None:
    workshop.doorman.speaks.clear()
    turn = await workshop.asks("One")
    # Nobody sweeps, who would find it a second later.
    workshop.runner.take(turn)
    await workshop.doorman.asked.wait()
    await workshop.runner.stop(turn.id)
    workshop.doorman.speaks.set()
    assert (await workshop.ended(turn)).status == "stopped"


async def test_a_claim_that_was_under_way_at_shutdown_is_handed_back(workshop: Workshop) -> None:
    workshop.doorman.speaks.clear()
    turn = await workshop.asks("One")
    workshop.runner.take(turn)
    await workshop.doorman.asked.wait()
    await workshop.runner.close()
    row = await workshop.row(turn)
    assert (row.status, row.owner, row.deaths) == ("queued", None, 0)


async def test_a_turn_handed_back_in_mid_answer_and_then_stopped_ends_its_answer_too(workshop: Workshop) -> None:
    turn = await workshop.asks("One")
    workshop.model.lets("Once upon ")
    workshop.runner.take(turn)
    await _until_something_was_said(workshop)
    await workshop.runner.close()
    assert (await workshop.row(turn)).status == "queued"
    next_start = workshop.another_runner("node-2")
    await next_start.stop(turn.id)
    await next_start.open()
    found = await next_start.wait_until_ended(turn.id, 10)
    assert found is not None
    assert found.value.status == "stopped"
    _, answer = await workshop.messages(turn.conversation_id)
    assert answer.status == "stopped"
    assert [part.text for part in answer.parts if part.kind == "text"] == ["Once upon "]
    await next_start.close()


def _given_back(turn: TurnRow) -> Unit:
    return units.handed_back(turn, 0)


def _taken_over(turn: TurnRow) -> Unit:
    return units.claimed(turn, owner="node-2", answer_id=turn.answer_id or "", model="m", at="t")[1]


@pytest.mark.parametrize("moves_on", [_given_back, _taken_over])
async def test_what_held_a_turn_up_holds_it_up_no_more_once_it_is_given_back_or_taken_over(
    workshop: Workshop, moves_on: Callable[[TurnRow], Unit]
) -> None:
    turn = await workshop.asks("One")
    mine, claim = units.claimed(turn, owner="node-1", answer_id="answer", model="m", at="t")
    for unit in (claim, units.held_up(mine, "answer", "no_room")):
        await workshop.means.writer.commit(unit)
    before, seq = await _seen(workshop, turn)
    assert [each.reason for each in before.turns] == ["no_room"]
    await workshop.means.writer.commit(moves_on(mine))
    followed: TopicState = before
    async with workshop.means.reads.read() as connection:
        for said in await feed.read(connection, turn.topic, seq):
            envelope = {"topic": said.topic, "from_seq": said.seq, "seq": said.seq, "timestamp": said.at}
            followed = reduce(followed, frame_of(orjson.loads(said.payload) | envelope))
    after, _ = await _seen(workshop, turn)
    assert [each.reason for each in after.turns] == [None]
    assert followed == after


async def test_when_the_first_of_two_waiting_questions_is_stopped_the_second_is_answered(workshop: Workshop) -> None:
    first = await workshop.asks("One")
    second = await workshop.asks("Two", first.conversation_id)
    workshop.model.lets("Second.", None)
    await workshop.runner.stop(first.id)
    assert (await workshop.ended(second)).status == "completed"


async def test_everybody_who_waits_for_a_turn_hears_of_its_end(workshop: Workshop) -> None:
    turn = await workshop.asks("One")
    waiting = [asyncio.create_task(workshop.ended(turn)) for _ in range(3)]
    assert await workshop.runner.wait_until_ended(turn.id, 0) is not None
    workshop.model.lets("First.", None)
    workshop.runner.take(turn)
    assert [turn.status for turn in await asyncio.gather(*waiting)] == ["completed"] * 3


async def _until_something_was_said(workshop: Workshop) -> None:
    async with asyncio.timeout(30):
        said = False
        while not said:
            async with workshop.means.reads.read() as connection:
                said = (await connection.execute(select(deltas))).first() is not None


async def _seen(workshop: Workshop, turn: TurnRow) -> tuple[ConversationState, int]:
    """The conversation of a turn as a newcomer gets it, and how far that reaches."""
    async with workshop.means.reads.read() as connection:
        state = await conversation_state(connection, turn.conversation_id, 0)
        return state, (await feed.bounds(connection, turn.topic)).seq
