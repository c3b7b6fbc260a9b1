"""Raising the floor: what every client has long seen is taken out of the log, a little at a time.

The log is the feed and the tables are the archive, so nothing is lost with it: a client with an older cursor gets
a snapshot. A turn that is open keeps everything since its start.
"""

from datetime import timedelta

from sqlalchemy import Executable, ScalarSelect, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.journal.jobs import Job
from parlour.journal.unit import Guard, Unit, Writer
from parlour.protocol.events import ENDED
from parlour.store.database import Reads
from parlour.store.tables import commands, commits, deltas, events, topics, turns

ROWS_AT_ONCE = 2_000
EVERY_S = 30.0
COMMANDS_KEPT = timedelta(days=7)


class Pruning:
    """What raises floors."""

    def __init__(self, reads: Reads, writer: Writer, clock: Clock, *, keep: timedelta) -> None:
        """`keep` is how long a client may be away and still get only what it missed."""
        self._reads = reads
        self._writer = writer
        self._clock = clock
        self._keep = keep

    def job(self) -> Job:
        """As one of the house's jobs."""
        return Job("pruning", EVERY_S, self.step)

    async def step(self, is_mine: Guard) -> bool:
        """Take one small step if `is_mine` holds; whether there is more to take."""
        now = self._clock.now()
        cutoff = isoformat(now - self._keep)
        async with self._reads.read() as connection:
            running = await _running(connection)
            changes = [
                *await _old_deltas(connection, cutoff, running),
                *await _old_events(connection, cutoff, running),
            ]
            more = len(changes) > 0
            changes += [
                delete(commits).where(
                    commits.c.id.in_(select(commits.c.id).where(commits.c.at < cutoff).limit(ROWS_AT_ONCE))
                ),
                delete(commands).where(
                    commands.c.kind != "send_message", commands.c.at < isoformat(now - COMMANDS_KEPT)
                ),
            ]
        await self._writer.commit(Unit(guards=[is_mine], changes=changes))
        return more


async def _running(connection: AsyncConnection) -> set[str]:
    """The topics of the turns that go on from their live text: one that was handed back does too.

    One that waits for a person, which may take long, has settled everything that it said.
    """
    going = turns.c.status.not_in({*ENDED, "waiting"})
    found = await connection.scalars(select(turns.c.conversation_id).where(going))
    return {f"conversation:{identifier}" for identifier in found}


async def _old_deltas(connection: AsyncConnection, cutoff: str, running: set[str]) -> list[Executable]:
    """The oldest deltas go, up to the first that is young or whose turn runs."""
    query = select(deltas.c.id, deltas.c.topic, deltas.c.seq, deltas.c.at).order_by(deltas.c.id).limit(ROWS_AT_ONCE)
    last = 0
    floors: dict[str, int] = {}
    for row in await connection.execute(query):
        if row.at >= cutoff or row.topic in running:
            break
        last = row.id
        floors[row.topic] = row.seq
    if not last:
        return []
    return [*_raised(floors), delete(deltas).where(deltas.c.id <= last)]


async def _old_events(connection: AsyncConnection, cutoff: str, running: set[str]) -> list[Executable]:
    """The oldest events go, but those of a topic whose turn runs; what stays below a floor has been dealt with."""
    query = (
        select(events.c.topic, func.max(events.c.seq).label("seq"))
        .join(topics, topics.c.id == events.c.topic)
        .where(events.c.at < cutoff, events.c.seq > topics.c.floor, events.c.topic.not_in(running))
        .group_by(events.c.topic)
        .limit(ROWS_AT_ONCE // 20)
    )
    floors = {row.topic: row.seq for row in await connection.execute(query)}
    return _raised(floors)


def _raised(floors: dict[str, int]) -> list[Executable]:
    """Raise floors, and let go of the events below them; the mark of the last one still tells where deltas begin."""
    changes: list[Executable] = []
    for topic, floor in sorted(floors.items()):
        gone = (events.c.topic == topic, events.c.seq <= floor)
        mark = select(func.max(events.c.mark)).where(*gone).scalar_subquery()
        changes.append(
            update(topics)
            .where(topics.c.id == topic, topics.c.floor < floor)
            .values(floor=floor, mark=func.coalesce(mark, topics.c.mark))
        )
        changes.append(delete(events).where(*gone, events.c.seq != _home_rev(topic)))
    return changes


def _home_rev(topic: str) -> ScalarSelect[int]:
    """The newest change of a project's home stays: a project's state tells its number."""
    newest = select(func.coalesce(func.max(events.c.seq), 0))
    return newest.where(events.c.topic == topic, events.c.type == "entity_changed").scalar_subquery()
