"""Raising the floor takes only what everybody has long seen, a little at a time."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import orjson
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection
from structlog.testing import capture_logs

from parlour.hub.hub import Hub
from parlour.hub.subscriber import Subscriber
from parlour.journal import feed
from parlour.journal.jobs import Jobs
from parlour.journal.pruning import EVERY_S, ROWS_AT_ONCE, Pruning
from parlour.journal.snapshot import snapshot
from parlour.journal.unit import Delta, Event, Unit, Writer, event
from parlour.protocol.events import EntityChanged
from parlour.protocol.state import ProjectState
from parlour.store.database import Database
from parlour.store.tables import commits, deltas, events, turns
from tests.conftest import ManualClock
from tests.models.stepped_clock import SteppedClock

KEEP = timedelta(minutes=15)
LATER_S = KEEP.total_seconds() + 1
TALK = "conversation:c"
PROJECT = "project:01a1f8d9-d991-78ed-ab29-f709e194372a"


def said(topic: str, number: int = 0) -> Event:
    return Event(topic, "turn_updated", orjson.dumps({"type": "turn_updated", "n": number}))


@dataclass(frozen=True, slots=True)
class LeasedPruning:
    """Pruning as the one node there is does it."""

    jobs: Jobs
    pruning: Pruning

    async def step(self) -> bool:
        return await self.jobs.do(self.pruning.job())


async def pruned(pruning: LeasedPruning) -> int:
    """Prune to the end; how many steps that took."""
    steps = 0
    while await pruning.step():
        steps += 1
    return steps


async def bounds(database: Database, topic: str) -> tuple[int, int]:
    async with database.read() as connection:
        found = await feed.bounds(connection, topic)
    return found.floor, found.seq


async def kept(database: Database, topic: str, after: int) -> list[int]:
    async with database.read() as connection:
        return [item.seq for item in await feed.read(connection, topic, after)]


async def count(database: Database, table: object) -> int:
    async with database.read() as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0  # pyright: ignore


@pytest.fixture
def pruning(database: Database, writer: Writer, clock: ManualClock) -> LeasedPruning:
    jobs = Jobs(database, writer, clock, lambda: "me")
    return LeasedPruning(jobs, Pruning(database, writer, clock, keep=KEEP))


async def test_what_is_old_goes_and_what_is_young_stays(
    database: Database, writer: Writer, clock: ManualClock, pruning: LeasedPruning
) -> None:
    for n in range(5):
        await writer.commit(Unit(events=[said(TALK, n)]))
    clock.advance(LATER_S)
    await writer.commit(Unit(events=[said(TALK, 5), said("conversation:d")]))
    await pruned(pruning)
    assert await bounds(database, TALK) == (5, 6)
    assert await bounds(database, "conversation:d") == (0, 1)
    assert await kept(database, TALK, 5) == [6]
    assert await count(database, commits) <= 4


async def test_a_topic_goes_on_counting_after_everything_of_it_has_gone(
    database: Database, writer: Writer, clock: ManualClock, pruning: LeasedPruning
) -> None:
    await writer.commit(Unit(events=[said(TALK), said(TALK)]))
    clock.advance(LATER_S)
    await pruned(pruning)
    assert (await bounds(database, TALK), await count(database, events)) == ((2, 2), 0)
    assert (await writer.commit(Unit(events=[said(TALK)]))).seqs == (3,)
    assert await kept(database, TALK, 2) == [3]


async def test_a_turn_that_runs_keeps_everything_until_it_has_ended(
    database: Database, writer: Writer, clock: ManualClock, pruning: LeasedPruning, turn: tuple[str, int]
) -> None:
    await writer.commit(Unit(events=[said(TALK), said("conversation:other")]))
    await writer.commit(Delta(TALK, *turn, b'{"n":1}'))
    clock.advance(LATER_S)
    await pruned(pruning)
    assert await bounds(database, TALK) == (0, 2)
    assert await bounds(database, "conversation:other") == (1, 1)
    await writer.commit(Unit(changes=[update(turns).values(status="completed")], events=[said(TALK)]))
    await pruned(pruning)
    assert await bounds(database, TALK) == (2, 3)
    assert await count(database, deltas) == 0
    assert await kept(database, TALK, 2) == [3]


@pytest.mark.parametrize(("status", "kept_seqs"), [("queued", [1, 2]), ("waiting", [])])
async def test_a_turn_that_was_handed_back_keeps_the_text_it_goes_on_from_and_one_that_waits_has_none(
    database: Database,
    writer: Writer,
    clock: ManualClock,
    pruning: LeasedPruning,
    turn: tuple[str, int],
    status: str,
    kept_seqs: list[int],
) -> None:
    await writer.commit(Unit(events=[said(TALK)]))
    await writer.commit(Delta(TALK, *turn, b'{"n":1}'))
    await writer.commit(Unit(changes=[update(turns).values(status=status)]))
    clock.advance(KEEP.total_seconds() * 10)
    while await pruning.step():
        pass
    async with database.read() as connection:
        assert [item.seq for item in await feed.read(connection, TALK, 0)] == kept_seqs


async def test_many_pieces_go_in_small_steps(
    database: Database, writer: Writer, clock: ManualClock, pruning: LeasedPruning, turn: tuple[str, int]
) -> None:
    await writer.commit(Unit(events=[said(TALK)]))
    many = ROWS_AT_ONCE + 10
    await asyncio.gather(*[writer.submit(Delta(TALK, *turn, b"{}")) for _ in range(many)])
    await writer.commit(Unit(changes=[update(turns).values(status="completed")], events=[said(TALK)]))
    clock.advance(LATER_S)
    await writer.commit(Unit(events=[said(TALK)]))
    left = [many]
    while await pruning.step():
        left.append(await count(database, deltas))
        floor, seq = await bounds(database, TALK)
        assert await kept(database, TALK, floor) == list(range(floor + 1, seq + 1))
    assert left[0] - left[1] <= ROWS_AT_ONCE
    assert left[-1] == 0
    assert await bounds(database, TALK) == (many + 2, many + 3)


async def test_a_cursor_at_the_floor_replays_and_one_below_gets_a_snapshot(
    database: Database, writer: Writer, clock: ManualClock, pruning: LeasedPruning
) -> None:
    for _ in range(3):
        await writer.commit(Unit(events=[said(TALK)]))
    clock.advance(LATER_S)
    for _ in range(2):
        await writer.commit(Unit(events=[said(TALK)]))
    await pruned(pruning)
    hub = Hub(database, clock, replay_limit_bytes=1_000_000)

    async def opening(after: int) -> list[tuple[str, int]]:
        outbox = Subscriber(1_000_000)
        await hub.subscribe(outbox, TALK, after)
        frames = [orjson.loads(wire) for wire in await outbox.take()]
        hub.leave(outbox)
        return [(frame.get("mode", frame["type"]), frame["seq"]) for frame in frames]

    assert await opening(3) == [("replay", 5), ("turn_updated", 4), ("turn_updated", 5)]
    assert await opening(5) == [("replay", 5)]
    for cursor in (0, 2, 6):
        assert await opening(cursor) == [("snapshot", 5), ("snapshot", 5)]


async def test_how_often_a_home_has_changed_is_known_after_its_changes_have_gone(
    database: Database, writer: Writer, clock: ManualClock, pruning: LeasedPruning
) -> None:
    changed = EntityChanged(entity_id="e", change="updated", name="Lamp", version=2)
    for _ in range(3):
        await writer.commit(Unit(events=[event(PROJECT, changed)]))
    await writer.commit(Unit(events=[said(PROJECT)]))
    clock.advance(LATER_S)
    for _ in range(2):
        await pruned(pruning)
        async with database.read() as connection:
            state = await snapshot(connection, PROJECT)
        assert isinstance(state, ProjectState)
        assert state.home_rev == 3
    assert await bounds(database, PROJECT) == (4, 4)
    assert await count(database, events) == 1


class Away:
    """A database that is away for its first few readers."""

    def __init__(self, database: Database, faults: list[Exception]) -> None:
        self._database = database
        self._faults = faults

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncConnection]:
        if self._faults:
            raise self._faults.pop(0)
        async with self._database.read() as connection:
            yield connection


async def test_a_database_that_is_away_is_pruned_the_next_time(
    database: Database, writer: Writer, clock: ManualClock
) -> None:
    await writer.commit(Unit(events=[said(TALK)]))
    time = SteppedClock()
    time.advance((clock.now() - time.now()).total_seconds() + LATER_S)
    faults: list[Exception] = [OperationalError("", None, Exception("gone")), ConnectionRefusedError(), TimeoutError()]
    times = len(faults)
    pruning = Pruning(Away(database, faults), writer, time, keep=KEEP)
    jobs = Jobs(database, writer, time, lambda: "me")
    with capture_logs() as lines:
        going_on = asyncio.create_task(jobs.keep(pruning.job()))
        for _ in range(times + 1):
            await time.until_asleep(EVERY_S)
            time.advance(EVERY_S)
        await time.until_asleep(0.05)
        going_on.cancel()
    assert [line["log_level"] for line in lines if line["log_level"] != "info"] == ["error"] * times
    assert await bounds(database, TALK) == (1, 1)
