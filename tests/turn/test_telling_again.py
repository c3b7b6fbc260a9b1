"""A turn whose words are told again, and what becomes of it when its owner dies, is stopped, or hands it on."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from parlour.hub.announce.local import Nobody
from parlour.ids import new_id
from parlour.models.base import estimate_tokens
from parlour.protocol.content import Message
from parlour.turn import units
from parlour.turn.live import Live
from parlour.turn.record import TurnRow
from parlour.turn.runner import Runner
from parlour.turn.told_before import Keeping, ToldBefore
from tests.conftest import ManualClock
from tests.turn.conftest import Held, Workshop
from tests.turn.test_spending import agrees, answer, kept

STORY = "Once upon a time."


@pytest.fixture
async def remembering(workshop: Workshop, clock: ManualClock) -> AsyncIterator[Workshop]:
    """The workshop with room for what was told."""
    means = replace(workshop.means, told=ToldBefore(clock))
    runner = Runner(Held("node-1"), means, Nobody())
    yield replace(workshop, means=means, runner=runner)
    await runner.close()


async def is_told(workshop: Workshop, question: str = "Tell me a story", *words: str | None) -> Message:
    """The answer to a question in a conversation of its own; what the model says besides, if it is asked."""
    turn = await workshop.asks(question)
    workshop.model.lets(*words)
    workshop.runner.take(turn)
    await workshop.ended(turn)
    return await answer(workshop, turn)


async def dies_in(workshop: Workshop, *, is_told_again: bool) -> TurnRow:
    """A turn whose owner died after the words of a model had come into the log."""
    turn = await workshop.asks("Tell me a story")
    mine, claim = units.claimed(turn, owner="dead", answer_id=new_id(), model="held/model", at="2026-11-20T12:00:00Z")
    await workshop.means.writer.commit(claim)
    live = Live(
        workshop.means.writer,
        mine,
        message_id=mine.answer_id or "",
        attempt=1,
        first_part=0,
        chunk_index=0,
        model="held/model",
        is_told_again=is_told_again,
    )
    live.say("text", STORY)
    await live.settled()
    return mine


async def test_what_was_told_is_told_again_until_its_time_is_over(remembering: Workshop, clock: ManualClock) -> None:
    first = await is_told(remembering, "Tell me a story", STORY, None)
    clock.advance(599)
    second = await is_told(remembering)
    assert (first.cached, second.cached, len(remembering.model.requests)) == (False, True, 1)
    clock.advance(1)
    third = await is_told(remembering, "Tell me a story", STORY, None)
    assert (third.cached, len(remembering.model.requests)) == (False, 2)


async def test_the_time_of_what_is_told_is_not_prolonged_by_telling_it(
    remembering: Workshop, clock: ManualClock
) -> None:
    await is_told(remembering, "Tell me a story", STORY, None)
    clock.advance(400)
    assert (await is_told(remembering)).cached
    clock.advance(400)
    assert not (await is_told(remembering, "Tell me a story", STORY, None)).cached


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
async def test_the_settings_say_for_how_long(workshop: Workshop, clock: ManualClock) -> None:
    assert ToldBefore(clock, Keeping(10, 20.0, 30.0)).keeping.searched_seconds == 30
    assert workshop.means.told.keeping.entries == 0
    await is_told(workshop, "Tell me a story", STORY, None)
    assert len(workshop.means.told) == 0


async def test_an_answer_that_was_cut_off_is_not_told_again(remembering: Workshop) -> None:
    turn = await remembering.asks("Tell me a story")
    remembering.model.lets(STORY)
    remembering.runner.take(turn)
    await remembering.runner.stop(turn.id)
    await remembering.ended(turn)
    assert len(remembering.means.told) == 0


async def test_words_that_were_told_again_when_their_owner_died_cost_nothing(remembering: Workshop) -> None:
    turn = await dies_in(remembering, is_told_again=True)
    remembering.model.lets("Another.", None)
    await remembering.runner.open()
    await remembering.ended(turn)
    told, rows = await answer(remembering, turn), await kept(remembering, turn)
    assert [(row.outcome, row.completion_tokens) for row in rows] == [("answered", estimate_tokens("Another."))]
    assert agrees(told, rows)
    assert not told.cached


async def test_words_that_a_model_said_when_their_owner_died_are_paid(remembering: Workshop) -> None:
    turn = await dies_in(remembering, is_told_again=False)
    remembering.model.lets("Another.", None)
    await remembering.runner.open()
    await remembering.ended(turn)
    assert [row.outcome for row in await kept(remembering, turn)] == ["cut", "answered"]


async def test_who_goes_on_and_knows_the_words_too_tells_them_anew_and_nobody_was_asked(remembering: Workshop) -> None:
    await is_told(remembering, "Tell me a story", STORY, None)
    turn = await dies_in(remembering, is_told_again=True)
    await remembering.runner.open()
    await remembering.ended(turn)
    told = await answer(remembering, turn)
    assert (told.cached, told.usage, told.attempt) == (True, None, 2)
    assert await kept(remembering, turn) == []


async def test_who_goes_on_after_a_model_had_spoken_says_that_it_was_asked(remembering: Workshop) -> None:
    await is_told(remembering, "Tell me a story", STORY, None)
    turn = await dies_in(remembering, is_told_again=False)
    await remembering.runner.open()
    await remembering.ended(turn)
    told, rows = await answer(remembering, turn), await kept(remembering, turn)
    assert not told.cached
    assert len(remembering.model.requests) == 1
    assert agrees(told, rows)


async def test_a_turn_that_is_stopped_after_its_owner_died_says_whether_its_words_were_told_again(
    remembering: Workshop,
) -> None:
    for is_told_again in (True, False):
        turn = await dies_in(remembering, is_told_again=is_told_again)
        await remembering.means.writer.commit(units.asked_to_stop(turn))
        remembering.runner.take(await remembering.row(turn))
        assert (await remembering.ended(turn)).status == "stopped"
        assert (await answer(remembering, turn)).cached is is_told_again
        assert len(await kept(remembering, turn)) == (not is_told_again)
