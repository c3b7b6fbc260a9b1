"""Every request of a turn is kept with what it used, whoever made it and however it ended."""

import asyncio
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from parlour.clock import SystemClock
from parlour.models.base import ModelProblem, estimate_tokens
from parlour.models.instances import Instance
from parlour.protocol.content import Message
from parlour.store.tables import deltas, spending
from parlour.turn.record import TurnRow
from tests.turn.conftest import OneModel, Workshop


@dataclass(frozen=True)
class Kept:
    """What a row of the spending says."""

    number: int
    outcome: str
    prompt_tokens: int
    completion_tokens: int
    cost: int | None
    is_estimated: bool


async def kept(workshop: Workshop, turn: TurnRow) -> list[Kept]:
    """The requests of a turn, in order."""
    columns = [spending.c[name] for name in Kept.__dataclass_fields__]
    async with workshop.means.reads.read() as connection:
        found = await connection.execute(
            select(*columns).where(spending.c.turn_id == turn.id).order_by(spending.c.number)
        )
        return [Kept(**row) for row in found.mappings()]


async def answer(workshop: Workshop, turn: TurnRow) -> Message:
    (_, found) = await workshop.messages(turn.conversation_id)
    return found


def agrees(message: Message, rows: list[Kept]) -> bool:
    """Whether an answer's usage is the sum of its requests."""
    assert message.usage is not None
    said = message.usage.prompt_tokens, message.usage.completion_tokens
    return said == (sum(row.prompt_tokens for row in rows), sum(row.completion_tokens for row in rows))


async def begun(workshop: Workshop, *words: str | None) -> TurnRow:
    """A turn in which the model has said these words, and goes on."""
    turn = await workshop.asks("Tell me a story")
    workshop.model.lets(*words)
    workshop.runner.take(turn)
    async with asyncio.timeout(30):
        while not await _said(workshop):  # noqa: ASYNC110 - it is the log that says so, and that is no event
            await asyncio.sleep(0)
    return turn


async def _said(workshop: Workshop) -> bool:
    async with workshop.means.reads.read() as connection:
        return await connection.scalar(select(deltas.c.topic).limit(1)) is not None


async def test_what_a_model_did_not_report_is_estimated_and_says_so(workshop: Workshop) -> None:
    turn = await begun(workshop, "Once upon a time.", None)
    await workshop.ended(turn)
    (row,) = rows = await kept(workshop, turn)
    assert (row.outcome, row.completion_tokens, row.cost, row.is_estimated) == (
        "answered",
        estimate_tokens("Once upon a time."),
        None,
        True,
    )
    assert row.prompt_tokens >= estimate_tokens("Tell me a story")
    assert agrees(await answer(workshop, turn), rows)


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
async def test_a_stopped_answer_was_read_and_begun_all_the_same(workshop: Workshop) -> None:
    turn = await begun(workshop, "Once upon ")
    await workshop.runner.stop(turn.id)
    await workshop.ended(turn)
    (row,) = rows = await kept(workshop, turn)
    assert (row.outcome, row.completion_tokens) == ("cut", estimate_tokens("Once upon "))
    assert agrees(await answer(workshop, turn), rows)


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
async def test_who_refuses_has_read_nothing_and_who_breaks_off_has(workshop: Workshop) -> None:
    turn = await workshop.asks("Tell me a story")
    workshop.model.lets("Once ", ModelProblem("provider_cut", "It broke off."), "Once upon", None)
    workshop.runner.take(turn)
    await workshop.ended(turn)
    rows = await kept(workshop, turn)
    assert [(row.number, row.outcome) for row in rows] == [(0, "failed"), (1, "answered")]
    assert [row.completion_tokens for row in rows] == [estimate_tokens("Once "), estimate_tokens("Once upon")]
    assert agrees(await answer(workshop, turn), rows)
    refused = await workshop.asks("And then?")
    workshop.model.lets(
        ModelProblem("provider_rate_limited", "No room."), ModelProblem("provider_unavailable", "Away.")
    )
    workshop.runner.take(refused)
    await workshop.ended(refused)
    assert {(row.outcome, row.prompt_tokens, row.cost) for row in await kept(workshop, refused)} == {("failed", 0, 0)}


async def test_what_a_server_had_heard_that_ended_counts_when_another_goes_on(workshop: Workshop) -> None:
    turn = await begun(workshop, "Once upon ")
    await workshop.runner.close()
    assert await kept(workshop, turn) == []
    next_start = workshop.another_runner("node-2")
    workshop.model.lets("A new beginning.", None)
    await next_start.open()
    await workshop.ended(turn)
    await next_start.close()
    rows = await kept(workshop, turn)
    assert [(row.number, row.outcome) for row in rows] == [(0, "cut"), (1, "answered")]
    assert rows[0].completion_tokens == estimate_tokens("Once upon ")
    assert rows[0].prompt_tokens == rows[1].prompt_tokens > 0
    assert agrees(await answer(workshop, turn), rows)


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
async def test_what_was_heard_before_the_end_of_a_server_is_paid_by_whoever_pays_for_the_rest(
    workshop: Workshop,
) -> None:
    alone = workshop.means.models
    assert isinstance(alone, OneModel)
    alone.model = Instance(workshop.model, SystemClock(), payer="user:ann")
    turn = await begun(workshop, "Once upon ")
    await workshop.runner.close()
    next_start = workshop.another_runner("node-2")
    workshop.model.lets("A new beginning.", None)
    await next_start.open()
    await workshop.ended(turn)
    await next_start.close()
    async with workshop.means.reads.read() as connection:
        paid = await connection.execute(select(spending.c.outcome, spending.c.payer).order_by(spending.c.number))
        assert [tuple(row) for row in paid] == [("cut", "user:ann"), ("answered", "user:ann")]


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
async def test_it_counts_too_when_nobody_goes_on(workshop: Workshop) -> None:
    turn = await begun(workshop, "Once upon ")
    await workshop.runner.close()
    next_start = workshop.another_runner("node-2")
    await next_start.stop(turn.id)
    await next_start.open()
    await workshop.ended(turn)
    await next_start.close()
    (row,) = rows = await kept(workshop, turn)
    assert (row.outcome, row.completion_tokens, row.is_estimated) == ("cut", estimate_tokens("Once upon "), True)
    assert agrees(await answer(workshop, turn), rows)
