"""Room at a model: never more answers at once than it may write, and whoever waits is served in order, and ends."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as some

from parlour.models.balancing import next_of
from parlour.models.breaker import REST_S
from parlour.models.instances import Bounds, Instance, Instances
from parlour.models.route import Load, NobodyLeft, NoRoom
from parlour.models.scripted import ScriptedModel
from parlour.models.seat import LOOK_S, OneSeat
from tests.models.stepped_clock import SteppedClock

LONGEST_S = 10.0
ASKED = Load("Hello")
WHOSE = ("home", "tenant")
TURNS_OF_THE_LOOP = 12
"""More than anything takes here that waits for no clock."""


async def settled() -> None:
    """Let everybody do what they can do now."""
    for _ in range(TURNS_OF_THE_LOOP):
        await asyncio.sleep(0)


@dataclass
class House:
    """Models that can write so many answers at a time, and those who want one."""

    rooms: dict[str, int]
    longest_s: float = LONGEST_S
    clock: SteppedClock = field(default_factory=SteppedClock)
    order: list[int] = field(default_factory=list[int])
    """Who had room, in the order in which they did."""
    guests: "list[Guest]" = field(default_factory=lambda: list[Guest]())

    def __post_init__(self) -> None:
        self.known = Instances(self.clock)
        self.models = {
            name: self.known.of(WHOSE, ScriptedModel(name=name), Bounds(most)) for name, most in self.rooms.items()
        }

    def seat(self, *groups: str) -> OneSeat:
        """A seat at one of groups of models, each given by their names, such as "ab"."""
        able = [[self.models[name] for name in group] for group in groups]
        return OneSeat(lambda load: able, self._choose, self.clock, self.longest_s)

    def _choose(self, able: Sequence[Instance]) -> Instance:
        return self.known.picked(next_of(able, "round_robin"))

    async def comes(self, *groups: str) -> "Guest":
        """Somebody comes, and has or waits for room."""
        guest = Guest(self, len(self.guests), groups)
        self.guests.append(guest)
        guest.task = asyncio.create_task(guest.stays())
        await settled()
        return guest

    def rests(self, name: str) -> None:
        """A model has failed too often."""
        for _ in range(5):
            breaker = self.models[name].breaker
            breaker.failed(probe=breaker.begin())

    @property
    def waiting(self) -> "list[Guest]":
        return [guest for guest in self.guests if guest.waits]


@dataclass
class Guest:
    """One step of an answer: it takes room, and stays until it leaves."""

    house: House
    number: int
    groups: tuple[str, ...]
    left: asyncio.Event = field(default_factory=asyncio.Event)
    at: str | None = None
    """Who answers it, while it is answered."""
    waits: bool = False
    problem: NobodyLeft | None = None
    task: asyncio.Task[None] | None = None

    async def stays(self) -> None:
        with self.house.seat(*self.groups) as seat:
            try:
                try:
                    model = seat.pick(ASKED)
                except NoRoom:
                    self.waits = True
                    await seat.room(ASKED)
                    model = seat.pick(ASKED)
            except NobodyLeft as problem:
                self.problem = problem
                return
            finally:
                self.waits = False
            self.at = model.name
            self.house.order.append(self.number)
            await self.left.wait()
        self.at = None

    async def leaves(self) -> None:
        self.left.set()
        await settled()

    async def is_cancelled(self) -> None:
        assert self.task is not None
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        self.at = None
        await settled()


async def test_who_comes_when_there_is_no_room_waits_and_is_served_when_one_leaves() -> None:
    house = House({"a": 1})
    first, second = await house.comes("a"), await house.comes("a")
    assert (first.at, second.at, second.waits, house.models["a"].waiting) == ("a", None, True, 1)
    await first.leaves()
    assert (second.at, house.models["a"].connections, house.models["a"].waiting) == ("a", 1, 0)
    await second.leaves()
    assert house.models["a"].connections == 0


async def test_who_came_first_is_served_first_and_nobody_overtakes() -> None:
    house = House({"a": 1})
    guests = [await house.comes("a") for _ in range(5)]
    for guest in guests:
        await guest.leaves()
    assert house.order == [0, 1, 2, 3, 4]


async def test_who_gave_up_waiting_is_passed_over_and_takes_nothing_with_them() -> None:
    house = House({"a": 1})
    first, second, third = [await house.comes("a") for _ in range(3)]
    await second.is_cancelled()
    await first.leaves()
    assert (third.at, house.models["a"].connections) == ("a", 1)


async def test_room_that_is_given_to_who_no_longer_wants_it_goes_to_the_next() -> None:
    house = House({"a": 1})
    first, second, third = [await house.comes("a") for _ in range(3)]
    first.left.set()
    assert first.task is not None
    await asyncio.gather(first.task)
    await second.is_cancelled()
    assert (third.at, house.models["a"].connections) == ("a", 1)
    await third.leaves()
    assert house.models["a"].connections == 0


async def test_somebody_else_who_has_room_is_asked_before_anybody_waits() -> None:
    house = House({"a": 1, "b": 1})
    guests = [await house.comes("a", "b") for _ in range(3)]
    assert [guest.at for guest in guests] == ["a", "b", None]
    await guests[1].leaves()
    assert guests[2].at == "b", "whoever has room first"


async def test_nobody_is_waited_for_in_vain_when_all_of_them_rest() -> None:
    house = House({"a": 1})
    house.rests("a")
    guest = await house.comes("a")
    assert isinstance(guest.problem, NobodyLeft)
    assert not isinstance(guest.problem, NoRoom)


async def test_those_who_wait_for_somebody_who_then_rests_are_told_at_once() -> None:
    house = House({"a": 1})
    first, *others = [await house.comes("a") for _ in range(4)]
    house.rests("a")
    await first.leaves()
    assert [type(guest.problem) for guest in others] == [NobodyLeft] * 3


async def test_who_waits_is_served_by_somebody_whose_rest_ends_meanwhile() -> None:
    house = House({"a": 1, "b": 1}, longest_s=100)
    house.rests("b")
    _, second = [await house.comes("a", "b") for _ in range(2)]
    assert second.waits
    while second.waits:
        house.clock.advance(LOOK_S)
        await settled()
    assert second.at == "b"


async def test_who_could_have_room_at_two_at_once_takes_it_at_one() -> None:
    house = House({"a": 1, "b": 1})
    first, second = await house.comes("a"), await house.comes("b")
    third = await house.comes("a", "b")
    first.left.set()
    second.left.set()
    await settled()
    assert [(one.connections, one.waiting) for one in house.models.values()] == [(1, 0), (0, 0)]
    assert third.at == "a"


async def test_nobody_overtakes_who_waits_before_they_have_looked() -> None:
    house = House({"a": 1, "b": 1}, longest_s=100)
    house.rests("b")
    await house.comes("a", "b")
    house.clock.advance(LOOK_S / 2)
    second = await house.comes("a", "b")
    for _ in range(int(REST_S) - 1):
        house.clock.advance(LOOK_S)
        await settled()
    house.clock.advance(LOOK_S / 2)
    assert house.models["b"].condition == "trying"
    third = await house.comes("a", "b")
    assert (second.at, third.waits) == ("b", True)


async def test_who_waits_is_served_at_once_when_there_is_more_room_by_decision() -> None:
    house = House({"a": 1})
    _, second = [await house.comes("a") for _ in range(2)]
    house.known.of(WHOSE, house.models["a"].model, Bounds(2))
    await settled()
    assert second.at == "a"


async def test_nobody_waits_longer_than_is_allowed() -> None:
    house = House({"a": 1})
    _, second = [await house.comes("a") for _ in range(2)]
    for _ in range(int(LONGEST_S / LOOK_S)):
        assert second.waits
        house.clock.advance(LOOK_S)
        await settled()
    assert isinstance(second.problem, NobodyLeft)
    assert house.models["a"].waiting == 0


async def test_where_nobody_shall_wait_nobody_does() -> None:
    house = House({"a": 1}, longest_s=0)
    _, second = [await house.comes("a") for _ in range(2)]
    assert isinstance(second.problem, NobodyLeft)


async def test_all_waits_of_one_step_together_take_no_longer_than_one() -> None:
    house = House({"a": 1, "b": 1})
    first, _ = await house.comes("a"), await house.comes("b")
    with house.seat("a", "b") as seat:
        waiting = asyncio.create_task(seat.room(ASKED))
        await settled()
        house.clock.advance(LOOK_S)
        await first.leaves()
        await waiting
        assert seat.pick(ASKED).name == "a"
        house.clock.advance(LONGEST_S)
        with pytest.raises(NobodyLeft):
            await seat.room(ASKED, {"a"})


async def test_who_picks_again_lets_go_of_whom_they_had() -> None:
    house = House({"a": 1, "b": 1})
    with house.seat("a", "b") as seat:
        assert seat.pick(ASKED).name == "a"
        assert seat.has_left(ASKED, {"a"})
        assert seat.pick(ASKED, {"a"}).name == "b"
        assert not seat.has_left(ASKED, {"a"})
        assert [one.connections for one in house.models.values()] == [0, 1]
        with pytest.raises(NobodyLeft):
            seat.pick(ASKED, {"a", "b"})
    assert [one.connections for one in house.models.values()] == [0, 0]


async def test_what_was_waited_for_is_kept_while_somebody_else_is_looked_for_and_let_go_of_when_they_are_found() -> (
    None
):
    house = House({"a": 1, "b": 1})
    first, second = await house.comes("a"), await house.comes("b")
    with house.seat("a", "b") as seat:
        waiting = asyncio.create_task(seat.room(ASKED))
        await settled()
        await first.leaves()
        await waiting
        with pytest.raises(NoRoom):
            seat.pick(ASKED, {"a"})
        assert house.models["a"].connections == 1
        await second.leaves()
        assert seat.pick(ASKED, {"a"}).name == "b"
        assert house.models["a"].connections == 0


GROUPS = (("a",), ("b",), ("a", "b"), ("ab",), ("b", "a"))
DEEDS = some.one_of(
    some.tuples(some.just("comes"), some.sampled_from(GROUPS)),
    some.tuples(some.sampled_from(("leaves", "is cancelled", "both leave")), some.integers(0, 20)),
    some.tuples(some.just("passes"), some.sampled_from((LOOK_S / 3, LOOK_S, LONGEST_S / 2))),
)


@given(some.integers(1, 3), some.integers(1, 2), some.lists(DEEDS, max_size=40))
def test_whatever_happens_nobody_is_one_too_many_nor_waits_in_vain_and_everybody_ends(
    most_a: int, most_b: int, deeds: list[tuple[str, object]]
) -> None:
    asyncio.run(played(House({"a": most_a, "b": most_b}), deeds))


async def played(house: House, deeds: list[tuple[str, object]]) -> None:
    for deed in deeds:
        before = list(house.waiting)
        await does(house, *deed)
        holds(house)
        in_order(house, before)
    for guest in house.guests:
        await guest.leaves()
        holds(house)
    house.clock.advance(LONGEST_S)
    await settled()
    assert all(guest.task is not None and guest.task.done() for guest in house.guests)
    assert [(one.connections, one.waiting) for one in house.models.values()] == [(0, 0), (0, 0)]


async def does(house: House, what: str, which: object) -> None:
    """Do one thing, and let everybody do what follows from it."""
    match what, which:
        case "comes", tuple():
            await house.comes(*(str(each) for each in which))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        case "passes", float():
            house.clock.advance(which)
            await settled()
        case _, int() if there := [guest for guest in house.guests if guest.at or guest.waits]:
            guest, other = there[which % len(there)], there[which // 2 % len(there)]
            if what == "is cancelled":
                await guest.is_cancelled()
            else:
                guest.left.set()
                if what == "both leave":
                    other.left.set()
                await settled()
        case _:
            await settled()


def holds(house: House) -> None:
    """Nobody is one too many, and nobody waits who could be served."""
    for name, one in house.models.items():
        assert one.connections == sum(guest.at == name for guest in house.guests)
        assert one.connections <= one.bounds.max_connections
    for guest in house.waiting:
        assert not any(house.models[name].is_able for group in guest.groups for name in group)


def in_order(house: House, before: list[Guest]) -> None:
    """Of those who waited for the same, whoever came first was served first."""
    for groups in GROUPS:
        alike = [guest for guest in before if guest.groups == groups]
        served = [guest.number for guest in alike if guest.number in house.order]
        still = [guest.number for guest in alike if guest.waits]
        assert not served or not still or max(served) < min(still)
