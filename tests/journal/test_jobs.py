"""A job in the background is done by one node at a time, and by another when that one is gone."""

import asyncio
from dataclasses import dataclass, field

import pytest
from sqlalchemy import delete, insert, select

from parlour.errors import ParlourError, Unavailable
from parlour.journal.jobs import Job, Jobs
from parlour.journal.unit import Guard, Unit, Writer
from parlour.store.database import Database
from parlour.store.tables import jobs, nodes
from tests.conftest import ManualClock


@dataclass
class Node:
    """A node that can do a job, and how often it did."""

    name: str
    database: Database
    writer: Writer
    clock: ManualClock
    did: int = 0
    before_it_commits: list[Unit] = field(default_factory=list[Unit])

    async def tries(self) -> int:
        """Do the job if it may; how often it did so far."""
        await Jobs(self.database, self.writer, self.clock, lambda: self.name).do(Job("cleaning", 30.0, self._step))
        return self.did

    async def _step(self, is_mine: Guard) -> bool:
        for unit in self.before_it_commits:
            await self.writer.commit(unit)
        await self.writer.commit(Unit(guards=[is_mine]))
        self.did += 1
        return False


async def come(writer: Writer, name: str) -> None:
    row = {"id": name, "started_at": "t", "renewed_at": "t", "lease_until": "t", "version": "1"}
    await writer.commit(Unit(changes=[insert(nodes).values(row)]))


async def test_a_job_stays_with_whoever_did_it_first_until_that_node_is_gone(
    database: Database, writer: Writer, clock: ManualClock
) -> None:
    first, second = Node("a", database, writer, clock), Node("b", database, writer, clock)
    for node in (first, second):
        await come(writer, node.name)
    assert (await first.tries(), await second.tries(), await first.tries()) == (1, 0, 2)
    await writer.commit(Unit(changes=[delete(nodes).where(nodes.c.id == "a")]))
    assert await second.tries() == 1
    async with database.read() as connection:
        assert list(await connection.scalars(select(jobs.c.node_id))) == ["b"]


async def test_a_node_that_lost_a_job_in_the_middle_of_it_changes_nothing_more(
    database: Database, writer: Writer, clock: ManualClock
) -> None:
    hangs = Node("a", database, writer, clock)
    assert await hangs.tries() == 1
    hangs.before_it_commits = [Unit(changes=[jobs.update().values(node_id="b")])]
    assert await hangs.tries() == 1


async def test_a_job_that_is_kept_tells_when_its_turn_came_and_why_it_failed(
    database: Database, writer: Writer, clock: ManualClock
) -> None:
    await come(writer, "a")
    kept = Jobs(database, writer, clock, lambda: "a")
    outcomes: list[ParlourError | None] = [Unavailable("The disk is away."), None]
    seen: list[tuple[str, bool]] = []

    async def step(_: Guard) -> bool:
        if not outcomes:
            raise asyncio.CancelledError
        problem = outcomes.pop(0)
        if problem is not None:
            raise problem
        return False

    class Watching(ManualClock):
        async def sleep(self, seconds: float) -> None:
            await clock.sleep(seconds)
            if kept.kept["cleaning"].at is not None:
                seen.append((kept.kept["cleaning"].problem, kept.kept["cleaning"].is_mine))

    watched = Jobs(database, writer, Watching(), lambda: "a", kept.kept)
    with pytest.raises(asyncio.CancelledError):
        await watched.keep(Job("cleaning", 30.0, step))
    assert seen == [("The disk is away.", True), ("", True)]
    assert kept.kept["cleaning"].every_s == 30.0
