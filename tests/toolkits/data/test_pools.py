"""One open source for each datasource, made once however many ask, closed when nobody does."""

import asyncio
from dataclasses import dataclass, replace

import pytest

from parlour.toolkits.data.datasource import Datasource
from parlour.toolkits.data.pools import Pools
from parlour.tools.outcomes import Failed
from tests.conftest import ManualClock

SHOP = Datasource("id", "t", "p", "shop", "sql", "", {}, "", (), None, False, "", "", 1)


@dataclass
class Tap:
    """A source that knows whether it is open."""

    is_open: bool = True

    async def close(self) -> None:
        self.is_open = False


@dataclass
class Plumber:
    """Opens taps, as long as there is water."""

    clock: ManualClock
    has_water: bool = True

    def __post_init__(self) -> None:
        self.taps: list[Tap] = []
        self.pools = Pools(self._connect, self.clock, idle_s=60)

    async def _connect(self, datasource: Datasource) -> Tap:
        await asyncio.sleep(0)
        if not self.has_water:
            raise Failed("There is no water.")
        self.taps.append(Tap())
        return self.taps[-1]


@pytest.fixture
def plumber(clock: ManualClock) -> Plumber:
    return Plumber(clock)


async def test_fifty_first_calls_at_once_make_one(plumber: Plumber) -> None:
    async def use() -> object:
        async with plumber.pools.lend(SHOP) as source:
            return source

    used = await asyncio.gather(*(use() for _ in range(50)))
    assert len(plumber.taps) == 1
    assert set(map(id, used)) == {id(plumber.taps[0])}


async def test_who_is_cancelled_while_it_opens_stops_nobody_else(plumber: Plumber) -> None:
    async def use() -> object:
        async with plumber.pools.lend(SHOP) as source:
            return source

    first, second = asyncio.create_task(use()), asyncio.create_task(use())
    await asyncio.sleep(0)
    first.cancel()
    assert await second is plumber.taps[0]


async def test_what_nobody_used_for_a_while_is_closed(plumber: Plumber, clock: ManualClock) -> None:
    async with plumber.pools.lend(SHOP):
        clock.advance(100)
        plumber.pools.tidy()
        assert plumber.taps[0].is_open
    clock.advance(59)
    plumber.pools.tidy()
    assert plumber.pools.count == 1
    clock.advance(1)
    plumber.pools.tidy()
    await plumber.pools.close()
    assert (plumber.pools.count, plumber.taps[0].is_open) == (0, False)


async def test_a_change_opens_it_anew_and_lets_what_is_under_way_end(plumber: Plumber) -> None:
    async with plumber.pools.lend(SHOP) as before:
        async with plumber.pools.lend(replace(SHOP, rev=2)) as after:
            assert after is not before
        assert plumber.taps[0].is_open
    await plumber.pools.close()
    assert [tap.is_open for tap in plumber.taps] == [False, False]
    assert len(plumber.taps) == 2


async def test_what_could_not_be_opened_is_tried_again(plumber: Plumber) -> None:
    plumber.has_water = False
    for _ in range(2):
        with pytest.raises(Failed, match="no water"):
            async with plumber.pools.lend(SHOP):
                pass
    plumber.has_water = True
    async with plumber.pools.lend(SHOP) as source:
        assert source is plumber.taps[0]
    await plumber.pools.close()


@dataclass
class Hose(Tap):
    """A source that connects when it is used."""

    standing: str = "idle"


async def test_how_a_source_stands_is_told_without_trying_it(plumber: Plumber) -> None:
    pools = plumber.pools
    assert pools.standing(SHOP) == "idle"
    plumber.has_water = False
    with pytest.raises(Failed):
        async with pools.lend(SHOP):
            pass
    assert (pools.standing(SHOP), pools.problem(SHOP)) == ("away", "There is no water.")
    assert pools.standing(replace(SHOP, rev=2)) == "idle"
    plumber.has_water = True
    async with pools.lend(SHOP):
        assert (pools.standing(SHOP), pools.problem(SHOP)) == ("open", "There is no water.")
    assert (pools.standing(SHOP), pools.problem(SHOP)) == ("open", "")


async def test_a_source_that_connects_by_itself_says_how_it_stands(clock: ManualClock) -> None:
    hose = Hose()

    async def connect(_: Datasource) -> Hose:
        return hose

    pools = Pools(connect, clock, idle_s=60)
    for standing in ("connected", "away", "idle"):
        hose.standing = standing
        async with pools.lend(SHOP):
            pass
        assert pools.standing(SHOP) == standing
    await pools.close()
