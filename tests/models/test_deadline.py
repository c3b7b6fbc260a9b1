"""Waiting that ends."""

import asyncio

import pytest

from parlour.models.deadline import Deadline, Watch
from tests.models.stepped_clock import SteppedClock


async def wait_within(clock: SteppedClock, seconds: float, event: asyncio.Event) -> str:
    async with Deadline(clock, seconds):
        await event.wait()
    return "in time"


async def test_what_is_done_in_time_is_left_alone():
    clock, event = SteppedClock(), asyncio.Event()
    waiting = asyncio.create_task(wait_within(clock, 3, event))
    await clock.until_asleep(3)
    event.set()
    assert await waiting == "in time"
    await clock.until_nobody_sleeps()


async def test_what_is_not_done_in_time_is_ended():
    clock = SteppedClock()
    waiting = asyncio.create_task(wait_within(clock, 3, asyncio.Event()))
    await clock.until_asleep(3)
    clock.advance(3)
    with pytest.raises(TimeoutError):
        await waiting
    assert waiting.cancelling() == 0


async def test_a_cancellation_from_outside_stays_one():
    clock = SteppedClock()
    waiting = asyncio.create_task(wait_within(clock, 3, asyncio.Event()))
    await clock.until_asleep(3)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await clock.until_nobody_sleeps()


async def test_a_cancellation_from_outside_wins_over_the_alarm():
    clock = SteppedClock()
    waiting = asyncio.create_task(wait_within(clock, 3, asyncio.Event()))
    await clock.until_asleep(3)
    clock.advance(3)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_watch_rings_when_its_moment_has_come_and_not_when_it_was_put_off():
    clock, rung = SteppedClock(), asyncio.Event()
    watch = Watch(clock, 10, rung.set)
    await clock.until_asleep(10)
    watch.by(15)
    clock.advance(10)
    await clock.until_asleep(5)
    assert not watch.rung
    clock.advance(5)
    await asyncio.wait_for(rung.wait(), 30)
    assert watch.rung


async def test_a_watch_can_be_set_to_an_earlier_moment():
    clock, rung = SteppedClock(), asyncio.Event()
    watch = Watch(clock, 10, rung.set)
    await clock.until_asleep(10)
    watch.by(4)
    await clock.until_asleep(4)
    clock.advance(4)
    await asyncio.wait_for(rung.wait(), 30)


async def test_a_watch_that_was_stopped_never_rings():
    clock, rung = SteppedClock(), asyncio.Event()
    watch = Watch(clock, 10, rung.set)
    await clock.until_asleep(10)
    watch.stop()
    await clock.until_nobody_sleeps()
    clock.advance(100)
    assert not rung.is_set()
