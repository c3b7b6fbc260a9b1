"""The node's runner: takes turns that wait, carries each out in a task of its own, and loses none.

A turn is taken when it is asked on this node, when the one before it in its conversation ended, and by a sweep
once a second, which also finds the turns of nodes that died and those of this node whose task is gone.
"""

import asyncio

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import isoformat
from parlour.errors import Fenced, NotAvailable, NotNow, ParlourError
from parlour.ids import new_id
from parlour.journal.unit import Unit
from parlour.models.base import Model
from parlour.protocol.content import Problem
from parlour.protocol.events import ENDED
from parlour.store.queries.turns import StoredTurn, stored_turn
from parlour.store.tables import turns
from parlour.tools.caller import Caller
from parlour.turn import units
from parlour.turn.ending import end_turn
from parlour.turn.means import Means
from parlour.turn.presence import Presence
from parlour.turn.record import TurnRow, past_of, turn_rows
from parlour.turn.run import TurnRun
from parlour.turn.steps import Finish

SWEEP_S = 1.0
DEATHS_UNTIL_CRASH_LOOP = 3

CRASH_LOOP = Problem(
    code="crash_loop",
    message="The answer was given up: the server ended three times while it was working on it. You can ask again.",
)
NOBODY = Problem(code="forbidden", message="The answer was ended: who asked may no longer use this project.")

log = structlog.get_logger(__name__)


class Runner:
    """Everything that runs on this node."""

    def __init__(self, node_id: str, means: Means, presence: Presence) -> None:
        self._node_id = node_id
        self._means = means
        self._presence = presence
        self._claims: dict[str, TurnRow] = {}
        self._runs: dict[str, TurnRun] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._waiting: dict[str, set[asyncio.Event]] = {}
        self._closing = False
        self._sweeping: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Go on with whatever a dead node left, and from now on keep looking."""
        await self._sweep()
        self._sweeping = asyncio.create_task(self._keep_sweeping(), name="turn-sweep")

    async def close(self) -> None:
        """Hand every turn back that was claimed; another start or node goes on with it."""
        self._closing = True
        claims, runs = dict(self._claims), dict(self._runs)
        tasks = [*self._tasks.values(), *([self._sweeping] if self._sweeping else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for turn in claims.values():
            run = runs.get(turn.id)
            await self._hand_back(turn, run.running_ms if run else turn.running_ms)

    # --- what others ask of it ---------------------------------------------------------------------------------

    def take(self, turn: TurnRow) -> None:
        """Begin with a turn that was just queued, unless its conversation is busy: then it waits."""
        if not self._closing and turn.id not in self._tasks:
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
        if turn.answer_id is None and await self._commits(
            units.stopped_in_queue(turn, isoformat(self._means.clock.now()))
        ):
            self._tell_it_is_over(turn)
            await self._take_next(turn.conversation_id)
        elif await self._commits(units.asked_to_stop(turn)) and turn_id in self._runs:
            self._runs[turn_id].interrupt("stopped")

    async def wait_until_ended(self, turn_id: str, seconds: float) -> StoredTurn | None:
        """The turn as soon as it has ended, or as it is after `seconds`; None when there is none."""
        deadline = self._means.clock.monotonic() + seconds
        ended = asyncio.Event()
        self._waiting.setdefault(turn_id, set()).add(ended)
        try:
            while True:
                async with self._means.reads.read() as connection:
                    found = await stored_turn(connection, turn_id)
                left = deadline - self._means.clock.monotonic()
                if found is None or found.value.status in ENDED or left <= 0:
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

    async def _keep_sweeping(self) -> None:
        while True:
            await self._means.clock.sleep(SWEEP_S)
            try:
                await self._sweep()
            except Exception:
                log.exception("looking for turns failed; trying again")

    async def _sweep(self) -> None:
        async with self._means.reads.read() as connection:
            waiting = await turn_rows(connection, turns.c.status.in_(("queued", "running")))
        others = {turn.owner for turn in waiting if turn.owner and turn.owner != self._node_id}
        dead = await self._presence.dead(others)
        seen: set[str] = set()
        for turn in waiting:
            first = turn.conversation_id not in seen
            seen.add(turn.conversation_id)
            orphaned = turn.status == "running" and (turn.owner in dead or turn.owner == self._node_id)
            if orphaned or (turn.status == "queued" and first):
                self.take(turn)
            if turn.stop_asked and turn.id in self._runs:
                self._runs[turn.id].interrupt("stopped")

    async def _take_next(self, conversation_id: str) -> None:
        async with self._means.reads.read() as connection:
            waiting = await turn_rows(
                connection, turns.c.conversation_id == conversation_id, turns.c.status.not_in(ENDED)
            )
        if waiting and waiting[0].status == "queued":
            self.take(waiting[0])

    # --- one turn ----------------------------------------------------------------------------------------------

    async def _carry_out(self, turn: TurnRow) -> None:
        try:
            await self._claim_and_go(turn)
        except NotNow:
            log.debug("a turn waits for its conversation, or another node was faster", turn=turn.id)
        except Fenced:
            log.info("another owner has taken a turn over", turn=turn.id)
        except ParlourError as error:
            log.error("a turn was left; the sweep finds it again", turn=turn.id, code=error.code, exc_info=error)
        except Exception:
            log.exception("a turn broke; the sweep finds it again", turn=turn.id)

    async def _claim_and_go(self, turn: TurnRow) -> None:
        means = self._means
        async with means.reads.read() as connection:
            model = await self._model_of(connection, turn)
        name = turn.model or "" if isinstance(model, Problem) else model.name
        at = isoformat(means.clock.now())
        mine, claim = units.claimed(turn, owner=self._node_id, answer_id=turn.answer_id or new_id(), model=name, at=at)
        self._claims[turn.id] = mine
        await means.writer.commit(claim)
        async with means.reads.read() as connection:
            past = await past_of(connection, turn.id)
            caller = await means.callers.caller(connection, turn.user_id, turn.project_id)
        problem = _why_not(past.turn, model, caller)
        next_waits = True
        if problem is not None:
            answer = past.answer.with_parts(past.cut)
            finish = Finish("failed", problem.code, problem)
            next_waits = await end_turn(past, answer, past.state, finish, past.chunk_index, means)
        elif not isinstance(model, Problem) and caller is not None:
            run = TurnRun(past, model, caller, means)
            self._runs[turn.id] = run
            next_waits = await run.go()
        self._tell_it_is_over(turn)
        if next_waits:
            await self._take_next(turn.conversation_id)

    async def _model_of(self, connection: AsyncConnection, turn: TurnRow) -> Model | Problem:
        try:
            return await self._means.models.choose(connection, turn.tenant_id, turn.model)
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
        """Tell who waits for a turn that it has ended."""
        for ended in self._waiting.get(turn.id, ()):
            ended.set()

    def _forget(self, turn_id: str) -> None:
        self._tasks.pop(turn_id, None)
        if not self._closing:
            self._claims.pop(turn_id, None)
            self._runs.pop(turn_id, None)


def _why_not(turn: TurnRow, model: Model | Problem, caller: Caller | None) -> Problem | None:
    """Why a claimed turn cannot go on; None when it can."""
    if turn.deaths >= DEATHS_UNTIL_CRASH_LOOP:
        return CRASH_LOOP
    if isinstance(model, Problem):
        return model
    return NOBODY if caller is None else None
