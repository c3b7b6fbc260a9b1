"""What is left of a budget, when it begins anew, and how people are told."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from parlour.identity.allowances import Allowance, begins_anew, begun, money
from parlour.protocol.spending import DOLLAR, Period, Spent
from parlour.store.queries.spending import NOTHING, StoredBudget

NOW = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
CENT = DOLLAR // 100


def budget(scope: str = "project:p", period: Period = "month", **limits: int) -> StoredBudget:
    every = {"max_cost": None, "max_tokens": None, "max_seconds": None} | limits
    return StoredBudget("b", "t", scope, "Boat", period, version=1, **every)


def spent(**fields: int) -> Spent:
    return NOTHING.model_copy(update=fields)


@pytest.mark.parametrize(
    ("period", "began", "anew"),
    [
        ("day", "2026-12-31T00:00:00.000Z", datetime(2027, 1, 1, tzinfo=UTC)),
        ("month", "2026-12-01T00:00:00.000Z", datetime(2027, 1, 1, tzinfo=UTC)),
        ("ever", "0", None),
        ("turn", "0", None),
    ],
)
def test_days_and_months_begin_at_midnight_utc(period: Period, began: str, anew: datetime | None) -> None:
    assert (begun(period, NOW), begins_anew(period, NOW)) == (began, anew)
    elsewhere = NOW.astimezone(timezone(timedelta(hours=13)))
    assert (begun(period, elsewhere), begins_anew(period, elsewhere)) == (began, anew)


def test_a_short_month_is_followed_by_the_next() -> None:
    assert begins_anew("month", datetime(2027, 1, 31, 12, tzinfo=UTC)) == datetime(2027, 2, 1, tzinfo=UTC)
    assert begins_anew("month", datetime(2027, 2, 1, tzinfo=UTC)) == datetime(2027, 3, 1, tzinfo=UTC)


def test_what_is_scarcest_counts_and_what_is_overdrawn_leaves_nothing() -> None:
    both = Allowance(budget(max_cost=CENT, max_tokens=1_000), spent(cost=CENT // 2, total_tokens=900), NOW)
    assert (both.scarcest.kind, both.scarcest.share, both.scarcest.left) == ("tokens", 0.9, 100)
    over = Allowance(budget(max_cost=CENT), spent(cost=CENT * 3), NOW)
    assert (over.scarcest.left, over.scarcest.share) == (0, 1.0)
    assert Allowance(budget(max_cost=0), NOTHING, NOW).scarcest.share == 1.0


def test_people_are_told_whose_it_is_how_much_and_when_it_begins_anew() -> None:
    used_up = Allowance(budget(max_cost=CENT), spent(cost=CENT), NOW)
    assert used_up.refusal(used_up.scarcest) == (
        "The budget of the project “Boat” for this month, 0.01 US dollars, is used up. "
        "It begins anew on 1 January 2027 at 00:00 UTC."
    )
    assert Allowance(budget("user:u", "day", max_tokens=1_000), spent(total_tokens=850), NOW).warning == (
        "85 % of your budget for today, 1,000 tokens, is used up. It begins anew on 1 January 2027 at 00:00 UTC."
    )
    house = Allowance(budget("tenant", "ever", max_seconds=60), spent(duration_ms=61_000), NOW)
    assert house.warning == (
        "The budget of this house, 60 seconds of models at work, is used up. "
        "It does not begin anew; an admin can raise it."
    )


def test_what_others_are_about_to_use_is_told_from_what_was_used() -> None:
    taken = Allowance(budget(max_cost=CENT), spent(cost=CENT // 2), NOW, [spent(cost=CENT // 2)])
    assert "is taken by answers under way" in taken.refusal(taken.scarcest)
    alone = Allowance(budget(max_cost=CENT), spent(cost=CENT), NOW, [spent(cost=CENT)])
    assert "is used up" in alone.refusal(alone.scarcest)


@pytest.mark.parametrize(
    ("billionths", "words"),
    [(0, "0.00"), (1, "0.000000001"), (CENT, "0.01"), (DOLLAR // 2, "0.50"), (1_234 * DOLLAR, "1,234.00")],
)
def test_money_is_said_exactly(billionths: int, words: str) -> None:
    assert money(billionths) == f"{words} US dollars"
