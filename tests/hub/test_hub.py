"""Following a topic when the database, other processes or the follower itself are in the way."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import orjson
import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs

from parlour.hub.hub import SWEEP_S, Hub
from parlour.hub.subscriber import Subscriber
from parlour.journal.unit import Committed, Event, Unit, Writer
from parlour.store.database import Database
from parlour.store.tables import events, topics
from tests.conftest import ManualClock
from tests.models.stepped_clock import SteppedClock

TALK = "conversation:c"


class Reading:
    """A database whose readers wait, or fail, when the test says so."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.faults: list[Exception] = []
        self.arrived = asyncio.Event()
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        self.arrived.set()
        await self.may_go_on.wait()
        if self.faults:
            raise self.faults.pop(0)
        async with self._database.read() as connection:
            yield connection


class Followed:
    """A hub over a database, and what was committed to it."""

    def __init__(self, database: Database, writer: Writer, published: list[Committed]) -> None:
        self.reading = Reading(database)
        self.time = SteppedClock()
        self.hub = Hub(self.reading, self.time, replay_limit_bytes=1_000_000)
        self._writer = writer
        self._published = published

    async def says(self, *, aloud: bool = True) -> None:
        """Commit something; unless `aloud` as another process does, of which the hub is told nothing."""
        await self._writer.commit(Unit(events=[Event(TALK, "turn_updated", b'{"type":"turn_updated"}')]))
        if aloud:
            self.hub.publish(self._published)
        self._published.clear()

    async def follower(self, after: int | None = 0) -> Subscriber:
        outbox = Subscriber(1_000_000)
        await self.hub.subscribe(outbox, TALK, after)
        return outbox

    async def cut(self, floor: int) -> None:
        """Take what lies up to `floor` out of the log."""
        gone = delete(events).where(events.c.topic == TALK, events.c.seq <= floor)
        await self._writer.commit(Unit(changes=[gone, update(topics).values(floor=floor)]))


async def seqs(outbox: Subscriber) -> list[int]:
    """The numbers of the events that wait, in their order."""
    async with asyncio.timeout(30):
        frames = [orjson.loads(wire) for wire in await outbox.take()]
    return [frame["seq"] for frame in frames if "from_seq" in frame]


@pytest.fixture
async def followed(database: Database, writer: Writer, published: list[Committed], clock: ManualClock) -> Followed:
    return Followed(database, writer, published)


async def test_a_follower_that_is_gone_before_its_topic_opens_leaves_nothing_behind(followed: Followed) -> None:
    followed.reading.may_go_on.clear()
    outbox = Subscriber(1_000)
    following = asyncio.create_task(followed.hub.subscribe(outbox, TALK))
    await followed.reading.arrived.wait()
    assert followed.hub.waiting_bytes == {outbox: 0}
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    assert followed.hub.waiting_bytes == {}
    assert outbox.topics == frozenset()


async def test_a_follower_whose_opening_cannot_be_read_leaves_nothing_behind(followed: Followed) -> None:
    followed.reading.faults = [OperationalError("", None, Exception("gone"))]
    with pytest.raises(OperationalError):
        await followed.follower()
    assert followed.hub.waiting_bytes == {}


async def test_who_followed_already_still_does_when_a_second_opening_fails(followed: Followed) -> None:
    outbox = await followed.follower()
    await outbox.take()
    followed.reading.faults = [OperationalError("", None, Exception("gone"))]
    with pytest.raises(OperationalError):
        await followed.hub.subscribe(outbox, TALK)
    await followed.says()
    assert await outbox.lost() == [TALK]
    await followed.hub.subscribe(outbox, TALK, 0)
    assert await seqs(outbox) == [1]


async def test_leaving_what_was_never_followed_is_nothing(followed: Followed) -> None:
    outbox = Subscriber(1_000)
    followed.hub.unsubscribe(outbox, TALK)
    followed.hub.leave(outbox)
    assert followed.hub.heads(outbox) == {}


async def test_what_another_process_said_comes_before_what_is_said_here(followed: Followed) -> None:
    await followed.says()
    outbox = await followed.follower(after=1)
    await outbox.take()
    await followed.says(aloud=False)
    await followed.says()
    assert await seqs(outbox) == [2, 3]


async def test_the_sweep_goes_on_when_the_database_comes_back(followed: Followed) -> None:
    await followed.says()
    outbox = await followed.follower(after=1)
    await outbox.take()
    await followed.says(aloud=False)
    faults: list[Exception] = [OperationalError("", None, Exception("gone")), ConnectionRefusedError()]
    followed.reading.faults = list(faults)
    with capture_logs() as lines:
        keeping_up = asyncio.create_task(followed.hub.keep_up())
        for _ in range(len(faults) + 1):
            await followed.time.until_asleep(SWEEP_S)
            followed.time.advance(SWEEP_S)
        assert await seqs(outbox) == [2]
        keeping_up.cancel()
    assert [line["log_level"] for line in lines] == ["error", "error"]


async def test_what_cannot_be_read_now_is_read_by_the_next_sweep(followed: Followed) -> None:
    await followed.says()
    outbox = await followed.follower(after=1)
    await outbox.take()
    await followed.says(aloud=False)
    followed.reading.faults = [ConnectionResetError()]
    with capture_logs():
        await followed.says()
        keeping_up = asyncio.create_task(followed.hub.keep_up())
        await followed.time.until_asleep(SWEEP_S)
        followed.time.advance(SWEEP_S)
        assert await seqs(outbox) == [2, 3]
        keeping_up.cancel()


async def test_a_topic_that_was_cut_above_what_was_handed_on_is_opened_anew(followed: Followed) -> None:
    await followed.says()
    outbox = await followed.follower(after=1)
    await outbox.take()
    await followed.says(aloud=False)
    await followed.cut(2)
    with capture_logs():
        await followed.says()
        assert await outbox.lost() == [TALK]
    await followed.hub.subscribe(outbox, TALK, 2)
    assert await seqs(outbox) == [3]


async def test_two_who_open_a_topic_while_it_is_spoken_on_miss_nothing(followed: Followed) -> None:
    await followed.says()
    followed.reading.may_go_on.clear()
    outboxes = [Subscriber(1_000_000) for _ in range(2)]
    following = [asyncio.create_task(followed.hub.subscribe(outbox, TALK, 0)) for outbox in outboxes]
    await followed.reading.arrived.wait()
    await followed.says()
    followed.reading.may_go_on.set()
    await asyncio.gather(*following)
    await followed.says()
    for outbox in outboxes:
        assert await seqs(outbox) == [1, 2, 3]
