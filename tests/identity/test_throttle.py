"""Who guesses waits; who does not gets in."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from parlour.errors import RateLimited
from parlour.identity.throttle import WITH_ACCOUNTS, WITH_ADDRESSES, Patience, Throttle
from parlour.store.tables import sign_ins
from tests.house import Lived

HERE, THERE = "192.0.2.7", "192.0.2.8"


@pytest.fixture
def throttle(lived: Lived) -> Throttle:
    return Throttle(lived.database, lived.writer, lived.clock)


async def fails(throttle: Throttle, times: int, account: str = "ann", address: str = HERE) -> int:
    """How often one is let try."""
    let = 0
    for _ in range(times):
        try:
            await throttle.enter(account, address)
            let += 1
        except RateLimited:
            pass
    return let


async def test_after_five_failures_an_account_waits_longer_each_time(lived: Lived, throttle: Throttle) -> None:
    assert await fails(throttle, 20) == 5
    waited: list[object] = []
    for _ in range(5):
        with pytest.raises(RateLimited, match="Wait") as refused:
            await throttle.enter("ann", HERE)
        waited.append(refused.value.details["retry_after"])
        lived.clock.advance(float(str(waited[-1])))
        await throttle.enter("ann", HERE)
    assert waited == [1, 2, 4, 8, 16]


async def test_of_many_at_once_no_more_are_let_try_than_of_many_in_a_row(throttle: Throttle) -> None:
    outcomes = await asyncio.gather(*(throttle.enter("ann", HERE) for _ in range(20)), return_exceptions=True)
    assert sum(not isinstance(outcome, BaseException) for outcome in outcomes) == 5


async def test_nobody_is_locked_out_where_nobody_guessed(throttle: Throttle) -> None:
    await fails(throttle, 20)
    await throttle.enter("ann", THERE)


async def test_an_address_that_tries_many_names_waits_too(throttle: Throttle) -> None:
    assert sum([await fails(throttle, 1, f"name {n}") for n in range(30)]) == 10
    with pytest.raises(RateLimited):
        await throttle.enter("somebody else", HERE)


async def test_success_forgets_the_account_and_takes_back_one_of_the_address(lived: Lived, throttle: Throttle) -> None:
    await fails(throttle, 3)
    await throttle.succeeded(await throttle.enter("ann", HERE))
    async with lived.database.read() as connection:
        kept = {row.subject: row.failures for row in await connection.execute(select(sign_ins))}
    assert kept == {f"address:{HERE}": 3}
    assert await fails(throttle, 20) == 5


async def test_an_hour_later_all_is_forgotten(lived: Lived, throttle: Throttle) -> None:
    await fails(throttle, 20)
    lived.clock.advance(3_601)
    assert await fails(throttle, 20) == 5
    async with lived.database.read() as connection:
        assert len((await connection.execute(select(sign_ins))).all()) == 2


async def test_what_was_typed_as_a_name_is_not_kept(lived: Lived, throttle: Throttle) -> None:
    await throttle.enter("three quiet words", None)
    async with lived.database.read() as connection:
        kept = [row.subject for row in await connection.execute(select(sign_ins))]
    assert not any("quiet" in subject for subject in kept)


async def test_a_household_of_ipv6_counts_as_one(throttle: Throttle) -> None:
    assert sum([await fails(throttle, 1, f"name {n}", f"2001:db8::{n + 1:x}") for n in range(30)]) == 10


@given(st.integers(0, 10_000), st.sampled_from([WITH_ACCOUNTS, WITH_ADDRESSES]))
def test_a_pause_grows_and_never_beyond_its_limit(failures: int, patience: Patience) -> None:
    pause, later = patience.pause(failures), patience.pause(failures + 1)
    assert (pause is None) == (failures < patience.failures)
    if pause is not None and later is not None:
        assert pause <= later
        assert later.total_seconds() <= patience.longest_s
