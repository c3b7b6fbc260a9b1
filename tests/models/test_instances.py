"""A model that is watched: what counts against it, when it is left out, and that nothing of a call stays behind."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from parlour.models.base import Finished, ModelEvent, ModelProblem, ModelRequest, TextDelta, estimate_tokens
from parlour.models.instances import HOUSE, Bounds, Instance, Instances, NotAsked, is_its_fault
from tests.conftest import ManualClock
from tests.models.requests import ask, closable, collect

DEAD = ModelProblem("provider_unavailable", "Away.")


class Played:
    """A model that takes so long, and then answers or fails."""

    window = 1_000

    def __init__(self, clock: ManualClock, name: str = "den/small") -> None:
        self.name = name
        self.seconds = 0.0
        self.problem: Exception | None = None
        self.waits: asyncio.Event | None = None
        self._clock = clock

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent]:
        self._clock.advance(self.seconds)
        if self.waits is not None:
            yield TextDelta("half ")
            await self.waits.wait()
        if self.problem is not None:
            raise self.problem
        yield TextDelta("Yes.")
        yield Finished("stop", None, self.name)

    def count_tokens(self, text: str) -> int:
        return estimate_tokens(text)

    async def health(self) -> bool:
        return True

    async def close(self) -> None:
        return None


@pytest.fixture
def played(clock: ManualClock) -> Played:
    return Played(clock)


@pytest.fixture
def instance(played: Played, clock: ManualClock) -> Instance:
    return Instance(played, clock)


async def answers(instance: Instance, times: int = 1) -> None:
    for _ in range(times):
        await collect(instance.stream(ask()))


async def fails(instance: Instance, played: Played, times: int = 1, problem: ModelProblem = DEAD) -> None:
    played.problem = problem
    for _ in range(times):
        with pytest.raises(ModelProblem):
            await answers(instance)
    played.problem = None


async def test_one_that_breaks_by_a_fault_in_its_code_has_failed_like_any_other(
    instance: Instance, played: Played
) -> None:
    played.problem = RuntimeError("sk-secret is no number")
    for _ in range(5):
        with pytest.raises(ModelProblem) as broke:
            await answers(instance)
        assert (broke.value.code, broke.value.cause) == ("provider_unavailable", "fault")
        assert "secret" not in broke.value.safe
    assert (instance.errors, instance.condition) == (5, "resting")


async def test_who_was_never_asked_is_ready_with_a_clean_record(instance: Instance) -> None:
    assert (instance.condition, instance.average_seconds, instance.success_rate) == ("ready", None, 1.0)
    assert (instance.error_rate, instance.calls, instance.last_problem) == (0.0, 0, None)
    assert instance.score == pytest.approx(0.4 + 0.3 + 0.2 + 0.05)


async def test_it_is_known_how_long_answers_take_and_how_often_they_come(instance: Instance, played: Played) -> None:
    for seconds in (1.0, 3.0):
        played.seconds = seconds
        await answers(instance)
    played.seconds = 100.0
    await fails(instance, played)
    assert instance.average_seconds == pytest.approx(2.0)
    assert instance.success_rate == pytest.approx(2 / 3)
    assert (instance.calls, instance.errors, instance.last_problem) == (3, 1, DEAD)


async def test_the_sixth_call_after_five_failures_is_not_made_and_after_a_minute_one_is(
    instance: Instance, played: Played, clock: ManualClock
) -> None:
    await fails(instance, played, 5)
    assert instance.condition == "resting"
    with pytest.raises(NotAsked):
        await answers(instance)
    assert (instance.calls, instance.breaker.failures) == (5, 5)
    clock.advance(60)
    assert instance.condition == "trying"
    await answers(instance)
    assert (instance.condition, instance.success_rate) == ("ready", 1.0)


async def test_only_one_is_let_through_while_it_is_tried(
    instance: Instance, played: Played, clock: ManualClock
) -> None:
    await fails(instance, played, 5)
    clock.advance(60)
    played.waits = asyncio.Event()
    probe = closable(instance.stream(ask()))
    assert await anext(probe) == TextDelta("half ")
    with pytest.raises(NotAsked):
        await answers(instance)
    assert not instance.is_able
    await probe.aclose()
    assert instance.is_able


def test_who_writes_as_many_answers_as_it_may_is_left_out(instance: Instance) -> None:
    instance.bounds = Bounds(max_connections=2)
    for _ in range(2):
        assert instance.is_able
        instance.take()
    assert (instance.condition, instance.is_able, instance.is_only_full) == ("full", False, True)
    instance.give_back()
    assert (instance.condition, instance.is_able, instance.is_only_full) == ("ready", True, False)


async def test_who_has_no_room_and_rests_or_fails_is_not_only_full(
    instance: Instance, played: Played, clock: ManualClock
) -> None:
    instance.bounds = Bounds(max_connections=1)
    instance.take()
    await fails(instance, played, 5)
    assert (instance.condition, instance.is_only_full) == ("resting", False)
    clock.advance(60)
    assert (instance.condition, instance.is_only_full) == ("full", True)
    await answers(instance)
    await fails(instance, played, 4)
    assert (instance.condition, instance.is_only_full) == ("full", False), "it would not be asked if it had room"


async def test_who_failed_more_than_half_of_the_last_minute_is_left_out_until_that_is_past(
    instance: Instance, played: Played, clock: ManualClock
) -> None:
    await fails(instance, played, 3)
    await answers(instance)
    assert (instance.condition, instance.error_rate) == ("ready", 0.0), "four calls say nothing yet"
    await fails(instance, played)
    assert (instance.condition, instance.error_rate) == ("failing", 0.8)
    assert not instance.is_able
    clock.advance(60)
    assert instance.condition == "ready"


async def test_half_of_the_calls_may_fail(instance: Instance, played: Played) -> None:
    for _ in range(3):
        await answers(instance)
        await fails(instance, played)
    assert (instance.error_rate, instance.condition) == (0.5, "ready")


OURS = [
    ModelProblem("context_too_long", "Too long.", cause="length"),
    ModelProblem("provider_refused", "No.", cause="request"),
    ModelProblem("provider_refused", "No."),
]
THEIRS = [
    ModelProblem("provider_refused", "Gone.", cause="unknown"),
    ModelProblem("provider_refused", "Pay.", cause="credit"),
    *(
        ModelProblem(f"provider_{code}", "No.")
        for code in ("unauthorized", "rate_limited", "unavailable", "malformed", "timeout", "cut")
    ),
]


@pytest.mark.parametrize("problem", OURS, ids=repr)
async def test_a_wrong_request_of_ours_says_nothing_about_it(
    instance: Instance, played: Played, problem: ModelProblem
) -> None:
    await fails(instance, played, 10, problem)
    assert (instance.condition, instance.errors, instance.connections) == ("ready", 0, 0)


@pytest.mark.parametrize("problem", THEIRS, ids=repr)
def test_whatever_keeps_it_from_answering_counts(problem: ModelProblem) -> None:
    assert is_its_fault(problem)


async def test_one_that_is_left_before_its_first_word_leaves_nothing_behind(instance: Instance) -> None:
    stream = closable(instance.stream(ask()))
    await stream.aclose()
    assert instance.calls == 0


async def test_one_that_is_left_while_it_speaks_has_answered(
    instance: Instance, played: Played, clock: ManualClock
) -> None:
    await fails(instance, played, 5)
    clock.advance(60)
    assert instance.condition == "trying"
    played.problem = None
    stream = closable(instance.stream(ask()))
    assert await anext(stream) == TextDelta("Yes.")
    await stream.aclose()
    assert (instance.condition, instance.breaker.failures) == ("ready", 0)


async def test_another_connection_to_the_same_name_begins_with_a_clean_record(
    played: Played, clock: ManualClock
) -> None:
    instances, mine = Instances(clock), ("home", HOUSE)
    first = instances.of(mine, played, Bounds())
    await fails(first, played, 5)
    assert instances.of(mine, played, Bounds(max_connections=3)) is first
    assert first.bounds.max_connections == 3
    assert instances.of(mine, Played(clock), Bounds()).condition == "ready"
    assert instances.of(("inn", HOUSE), played, Bounds()) is not first


async def test_a_model_that_is_gone_is_forgotten_of_that_tenant_alone(played: Played, clock: ManualClock) -> None:
    instances, mine, theirs = Instances(clock), ("home", HOUSE), ("inn", HOUSE)
    of_mine, of_theirs = instances.of(mine, played, Bounds()), instances.of(theirs, played, Bounds())
    instances.keep_to(mine, ["den/other"])
    assert instances.of(mine, played, Bounds()) is not of_mine
    assert instances.of(theirs, played, Bounds()) is of_theirs
