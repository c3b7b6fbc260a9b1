"""Whatever happens to the turns, the report adds up to the answers, to the last token and billionth."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from parlour.identity.allowances import FOREVER
from parlour.models.base import (
    Called,
    Finished,
    ModelEvent,
    ModelProblem,
    ModelRequest,
    RequestedCall,
    TextDelta,
    estimate_tokens,
)
from parlour.models.openai_usage import MOST_TOKENS
from parlour.protocol.content import Usage
from parlour.protocol.spending import NewBudget
from parlour.store.queries.spending import total_spent
from parlour.store.tables import spending, turns
from parlour.turn.record import FIRST_FENCE
from tests.flow.conftest import Opening, Talking
from tests.flow.paid import answers, of, prices, report, summed
from tests.storage import Templates


@dataclass(frozen=True)
class Act:
    """What a model does when it is asked the next time."""

    words: int
    then: Literal["ends", "calls", "fails", "refuses", "goes"]
    prompt: int
    completion: int
    is_reported: bool


class Whimsical:
    """A model that does one thing after the other, and answers plainly in the end."""

    window = 128_000

    def __init__(self, name: str, acts: list[Act]) -> None:
        self.name = name
        self._acts = acts

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        act = self._acts.pop(0) if self._acts else Act(1, "ends", 1, 1, True)
        for word in range(act.words):
            yield TextDelta(f"word {word}, ")
        match act.then:
            case "fails":
                raise ModelProblem("provider_malformed", "The model said what nobody understands.")
            case "refuses":
                raise ModelProblem("provider_unavailable", "The model is away.")
            case "goes":
                return
            case "calls":
                yield Called(RequestedCall("", "no_such_tool", {}))
            case "ends":
                pass
        total = act.prompt + act.completion
        usage = Usage(prompt_tokens=act.prompt, completion_tokens=act.completion, total_tokens=total)
        yield Finished("tool_calls" if act.then == "calls" else "stop", usage if act.is_reported else None, self.name)

    def count_tokens(self, text: str) -> int:
        return estimate_tokens(text)

    async def health(self) -> bool:
        return True

    async def close(self) -> None:
        return None


acts = st.builds(
    Act,
    words=st.integers(0, 3),
    then=st.sampled_from(["ends", "calls", "fails", "refuses", "goes"]),
    prompt=st.integers(0, 5_000),
    completion=st.integers(0, 5_000),
    is_reported=st.booleans(),
)


@pytest.fixture
def ready(furnished: Templates) -> Templates:
    """The templates, of which one is made: that takes a loop of its own."""
    with furnished.fresh("sqlite"):
        return furnished


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(first=st.lists(acts, max_size=12), second=st.lists(acts, max_size=6), most=st.none() | st.integers(1, 10_000))
async def test_the_report_adds_up_to_the_answers(
    ready: Templates,
    tmp_path_factory: pytest.TempPathFactory,
    first: list[Act],
    second: list[Act],
    most: int | None,
) -> None:
    folder: Path = tmp_path_factory.mktemp("house")
    with ready.fresh("sqlite") as storage:
        models = Whimsical("paid/first", first), Whimsical("unpriced/second", second)
        file = prices(folder, prompt="0.7", completion="13.37")
        async with Opening(storage, folder)(*models, prices_file=file) as talking:
            if most is not None:
                budget = NewBudget(scope="tenant", period="ever", max_tokens=most)
                await talking.app.household.budgets.put(talking.who, budget)
            conversations = [await asked(talking, number) for number in range(4)]
            told = await answers(talking, *conversations)
            assert await taken(talking) == {FIRST_FENCE}, "a turn was left and taken again"
            for by in ("day", "model", "provider", "user", "project", "conversation"):
                found = await report(talking, by)
                assert of(found.total) == summed(told)
                assert found.total.requests == sum(row.requests for row in found.rows)
            for message in told:
                async with talking.app.database.read() as connection:
                    kept = await total_spent(connection, spending.c.message_id == message.id, spending.c.at >= FOREVER)
                assert of(kept) == summed([message])


async def taken(talking: Talking) -> set[int]:
    """How often the turns were taken."""
    async with talking.app.database.read() as connection:
        return set(await connection.scalars(select(turns.c.fence)))


async def asked(talking: Talking, number: int) -> str:
    """A question, answered however it is, and every second one answered anew; its conversation."""
    ids = await talking.says(f"Question {number}")
    await talking.ended(ids["turn_id"])
    if number % 2:
        (answer,) = await answers(talking, ids["conversation_id"])
        again = await talking.asks_again(answer.id)
        await talking.ended(again.ids["turn_id"])
    return ids["conversation_id"]


async def test_an_answer_ends_whatever_its_provider_says_that_it_used(opened: Opening) -> None:
    act = Act(1, "calls", MOST_TOKENS, MOST_TOKENS, is_reported=True)
    async with opened(Whimsical("held/model", [act, replace(act, then="ends")])) as talking:
        ids = await talking.says("Tell me a story")
        assert (await talking.ended(ids["turn_id"])).status == "completed"
        (told,) = await answers(talking, ids["conversation_id"])
        assert told.usage is not None
        assert told.usage.completion_tokens == 2 * MOST_TOKENS
        assert of((await report(talking)).total) == summed([told])
