"""Whom to ask of several who can answer."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parlour.models.balancing import Standing, next_of, score
from parlour.protocol.routing import Strategy


@dataclass
class One:
    """Somebody who can answer."""

    name: str
    standing: Standing = Standing()  # noqa: RUF009 - a value, which never changes


def chosen(strategy: Strategy, *able: One) -> str:
    return next_of(able, strategy).name


def test_the_score_is_what_is_documented() -> None:
    standing = Standing(
        connections=25, max_connections=100, average_seconds=3.0, success_rate=0.9, capability=0.6, last_picked=7
    )
    assert score(standing) == pytest.approx(0.4 * 1 / (1 + 3.0) + 0.3 * 0.9 + 0.2 * (1 - 25 / 100) + 0.1 * 0.6)
    assert score(Standing(capability=1.0)) == pytest.approx(1.0)


def test_by_turns_everybody_is_asked_as_often_as_everybody_else() -> None:
    able = [One("a"), One("b"), One("c")]
    asked: list[str] = []
    for number in range(1, 7):
        one = next_of(able, "round_robin")
        one.standing = replace(one.standing, last_picked=number)
        asked.append(one.name)
    assert asked == ["a", "b", "c", "a", "b", "c"]


def test_whoever_writes_the_fewest_answers_is_asked() -> None:
    busy, idle = One("busy", Standing(connections=3)), One("idle", Standing(connections=1, average_seconds=9))
    assert chosen("least_connections", busy, idle) == "idle"


def test_whoever_answers_fastest_is_asked_and_whoever_is_new_before_that() -> None:
    slow, fast = One("slow", Standing(average_seconds=4)), One("fast", Standing(average_seconds=2, connections=50))
    assert chosen("response_time", slow, fast) == "fast"
    assert chosen("response_time", slow, fast, One("new")) == "new"


@pytest.mark.parametrize(
    "better",
    [
        Standing(average_seconds=1, success_rate=0.9, connections=10, capability=0.5),
        Standing(average_seconds=2, success_rate=1.0, connections=10, capability=0.5),
        Standing(average_seconds=2, success_rate=0.9, connections=9, capability=0.5),
        Standing(average_seconds=2, success_rate=0.9, connections=10, capability=0.9),
    ],
    ids=["faster", "surer", "less busy", "more able"],
)
def test_adaptive_weighs_speed_success_room_and_capability(better: Standing) -> None:
    usual = Standing(average_seconds=2, success_rate=0.9, connections=10, capability=0.5)
    assert chosen("adaptive", One("usual", usual), One("better", better)) == "better"


def test_of_equals_the_first_is_asked() -> None:
    for strategy in ("round_robin", "least_connections", "response_time", "adaptive"):
        assert chosen(strategy, One("first"), One("second")) == "first"


RATES = st.floats(0, 1)


@given(st.integers(0, 100), st.floats(0, 1e6), RATES, RATES)
def test_a_score_lies_between_nothing_and_one(connections: int, seconds: float, success: float, can: float) -> None:
    standing = Standing(connections, 100, seconds, success, can)
    assert 0 <= score(standing) <= 1 + 1e-9
