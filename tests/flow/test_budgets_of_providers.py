"""A provider whose budget is used up is passed over, as one is that is dead; any other budget ends the answer."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from parlour.kinds import Names
from parlour.models.base import ModelProblem
from parlour.protocol.content import Message, TextPart
from tests.flow.conftest import DEADLINE_S, Opening, Talking
from tests.flow.failing import CUT, DEAD, Act, FailingModel
from tests.flow.paid import CENT, answers, of, report, sets, summed
from tests.storage import Storage, Templates

FALLBACK: dict[str, Any] = {"ai_default_model": "main/model", "ai_fallback_models": Names(["spare/model"])}
LATE = ModelProblem("provider_timeout", "It took too long.", cause="timeout")
"""Somebody who has read the question, and said nothing."""
LOOKS = "search_entities"
USED_UP = "The budget of the provider {} for this month, 0.00 US dollars, is used up. It begins anew on 1 "


@pytest.fixture
def storage(furnished: Templates) -> Any:
    """One kind of store: what is kept of a budget is tested on both elsewhere."""
    with furnished.fresh("sqlite") as made:
        yield made


@pytest.fixture
def opened(storage: Storage, tmp_path: Path) -> Opening:
    return Opening(storage, tmp_path)


@pytest.fixture
def main() -> FailingModel:
    return FailingModel("main/model")


@pytest.fixture
def spare() -> FailingModel:
    return FailingModel("spare/model", Act(3))


@pytest.fixture
def routed(tmp_path: Path) -> dict[str, Any]:
    """The settings of a house where one model answers for another, and each word of either costs something."""
    file = tmp_path / "prices.toml"
    file.write_text('["main/*"]\nprompt = 0\ncompletion = 100\n["spare/*"]\nprompt = 0\ncompletion = 50\n')
    return FALLBACK | {"prices_file": str(file)}


async def answer(talking: Talking) -> Message:
    ids = await talking.says("Tell me a story")
    await talking.ended(ids["turn_id"])
    (found,) = await answers(talking, ids["conversation_id"])
    return found


def words(message: Message) -> str:
    return "".join(part.text for part in message.parts if isinstance(part, TextPart))


async def test_the_next_one_answers_unseen_and_only_what_was_asked_is_named_and_paid(
    opened: Opening, main: FailingModel, spare: FailingModel, routed: dict[str, Any]
) -> None:
    async with opened(main, spare, **routed) as talking:
        await sets(talking, "provider:main", max_cost=0)
        ids = await talking.says("Tell me a story")
        listener = await talking.listens(ids["conversation_id"])
        assert (await talking.ended(ids["turn_id"])).status == "completed"
        await listener.until(lambda: listener.answers != [] and listener.answers[-1].status == "completed")
        await listener.agrees()
        assert "answer_restarted" not in listener.types()
        (told,) = await answers(talking, ids["conversation_id"])
        assert (words(told), told.model, told.models) == (spare.said(3), "spare/model", None)
        assert (main.asked, spare.asked) == (0, 1)
        assert told.usage is not None
        assert told.usage.cost == told.usage.completion_tokens * 50_000 > 0
        assert of((await report(talking)).total) == summed([told])


@pytest.mark.parametrize("scope", ["tenant", "user", "project"])
async def test_any_other_budget_ends_the_answer_also_where_the_providers_is_used_up_too(
    opened: Opening, main: FailingModel, spare: FailingModel, routed: dict[str, Any], scope: str
) -> None:
    async with opened(main, spare, **routed) as talking:
        ids = {"user": talking.who.user_id, "project": talking.app.house.home_project_id}
        await sets(talking, "provider:main", max_cost=0)
        await sets(talking, f"{scope}:{ids[scope]}" if scope in ids else scope, max_tokens=1)
        refused = await answer(talking)
        assert refused.error is not None
        assert refused.error.code == "budget_exhausted"
        assert "of the provider" not in refused.error.message
        assert (main.asked, spare.asked) == (0, 0)


async def test_where_nobody_is_left_the_budget_speaks_for_itself(
    opened: Opening, main: FailingModel, spare: FailingModel, routed: dict[str, Any]
) -> None:
    async with opened(main, spare, **routed) as talking:
        await sets(talking, "provider:main", max_cost=0)
        await sets(talking, "provider:spare", max_cost=0)
        refused = await answer(talking)
        assert refused.error is not None
        assert (refused.error.code, refused.usage) == ("budget_exhausted", None)
        assert refused.error.message.startswith(USED_UP.format("main"))
        assert (main.asked, spare.asked) == (0, 0)


async def test_who_is_left_out_of_money_after_others_were_dead_is_what_the_answer_says(
    opened: Opening, main: FailingModel, spare: FailingModel, routed: dict[str, Any]
) -> None:
    main.plays([Act(problem=DEAD)])
    async with opened(main, spare, **routed) as talking:
        await sets(talking, "provider:spare", max_cost=0)
        refused = await answer(talking)
        assert refused.error is not None
        assert refused.error.message.startswith(USED_UP.format("spare"))
        assert (main.asked, spare.asked) == (1, 0)


async def test_who_broke_off_is_asked_once_more_where_the_other_ones_budget_is_used_up(
    opened: Opening, main: FailingModel, spare: FailingModel, routed: dict[str, Any]
) -> None:
    main.plays([Act(2, CUT), Act(4)])
    async with opened(main, spare, **routed) as talking:
        await sets(talking, "provider:spare", max_cost=0)
        told = await answer(talking)
        assert (words(told), main.asked, spare.asked) == (main.said(4), 2, 0)


async def test_what_was_begun_is_ended_and_not_begun_anew_by_somebody_else(
    opened: Opening, main: FailingModel, spare: FailingModel, routed: dict[str, Any]
) -> None:
    main.plays([Act(300)])
    async with opened(main, spare, **routed) as talking:
        await sets(talking, "provider:main", max_cost=CENT)
        ended = await answer(talking)
        assert ended.error is not None
        assert ended.error.code == "budget"
        assert words(ended) != ""
        assert (main.asked, spare.asked) == (1, 0)


async def test_who_uses_up_the_seconds_of_its_provider_without_a_word_is_followed_too(
    opened: Opening, main: FailingModel, spare: FailingModel, routed: dict[str, Any]
) -> None:
    main.plays([Act(hangs=True)])
    async with opened(main, spare, **routed) as talking:
        await sets(talking, "provider:main", "day", max_seconds=1)
        told = await answer(talking)
        assert (words(told), told.models) == (spare.said(3), ["main/model", "spare/model"])
        assert main.open == 0


@pytest.mark.parametrize("period", ["turn", "month"])
@pytest.mark.parametrize("acts", [[Act(problem=LATE)], [Act(calls=LOOKS), Act(problem=LATE)]])
async def test_what_another_provider_used_for_the_same_answer_takes_nothing_from_the_budget_of_a_provider(
    opened: Opening, main: FailingModel, spare: FailingModel, routed: dict[str, Any], period: str, acts: list[Act]
) -> None:
    async with opened(main, spare, **routed) as talking:
        before = await answer(talking)
        assert before.usage is not None
        assert before.usage.prompt_tokens > 500
        main.plays(acts)
        await sets(talking, "provider:spare", period, max_tokens=before.usage.prompt_tokens * 3 // 2)
        told = await answer(talking)
        assert (words(told), told.error, spare.asked) == (spare.said(3), None, 1)


async def test_what_is_asked_of_somebody_else_meanwhile_frees_nothing_of_what_a_provider_used(
    opened: Opening, main: FailingModel, spare: FailingModel, routed: dict[str, Any]
) -> None:
    async with opened(main, spare, **routed) as talking:
        before = await answer(talking)
        assert before.usage is not None
        main.plays([Act(problem=LATE), Act(3)])
        spare.plays([Act(hangs=True), Act(3)])
        await sets(talking, "provider:main", max_tokens=before.usage.total_tokens + before.usage.prompt_tokens * 3 // 2)
        await sets(talking, "provider:spare", max_tokens=1_000_000)
        ids = await talking.says("Tell me a story")
        async with asyncio.timeout(DEADLINE_S):
            while not spare.open:  # noqa: ASYNC110 - what the model is doing is no event
                await asyncio.sleep(0)
        told = await answer(talking)
        assert (words(told), main.asked, spare.asked) == (spare.said(3), 2, 2)
        await talking.app.talk.stop(talking.who, ids["turn_id"])
        await talking.ended(ids["turn_id"])
