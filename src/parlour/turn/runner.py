"""The node's runner: takes turns that wait, carries each out in a task of its own, and loses none.

A turn is taken when it is asked on this node, when the one before it in its conversation ended, and by a sweep: once
a second, and at once when a node died or says that turns wait. It also finds the turns of nodes that are gone and
those of this node whose task is gone.
"""

import asyncio
from typing import Protocol

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import isoformat
from parlour.errors import Fenced, NotAvailable, NotNow, ParlourError, StorageFailed
from parlour.ids import new_id
from parlour.journal.unit import Unit
from parlour.models.route import Route
from parlour.protocol.content import Problem
from parlour.protocol.events import ENDED
from parlour.store.queries.turns import StoredTurn, stored_turn
from parlour.store.tables import nodes, turns
from parlour.tools.caller import Caller
from parlour.turn import units
from parlour.turn.ending import end_turn
from parlour.turn.means import Means
from parlour.turn.record import OPEN, TurnRow, past_of, turn_rows
from parlour.turn.run import TurnRun
from parlour.turn.spending import Meter
from parlour.turn.steps import NOBODY, Finish
from parlour.turn.waiting import Waiting

SWEEP_S = 1.0
DEATHS_UNTIL_CRASH_LOOP = 3

CRASH_LOOP = Problem(
    code="crash_loop",
    message="The answer was given up: the server ended three times while it was working on it. You can ask again.",
)

log = structlog.get_logger(__name__)


class Lease(Protocol):
    """What lets this node own turns."""

    @property
    def node_id(self) -> str:
        """Under which id it owns what it takes from now on."""
        ...

    @property
    def is_held(self) -> bool:
        """Whether it may own anything."""
        ...


class Others(Protocol):
    """Whoever tells the other nodes what they would otherwise find out within a second."""

    def stop(self, turn_id: str) -> None:
        """A person wants a turn to end."""
        ...

    def work(self) -> None:
        """Turns wait for somebody to take them."""
        ...


