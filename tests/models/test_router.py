"""From a name or a tier to who is asked, and who after them."""

from collections.abc import Callable
from typing import Any

import pytest

from parlour.errors import NotAvailable
from parlour.models.base import ModelProblem
from parlour.models.instances import Instance, Instances
from parlour.models.route import NOBODY_LEFT, Load, NobodyLeft
from parlour.models.router import BalancedRoute, Roster, planned
from parlour.models.scripted import ScriptedModel
from parlour.protocol.content import Parameters
from parlour.protocol.routing import InstanceRule, Routing
from tests.conftest import ManualClock
from tests.models.requests import ask, collect, pick
from tests.models.test_complexity import HARD_ONES, MIDDLING, SIMPLE_ONES

KNOWN = ("one/small", "one/large", "two/small", "two/huge", "shut/small")
TIERED = Routing(fast=["one/small"], balanced=["one/large"], strong=["two/huge"], fallback=["two/small"])
SIMPLE, MIDDLE, HARD = Load(SIMPLE_ONES[1]), Load(MIDDLING[0]), Load(HARD_ONES[0])


def roster(routing: Routing | None = None, chosen: str | None = None, usable: tuple[str, ...] = KNOWN[:4]) -> Roster:
    return Roster("built-in", KNOWN, usable, routing or Routing(), chosen)


Routes = Callable[..., BalancedRoute]


@pytest.fixture
def routes(clock: ManualClock) -> Routes:
    instances = Instances(clock)
    models = {name: ScriptedModel(name=name) for name in KNOWN}

    def made(who: Roster, asked: str | None = None, **parameters: Any) -> BalancedRoute:
        plan = planned(who, asked)
        assert plan is not None
        able = {name: instances.of(("home", "tenant"), models[name], who.bounds(name)) for name in plan.names}
        return BalancedRoute(plan, able, who.routing.strategy, instances, Parameters(**parameters))

    return made


def everybody(route: BalancedRoute, load: Load = SIMPLE) -> list[str]:
    """Who is asked, one after the other, while everybody fails."""
    asked: list[str] = []
    while True:
        try:
            asked.append(pick(route, load, asked).name)
        except NobodyLeft:
            return asked


def test_the_tier_follows_from_the_question(routes: Routes) -> None:
    quick, thorough = routes(roster(TIERED), "auto", prefer="speed"), routes(roster(TIERED), "auto")
    assert [pick(quick, load).name for load in (SIMPLE, MIDDLE, HARD)] == ["one/small", "one/large", "two/huge"]
    assert [pick(thorough, load).name for load in (SIMPLE, MIDDLE, HARD)] == ["one/large", "one/large", "two/huge"]
    assert pick(thorough, Load(SIMPLE.text, 4)).name == "two/huge"


def test_a_tier_that_is_asked_for_by_name_is_taken_whatever_is_asked(routes: Routes) -> None:
    for tier, name in (("fast", "one/small"), ("balanced", "one/large"), ("strong", "two/huge")):
        route = routes(roster(TIERED), tier)
        assert {pick(route, load).name for load in (SIMPLE, MIDDLE, HARD)} == {name}
        assert route.name == tier


def test_where_tiers_are_set_up_they_answer_unless_an_admin_chose_a_model(routes: Routes) -> None:
    assert roster(TIERED).default == "auto"
    assert roster(TIERED, "one/large").default == "one/large"
    assert roster(TIERED, "strong").default == "strong"
    assert roster(Routing(fallback=["two/small"])).default == "one/small"
    assert roster(TIERED, "gone/gone").default == "auto"


def test_a_missing_tier_is_stood_in_for_by_the_default(routes: Routes) -> None:
    only_strong = Routing(strong=["two/huge"])
    assert pick(routes(roster(only_strong, "two/small"), "fast"), SIMPLE).name == "two/small"
    assert pick(routes(roster(only_strong), "fast"), SIMPLE).name == "one/small"
    assert pick(routes(roster(), "strong"), HARD).name == "one/small"
    assert planned(roster(chosen="built-in"), "strong") is None


def test_those_that_may_not_be_asked_are_passed_over(routes: Routes) -> None:
    routing = Routing(fast=["shut/small", "two/small", "gone/gone"], fallback=["shut/small"])
    assert everybody(routes(roster(routing), "fast")) == ["two/small"]


def test_a_model_that_is_asked_for_by_its_whole_name_is_asked_first_then_its_twins_then_the_fallback(
    routes: Routes,
) -> None:
    routing = Routing(fallback=["one/large", "two/huge"])
    assert everybody(routes(roster(routing), "two/small")) == ["two/small", "one/small", "one/large", "two/huge"]


def test_a_name_that_several_providers_have_means_all_of_them(routes: Routes) -> None:
    who = roster(Routing(strategy="round_robin"))
    assert [pick(routes(who, "small"), SIMPLE).name for _ in range(4)] == [
        "one/small",
        "two/small",
        "one/small",
        "two/small",
    ]


def test_whoever_is_not_there_or_not_allowed_is_refused_by_name() -> None:
    for name, words in (
        ("tiny", "There is no model tiny on this server."),
        ("one/tiny", "There is no model one/tiny on this server."),
        ("shut/small", "shut/small may not be asked before an admin has allowed it."),
    ):
        with pytest.raises(NotAvailable) as refused:
            planned(roster(), name)
        assert refused.value.safe == words


def test_the_built_in_model_is_in_nobodys_place(routes: Routes) -> None:
    assert planned(roster(TIERED), "built-in") is None
    for asked in ("auto", "fast", "one/small", None):
        assert "built-in" not in everybody(routes(roster(TIERED), asked))


async def test_whoever_rests_is_passed_over_and_where_everybody_does_it_is_said(
    routes: Routes, clock: ManualClock
) -> None:
    route = routes(roster(Routing(fast=["one/small", "two/small"])), "fast")
    for _ in range(2):
        one = pick(route, SIMPLE)
        assert isinstance(one, Instance)
        for _ in range(5):
            one.breaker.failed(probe=one.breaker.begin())
    with pytest.raises(ModelProblem) as caught:
        pick(route, SIMPLE)
    assert (caught.value.code, caught.value.safe) == ("no_model_left", NOBODY_LEFT)
    for words in ("no healthy model", "Try rephrasing your question", "Check system status"):
        assert words in NOBODY_LEFT
    clock.advance(60)
    await collect(pick(route, SIMPLE).stream(ask()))
    assert pick(route, SIMPLE).name == "one/small"


def test_bounds_are_those_of_the_model_or_of_all_and_capability_follows_the_tier() -> None:
    rules = {"two/small": InstanceRule(max_connections=2), "one/small": InstanceRule(capability=0.0)}
    who = roster(TIERED.model_copy(update={"instances": rules, "max_connections": 7}))
    assert [who.bounds(name).max_connections for name in KNOWN[:3]] == [7, 7, 2]
    assert [who.bounds(name).capability for name in (*KNOWN[:4], "other/one")] == [0.0, 0.6, 0.5, 0.9, 0.5]
