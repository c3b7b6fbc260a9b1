"""Work in the background that one node does at a time: whoever lives and came first, until it is gone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from sqlalchemy import exists, insert, literal, select, update

from parlour.clock import Clock
from parlour.errors import NotNow, ParlourError
from parlour.journal.unit import Guard, Unit, Writer
from parlour.store.database import READ_FAULTS, Reads
from parlour.store.tables import jobs, nodes

PAUSE_S = 0.05
"""Between two steps of a job that has more to do, so that it is in nobody's way."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A job in the background of the house."""

    name: str
    every_s: float
    step: Callable[[Guard], Awaitable[bool]]
    """Takes one small step, whose unit holds by the guard it is given; whether there is more to take."""


@dataclass(slots=True)
class Kept:
    """How a job does on this node."""

    every_s: float
    at: datetime | None = None
    """When its turn last came; None before the first time."""
    is_mine: bool = False
    """Whether this node did it then, and not another."""
    problem: str = ""
    """Why it failed then; "" when it did not."""


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs of the house, as far as they are this node's. `node_id` is asked anew each time."""

    reads: Reads
    writer: Writer
    clock: Clock
    node_id: Callable[[], str]
    kept: dict[str, Kept] = field(default_factory=dict[str, Kept])
    """Of each job that is kept, by name, how it does."""

    async def keep(self, job: Job) -> None:
        """Wait, do what is to do if the job is this node's, and begin anew. Never returns.

        A failing database is tried again the next time.
        """
        kept = self.kept.setdefault(job.name, Kept(job.every_s))
        while True:
            await self.clock.sleep(job.every_s)
            try:
                while await self.do(job):
                    await self.clock.sleep(PAUSE_S)
                kept.problem = ""
            except (*READ_FAULTS, ParlourError) as error:
                kept.problem = error.safe if isinstance(error, ParlourError) else "The database did not answer."
                log.exception("a job in the background failed; trying again later", job=job.name)
            kept.at = self.clock.now()

    async def do(self, job: Job) -> bool:
        """Take one step of the job, if it is this node's by now; whether there is more to take."""
        node_id = self.node_id()
        is_mine = await self._is_mine(job.name, node_id)
        if job.name in self.kept:
            self.kept[job.name].is_mine = is_mine
        if not is_mine:
            return False
        try:
            return await job.step(_still_mine(job.name, node_id))
        except NotNow:
            log.info("another node does this job by now", job=job.name)
            return False

    async def _is_mine(self, name: str, node_id: str) -> bool:
        """Whether this node does the job; taken over when it is nobody's who lives."""
        async with self.reads.read() as connection:
            query = select(jobs.c.node_id, exists().where(nodes.c.id == jobs.c.node_id).label("lives"))
            found = (await connection.execute(query.where(jobs.c.name == name))).one_or_none()
        if found is not None and found.node_id == node_id:
            return True
        if found is not None and found.lives:
            return False
        try:
            await self.writer.commit(Unit(guards=[_begun(name, node_id) if found is None else _taken(name, node_id)]))
        except NotNow:
            return False
        log.info("this node does a job from now on", job=name)
        return True


def _begun(name: str, node_id: str) -> Guard:
    there = exists().where(jobs.c.name == name)
    row = select(literal(name), literal(node_id)).where(~there)
    return Guard(insert(jobs).from_select(["name", "node_id"], row), NotNow())


def _taken(name: str, node_id: str) -> Guard:
    is_nobodys = jobs.c.node_id.not_in(select(nodes.c.id))
    return Guard(update(jobs).where(jobs.c.name == name, is_nobodys).values(node_id=node_id), NotNow())


def _still_mine(name: str, node_id: str) -> Guard:
    """Holds for as long as the job is this node's, and locks its row, so that no other takes it meanwhile."""
    mine = update(jobs).where(jobs.c.name == name, jobs.c.node_id == node_id)
    return Guard(mine.values(node_id=node_id), NotNow())