class Runner:
    """Everything that runs on this node."""

    def __init__(self, lease: Lease, means: Means, others: Others) -> None:
        self._lease = lease
        self._means = means
        self._others = others
        self._claims: dict[str, TurnRow] = {}
        self._runs: dict[str, TurnRun] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stopped: set[str] = set()
        """The turns that were to end before they ran: whoever had read how they stand had not read that."""
        self._resting = Waiting(means)
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._closing = False
        self._left: set[str] = set()
        """The turns that were open at the last sweep: one that is still queued was left by whoever was asked."""
        self._sweeping: asyncio.Task[None] | None = None
        self._looking: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Go on with whatever a dead node left, and from now on keep looking."""
        await self._sweep(everything=True)
        self._sweeping = asyncio.create_task(self._keep_sweeping(), name="turn-sweep")

    async def close(self) -> None:
        """Hand every turn back that was claimed; another start or node goes on with it."""
        self._closing = True
        claims, runs = dict(self._claims), dict(self._runs)
        tasks = [*self._tasks.values(), *(task for task in (self._sweeping, self._looking) if task)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for turn in claims.values():
            run = runs.get(turn.id)
            await self._hand_back(turn, run.running_ms if run else turn.running_ms)
        if claims:
            self._others.work()

    def let_go(self) -> None:
        """The lease was lost: others go on with whatever this node did, and nothing of it is touched any more."""
        for task in self._tasks.values():
            task.cancel()

    # --- what others ask of it ---------------------------------------------------------------------------------

    def take(self, turn: TurnRow) -> None:
        """Begin with a turn that was just queued, unless its conversation is busy: then it waits."""
        if self._lease.is_held and not self._closing and turn.id not in self._tasks:
            task = asyncio.create_task(self._carry_out(turn), name=f"turn {turn.id}")
            self._tasks[turn.id] = task
            task.add_done_callback(lambda _: self._forget(turn.id))

    async def stop(self, turn_id: str) -> None:
        """End a turn. One that waits in the queue ends at once; one that ended is left alone."""
        async with self._means.reads.read() as connection:
            found = await turn_rows(connection, turns.c.id == turn_id)
        if not found or found[0].status in ENDED:
            return
        turn = found[0]
        if turn.status == "waiting":
            if await self._resting.stopped(turn):
                self.take(turn)
        elif turn.answer_id is None and await self._commits(
            units.stopped_in_queue(turn, isoformat(self._means.clock.now()))
        ):
            self._tell_it_is_over(turn)
            await self._take_next(turn.conversation_id)
        elif await self._commits(units.asked_to_stop(turn)):
            self.interrupt(turn_id)
            self._others.stop(turn_id)

    def interrupt(self, turn_id: str) -> None:
        """End a turn that runs here and was asked to stop, or that is about to run."""
        if turn_id in self._runs:
            self._runs[turn_id].interrupt("stopped")
        elif turn_id in self._tasks:
            self._stopped.add(turn_id)

    async def go_on(self, turn_id: str) -> None:
        """Go on with a turn that waits, where a person gave their word meanwhile or wants it to end."""
        turn = await self._resting.to_go_on(turn_id)
        if turn is not None:
            self.take(turn)

    async def wait_until_ended(self, turn_id: str, seconds: float, *, or_waits: bool = False) -> StoredTurn | None:
        """The turn as soon as it has ended, or as it is after `seconds`; None when there is none.

        With `or_waits`, also as soon as it waits for a person.
        """
        enough = ENDED | {"waiting"} if or_waits else ENDED
        deadline = self._means.clock.monotonic() + seconds
        ended = asyncio.Event()
        self._waiting.setdefault(turn_id, set()).add(ended)
        try:
            while True:
                async with self._means.reads.read() as connection:
                    found = await stored_turn(connection, turn_id)
                left = deadline - self._means.clock.monotonic()
                if found is None or found.value.status in enough or left <= 0:
                    return found
                try:
                    await asyncio.wait_for(ended.wait(), min(left, SWEEP_S))
                except TimeoutError:
                    continue
        finally:
            self._waiting[turn_id].discard(ended)
            if not self._waiting[turn_id]:
                del self._waiting[turn_id]

    # --- finding work ------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Look for turns at once: there may be some to take over."""
        if not self._closing and (self._looking is None or self._looking.done()):
            self._looking = asyncio.create_task(self._look(everything=True), name="turn-look")

    async def _keep_sweeping(self) -> None:
        while True:
            await self._means.clock.sleep(SWEEP_S)
            await self._look()

    async def _look(self, *, everything: bool = False) -> None:
        try:
            await self._sweep(everything=everything)
        except Exception:
            log.exception("looking for turns failed; trying again")

    async def _sweep(self, *, everything: bool) -> None:
        """Take what was left. What was asked a moment ago is left to the node where it was, unless `everything` is."""
        if self._means.writer.is_full and not await self._has_room():
            return
        async with self._means.reads.read() as connection:
            unfinished = await turn_rows(connection, turns.c.status.in_(OPEN))
            present = set(await connection.scalars(select(nodes.c.id)))
        seen: set[str] = set()
        before, self._left = self._left, {turn.id for turn in unfinished}
        for turn in unfinished:
            was_left = everything or turn.answer_id is not None or turn.id in before
            first = turn.conversation_id not in seen
            seen.add(turn.conversation_id)
            orphaned = turn.status == "running" and (turn.owner == self._lease.node_id or turn.owner not in present)
            if orphaned or (turn.status == "queued" and first and was_left):
                self.take(turn)
            if turn.stop_asked:
                self.interrupt(turn.id)
        waiting = [turn for turn in unfinished if turn.status == "waiting"]
        for turn in await self._resting.ready(waiting) if waiting else ():
            self.take(turn)

    async def _has_room(self) -> bool:
        """Whether something can be stored again. Until then turns rest where they were left."""
        try:
            await self._means.writer.commit(Unit())
        except StorageFailed:
            return False
        log.info("there is room on the disk again; going on")
        return True

    async def _take_next(self, conversation_id: str) -> None:
        async with self._means.reads.read() as connection:
            waiting = await turn_rows(
                connection, turns.c.conversation_id == conversation_id, turns.c.status.not_in(ENDED)
            )
        if waiting and waiting[0].status == "queued":
            self.take(waiting[0])

    # --- one turn ----------------------------------------------------------------------------------------------

    async def _carry_out(self, turn: TurnRow) -> None:
        going: TurnRow | None = turn
        try:
            while going is not None:
                going = await self._claim_and_go(going)
        except NotNow:
            log.debug("a turn waits for its conversation, or another node was faster", turn=turn.id)
        except Fenced:
            log.info("another owner has taken a turn over", turn=turn.id)
        except ParlourError as error:
            log.error("a turn was left; the sweep finds it again", turn=turn.id, code=error.code, exc_info=error)
        except Exception:
            log.exception("a turn broke; the sweep finds it again", turn=turn.id)

    async def _claim_and_go(self, turn: TurnRow) -> TurnRow | None:
        """Carry a turn to its end or its rest; the turn again where it need not rest after all."""
        means = self._means
        async with means.reads.read() as connection:
            route = await self._route_of(connection, turn)
        name = turn.model or "" if isinstance(route, Problem) else route.name
        at = isoformat(means.clock.now())
        mine, claim = units.claimed(
            turn, owner=self._lease.node_id, answer_id=turn.answer_id or new_id(), model=name, at=at
        )
        self._claims[turn.id] = mine
        await means.writer.commit(claim)
        async with means.reads.read() as connection:
            past = await past_of(connection, turn.id)
            caller = await means.callers.caller(connection, turn.user_id, turn.project_id)
        problem = _why_not(past.turn, route, caller)
        next_waits = True
        if problem is not None:
            answer = past.answer.with_parts(past.cut)
            finish = Finish("failed", problem.code, problem)
            bill = Meter(past, means).last_bill()
            next_waits = await end_turn(past, answer, past.state, finish, past.chunk_index, means, bill)
        elif not isinstance(route, Problem):
            run = TurnRun(past, route, means)
            self._runs[turn.id] = run
            if turn.id in self._stopped:
                run.interrupt("stopped")
            next_waits = await run.go()
            if run.waits:
                self._tell_it_is_over(turn)
                return await self._resting.to_go_on(turn.id)
        self._tell_it_is_over(turn)
        if next_waits:
            await self._take_next(turn.conversation_id)
        return None

    async def _route_of(self, connection: AsyncConnection, turn: TurnRow) -> Route | Problem:
        try:
            return await self._means.models.route(connection, turn.wish)
        except NotAvailable as gone:
            return Problem(code=gone.code, message=gone.safe)

    async def _hand_back(self, turn: TurnRow, running_ms: int) -> None:
        try:
            await self._means.writer.commit(units.handed_back(turn, running_ms))
        except Fenced:
            log.debug("a turn had ended or moved before it could be handed back", turn=turn.id)
        except ParlourError as error:
            log.error("a turn could not be handed back; the next start finds it", turn=turn.id, exc_info=error)

    async def _commits(self, unit: Unit) -> bool:
        """Commit `unit`; False when it came too late."""
        try:
            await self._means.writer.commit(unit)
        except NotNow:
            return False
        return True

    def _tell_it_is_over(self, turn: TurnRow) -> None:
        """Tell who waits for a turn that it has ended, or rests."""
        for ended in self._waiting.get(turn.id, ()):
            ended.set()

    def _forget(self, turn_id: str) -> None:
        self._tasks.pop(turn_id, None)
        self._stopped.discard(turn_id)
        if not self._closing:
            self._claims.pop(turn_id, None)
            self._runs.pop(turn_id, None)


def _why_not(turn: TurnRow, route: Route | Problem, caller: Caller | None) -> Problem | None:
    """Why a claimed turn cannot go on; None when it can."""
    if turn.deaths >= DEATHS_UNTIL_CRASH_LOOP:
        return CRASH_LOOP
    if isinstance(route, Problem):
        return route
    return NOBODY if caller is None else None
