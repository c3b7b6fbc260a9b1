"""What a request may use: the least that any budget leaves; and what was used long ago is summed once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from parlour.identity.allowances import Allowance
from parlour.ids import new_id
from parlour.journal.unit import Unit
from parlour.models.pricing import Price
from parlour.protocol.spending import Period, Spent
from parlour.store.queries.spending import NOTHING, StoredBudget
from parlour.store.tables import spending
from parlour.turn.granting import LongAgo, OverBudget, granted
from tests.house import Lived

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PRICE = Price(prompt=1_000_000, cached=0, completion=2_000_000)
"""A billionth for a token of the prompt, and two for one of the answer."""


def budget(period: Period = "month", **limits: int) -> StoredBudget:
    every = {"max_cost": None, "max_tokens": None, "max_seconds": None} | limits
    return StoredBudget("b", "t", "tenant", "", period, version=1, **every)


def left(used: Spent = NOTHING, **limits: int) -> Allowance:
    return Allowance(budget("month", **limits), used, NOW)


def test_the_scarcest_budget_says_how_long_an_answer_may_be() -> None:
    grant = granted([left(max_cost=100), left(max_tokens=60), left(max_seconds=3)], PRICE, prompt=20)
    assert (grant.completion_tokens, grant.ms) == (40, 3_000)
    assert granted([left(max_cost=90), left(max_tokens=60)], PRICE, prompt=20).completion_tokens == 35


@pytest.mark.parametrize("limits", [{"max_cost": 21}, {"max_tokens": 20}, {"max_seconds": 0}])
def test_what_leaves_no_answer_is_refused(limits: dict[str, int]) -> None:
    with pytest.raises(OverBudget) as refused:
        granted([left(NOTHING, **limits)], PRICE, prompt=20)
    assert refused.value.problem.code == "budget_exhausted"


def test_money_holds_back_nobody_whose_price_is_not_known_and_nothing_that_is_free() -> None:
    overdrawn = left(NOTHING.model_copy(update={"cost": 10**9}), max_cost=1)
    assert granted([overdrawn], None, prompt=20).completion_tokens is None
    assert granted([overdrawn], Price(0, 0, 0), prompt=20).completion_tokens is None


def test_where_there_is_no_budget_everything_may_be_used() -> None:
    grant = granted([], PRICE, prompt=10**9)
    assert (grant.completion_tokens, grant.ms) == (None, None)


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("period", "now", "tomorrow"), [("day", 1, 0), ("month", 1111, 1111), ("ever", 11111, 11111)])
async def test_what_was_used_long_ago_is_summed_once_and_still_adds_up(
    lived: Lived, period: Period, now: int, tomorrow: int
) -> None:
    tenant, long_ago = lived.house.tenant_id, LongAgo()
    days = {"2026-10-31": 10_000, "2026-11-01": 1_000, "2026-11-18": 100, "2026-11-19": 10, "2026-11-20": 1}
    rows = [_row(lived, f"{day}T10:00:00.000Z", cost) for day, cost in days.items()]
    await lived.writer.commit(Unit(changes=[insert(spending).values(row) for row in rows]))
    mine = StoredBudget("b", tenant, "tenant", "", period, None, None, None, 1)
    async with lived.database.read() as connection:
        for _ in range(2):
            assert (await long_ago.spent_of(connection, mine, NOW)).cost == now
        next_day = NOW + timedelta(days=1)
        assert (await long_ago.spent_of(connection, mine, next_day)).cost == tomorrow


def _row(lived: Lived, at: str, cost: int) -> dict[str, object]:
    tokens = dict.fromkeys(("prompt_tokens", "cached_tokens", "completion_tokens", "reasoning_tokens"), 1)
    ids = {name: new_id() for name in ("id", "project_id", "conversation_id", "message_id", "turn_id")}
    whose = {"tenant_id": lived.house.tenant_id, "user_id": lived.ann.id, "provider": "acme", "model": "acme/small"}
    how = {"number": 0, "outcome": "answered", "cost": cost, "is_estimated": False, "duration_ms": 1, "at": at}
    return {**ids, **whose, **tokens, **how}
