"""What models may cost: refused before, ended in the middle, and never more than is left."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from parlour.models.dialect import Dialect
from parlour.models.openai import OpenAIModel
from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.content import Message, TextPart
from parlour.store.tables import turns
from parlour.turn.record import FIRST_FENCE, turn_rows
from tests.flow.conftest import HeldModel, Opening, Talking
from tests.flow.paid import CENT, answers, of, prices, report, sets, summed
from tests.providers import DONE, Provider, call_delta, delta, end, provider, usage

STORY = "Once upon a time there was a house. " * 30


@pytest.fixture
def teller() -> ScriptedModel:
    """Tells a story of 270 tokens to whoever asks, however long they wanted it to be."""
    return ScriptedModel(otherwise=Script.of(says(STORY)), name="paid/teller")


@pytest.fixture
async def loopback() -> AsyncIterator[Provider]:
    async with provider() as it:
        yield it


async def answer(talking: Talking, question: str) -> Message:
    """The answer to a question in a conversation of its own."""
    ids = await talking.says(question)
    await talking.ended(ids["turn_id"])
    (found,) = await answers(talking, ids["conversation_id"])
    return found


def words(message: Message) -> str:
    return "".join(part.text for part in message.parts if isinstance(part, TextPart))


async def test_a_project_with_a_cent_left_stops_in_mid_stream_and_the_report_agrees_to_the_token(
    opened: Opening, teller: ScriptedModel, tmp_path: Path
) -> None:
    async with opened(teller, prices_file=prices(tmp_path)) as talking:
        home = talking.app.house.home_project_id
        await sets(talking, f"project:{home}", max_cost=CENT)
        ids = await talking.says("Tell me a story")
        listener = await talking.listens(ids["conversation_id"])
        turn = await talking.ended(ids["turn_id"])
        assert (turn.status, turn.reason) == ("failed", "budget")
        (ended,) = await answers(talking, ids["conversation_id"])
        said = words(ended)
        assert 0 < len(said) < len(STORY)
        assert STORY.startswith(said)
        assert ended.error is not None
        assert ended.error.message.startswith(
            "The answer was ended: the budget of the project “Home” for this month, 0.01 US dollars, is used up. "
            "What was said so far is kept. It begins anew on 1 "
        )
        await listener.until(lambda: listener.answers != [] and listener.answers[-1].status == "failed")
        await listener.agrees()
        assert ended.usage is not None
        assert ended.usage.estimated
        assert ended.usage.completion_tokens == -(-len(said) // 4)
        assert ended.usage.cost == ended.usage.completion_tokens * 100_000
        for by in ("day", "model", "provider", "user", "project", "conversation"):
            found = await report(talking, by)
            assert of(found.total) == summed([ended])
        refused = await answer(talking, "And then?")
        assert words(refused) == ""
        assert refused.error is not None
        assert refused.error.code == "budget_exhausted"
        assert refused.error.message.startswith("The budget of the project “Home” for this month, 0.01 US dollars, is ")
        assert refused.usage is None


async def test_over_the_wire_less_is_asked_for_and_what_the_provider_reports_is_what_counts(
    opened: Opening, loopback: Provider, tmp_path: Path
) -> None:
    loopback.answer(delta(content="Once upon "), delta(content="a time"), end("length"), usage(41, 100), DONE)
    remote = OpenAIModel(name="paid/far", base_url=loopback.base_url)
    async with opened(remote, prices_file=prices(tmp_path)) as talking:
        await sets(talking, "tenant", max_cost=CENT)
        ended = await answer(talking, "Tell me a story")
        assert loopback.received[0].json["max_tokens"] == 100
        assert words(ended) == "Once upon a time"
        assert ended.error is not None
        assert ended.error.code == "budget"
        assert ended.usage is not None
        assert (ended.usage.prompt_tokens, ended.usage.completion_tokens) == (41, 100)
        assert (ended.usage.cost, ended.usage.estimated) == (CENT, False)
        found = await report(talking)
        assert of(found.total) == summed([ended])
        assert found.total.estimated_requests == 0
        refused = await answer(talking, "And then?")
        assert refused.error is not None
        assert refused.error.message.startswith("The budget of this house for this month, 0.01 US dollars, is used up.")
        assert len(loopback.received) == 1
    await remote.close()


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
async def test_who_thinks_before_it_answers_does_both_for_the_money_that_is_left(
    opened: Opening, loopback: Provider, tmp_path: Path
) -> None:
    loopback.answer(delta(content="Once "), end("length"), usage(41, 3_000), DONE)
    remote = OpenAIModel(name="paid/far", base_url=loopback.base_url, dialect=Dialect(thinking_tokens=16_384))
    async with opened(remote, prices_file=prices(tmp_path)) as talking:
        await sets(talking, "tenant", max_cost=30 * CENT)
        ended = await answer(talking, "Tell me a story")
        assert loopback.received[0].json["max_tokens"] == 3_000
        assert ended.error is not None
        assert ended.error.code == "budget"
        assert (await report(talking)).total.cost == 30 * CENT
    await remote.close()


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
async def test_what_a_model_may_think_is_taken_like_what_it_may_say(opened: Opening, tmp_path: Path) -> None:
    held = HeldModel()
    held.name = "paid/held"
    held.thinking_tokens = 16_384
    async with opened(held, prices_file=prices(tmp_path)) as talking:
        await sets(talking, "tenant", max_cost=30 * CENT)
        ids, _ = await talking.is_told_a_story(held)
        assert held.requests[0].most_tokens == 3_000
        second = await answer(talking, "And another one, please")
        assert second.error is not None
        assert "is taken by answers under way" in second.error.message
        held.lets("a time.", None)
        await talking.ended(ids["turn_id"])


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
async def test_a_call_that_grows_too_long_is_ended_while_it_grows(
    opened: Opening, loopback: Provider, tmp_path: Path
) -> None:
    pieces = [call_delta(0, arguments="word " * 20) for _ in range(10)]
    loopback.answer(call_delta(0, id="c1", name="write_file", arguments='{"text": "'), *pieces, end="hang")
    remote = OpenAIModel(name="paid/far", base_url=loopback.base_url)
    async with opened(remote, prices_file=prices(tmp_path)) as talking:
        await sets(talking, "tenant", max_cost=CENT)
        ended = await answer(talking, "Write me a story")
        assert ended.error is not None
        assert ended.error.code == "budget"
        assert ended.usage is not None
        assert ended.usage.completion_tokens >= 100
    await remote.close()


async def test_two_at_once_never_take_the_same_money(opened: Opening, tmp_path: Path) -> None:
    held = HeldModel()
    held.name = "paid/held"
    async with opened(held, prices_file=prices(tmp_path)) as talking:
        await sets(talking, f"user:{talking.who.user_id}", max_cost=CENT)
        ids, listener = await talking.is_told_a_story(held)
        assert held.requests[0].parameters.max_tokens == 100
        second = await answer(talking, "And another one, please")
        assert second.error is not None
        assert second.error.message == (
            "Your budget for this month, 0.01 US dollars, is taken by answers under way. Ask again in a moment."
        )
        assert len(held.requests) == 1
        held.lets("a time.", None)
        await talking.ended(ids["turn_id"])
        await listener.until(lambda: listener.answers != [] and listener.answers[-1].status == "completed")
        held.lets("Another.", None)
        assert words(await answer(talking, "Now, then?")) == "Another."
        total = (await report(talking)).total
        assert held.requests[1].parameters.max_tokens == 100 - total.completion_tokens + 2
        assert (total.cost, total.requests) == (total.completion_tokens * 100_000, 2)


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
async def test_what_is_free_is_asked_when_no_money_is_left_and_tokens_are_counted_all_the_same(
    opened: Opening, tmp_path: Path
) -> None:
    teller = ScriptedModel(otherwise=Script.of(says(STORY)), name="paid/free")
    async with opened(teller, prices_file=prices(tmp_path, completion="0")) as talking:
        await sets(talking, "tenant", max_cost=0)
        told = await answer(talking, "Tell me a story")
        assert told.status == "completed"
        assert told.usage is not None
        assert told.usage.cost == 0
        await sets(talking, "provider:paid", "ever", max_tokens=told.usage.total_tokens + 1)
        refused = await answer(talking, "And then?")
        assert refused.error is not None
        assert refused.error.message.startswith("What is left of the budget of the provider paid, ")
        assert refused.error.message.endswith("It does not begin anew; an admin can raise it.")


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
async def test_a_budget_of_one_answer_holds_for_each_of_them(
    opened: Opening, teller: ScriptedModel, tmp_path: Path
) -> None:
    async with opened(teller, prices_file=prices(tmp_path)) as talking:
        await sets(talking, "tenant", "turn", max_cost=CENT)
        for question in ("Tell me a story", "And another one"):
            ended = await answer(talking, question)
            assert ended.error is not None
            assert ended.error.message.endswith("The next question has it anew.")
            assert words(ended) != ""


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
async def test_a_model_that_takes_too_long_is_ended_when_its_seconds_are_used_up(
    opened: Opening, tmp_path: Path
) -> None:
    held = HeldModel()
    held.name = "paid/held"
    async with opened(held, prices_file=prices(tmp_path)) as talking:
        await sets(talking, "tenant", "day", max_seconds=5)
        held.lets("Once upon ")
        ids = await talking.says("Tell me a story")
        turn = await talking.ended(ids["turn_id"])
        assert turn.reason == "budget"
        (ended,) = await answers(talking, ids["conversation_id"])
        assert words(ended) == "Once upon "
        assert ended.error is not None
        assert "5 seconds of models at work, is used up" in ended.error.message
        assert held.cancelled == 1


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
async def test_an_unknown_price_is_no_price_of_nothing(opened: Opening) -> None:
    teller = ScriptedModel(otherwise=Script.of(says("Quite.")), name="unheard/of")
    async with opened(teller) as talking:
        await sets(talking, "tenant", max_cost=0)
        told = await answer(talking, "Tell me a story")
        assert told.usage is not None
        assert told.usage.cost is None
        total = (await report(talking)).total
        assert (total.cost, total.unpriced_requests, total.requests) == (0, 1, 1)


async def test_what_an_answer_with_a_tool_used_is_kept_by_the_owner_that_began_it(
    opened: Opening, tmp_path: Path
) -> None:
    looks = ScriptedModel(otherwise=Script.of(call("get_devices_in_room"), says("Nothing.")), name="paid/teller")
    async with opened(looks, prices_file=prices(tmp_path)) as talking:
        ids = await talking.says("What is there?")
        turn = await talking.ended(ids["turn_id"])
        async with talking.app.database.read() as connection:
            (row,) = await turn_rows(connection, turns.c.id == turn.id)
        assert row.fence == FIRST_FENCE
        assert of((await report(talking)).total) == summed(await answers(talking, ids["conversation_id"]))
        assert (await report(talking)).total.requests == 2
