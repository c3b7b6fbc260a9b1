"""Whoever fails five times in a row rests for a minute, and is then tried with one question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parlour.models.breaker import Breaker
from tests.conftest import ManualClock


@pytest.fixture
def breaker(clock: ManualClock) -> Breaker:
    return Breaker(clock)


def fails(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.failed(probe=breaker.begin())


def test_five_failures_in_a_row_open_it(breaker: Breaker, clock: ManualClock) -> None:
    fails(breaker, 4)
    assert (breaker.state, breaker.admits, breaker.rests_until) == ("closed", True, None)
    fails(breaker, 1)
    assert (breaker.state, breaker.admits, breaker.failures) == ("open", False, 5)
    assert breaker.rests_until is not None
    assert (breaker.rests_until - clock.now()).total_seconds() == 60


def test_an_answer_in_between_begins_the_count_anew(breaker: Breaker) -> None:
    fails(breaker, 4)
    breaker.succeeded(probe=breaker.begin())
    fails(breaker, 4)
    assert breaker.state == "closed"


def test_after_a_minute_one_probe_goes_through_and_no_second_one(breaker: Breaker, clock: ManualClock) -> None:
    fails(breaker, 5)
    clock.advance(59.9)
    assert not breaker.admits
    clock.advance(0.1)
    assert (breaker.state, breaker.admits) == ("half_open", True)
    assert breaker.begin()
    assert not breaker.admits


def test_a_probe_that_is_answered_closes_it(breaker: Breaker, clock: ManualClock) -> None:
    fails(breaker, 5)
    clock.advance(60)
    breaker.succeeded(probe=breaker.begin())
    assert (breaker.state, breaker.admits, breaker.failures, breaker.opened) == ("closed", True, 0, None)


def test_a_probe_that_fails_opens_it_for_another_minute(breaker: Breaker, clock: ManualClock) -> None:
    fails(breaker, 5)
    clock.advance(60)
    fails(breaker, 1)
    assert breaker.state == "open"
    clock.advance(60)
    assert breaker.state == "half_open"


def test_a_probe_that_is_cancelled_lets_another_one_through(breaker: Breaker, clock: ManualClock) -> None:
    fails(breaker, 5)
    clock.advance(60)
    breaker.left(probe=breaker.begin())
    assert (breaker.state, breaker.admits) == ("half_open", True)


def test_what_was_begun_before_it_opened_neither_closes_it_nor_takes_the_place_of_the_probe(
    breaker: Breaker, clock: ManualClock
) -> None:
    early = [breaker.begin() for _ in range(3)]
    fails(breaker, 5)
    breaker.succeeded(probe=early[0])
    breaker.failed(probe=early[1])
    assert breaker.state == "open"
    clock.advance(60)
    assert breaker.begin()
    breaker.succeeded(probe=early[2])
    assert (breaker.state, breaker.admits) == ("half_open", False)


ENDS = st.sampled_from(["succeeded", "failed", "left"])


@given(st.lists(st.tuples(st.sampled_from(["begin", "end", "wait"]), ENDS, st.integers(0, 5)), max_size=60))
def test_whatever_happens_at_most_one_probe_is_under_way_and_it_never_stays_shut(
    acts: list[tuple[str, str, int]],
) -> None:
    clock = ManualClock()
    breaker, going = Breaker(clock), list[bool]()
    for act, end, which in acts:
        if act == "begin" and breaker.admits:
            going.append(breaker.begin())
        elif act == "end" and going:
            getattr(breaker, end)(probe=going.pop(which % len(going)))
        elif act == "wait":
            clock.advance(20)
        assert sum(going) <= 1
    for probe in going:
        breaker.left(probe=probe)
    clock.advance(60)
    assert breaker.admits
