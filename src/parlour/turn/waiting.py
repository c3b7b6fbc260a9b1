"""The turns that rest until a person gives their word: which of them need not rest any more."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import isoformat
from parlour.errors import Moved, NotNow
from parlour.journal.retrying import Built, read_and_commit
from parlour.store.queries.approvals import approvals_of_turn, overdue, turns_to_go_on
from parlour.store.tables import turns
from parlour.turn import units
from parlour.turn.approval_units import joined, withdrawn
from parlour.turn.means import Means
from parlour.turn.record import TurnRow, turn_rows

EXPIRED_AT_ONCE = 100

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Looks after turns that wait for a person."""

    means: Means

    async def to_go_on(self, turn_id: str) -> TurnRow | None:
        """The turn, when it waits and need not: a person gave their word, or wants it to end."""
        async with self.means.reads.read() as connection:
            found = await turn_rows(connection, turns.c.id == turn_id, turns.c.status == "waiting")
            decided = await turns_to_go_on(connection) if found else set[str]()
        return found[0] if found and (found[0].stop_asked or turn_id in decided) else None

    async def stopped(self, turn: TurnRow) -> bool:
        """Have a turn end that waits: nobody is asked any more. False when it has ended."""

        async def build(connection: AsyncConnection) -> Built[None]:
            asked = await approvals_of_turn(connection, turn.id)
            pending = [each for each in asked if each.value.status == "pending"]
            no_longer = withdrawn(pending, "superseded", isoformat(self.means.clock.now()))
            return None, joined(units.asked_to_stop(turn), no_longer)

        try:
            await read_and_commit(self.means.reads, self.means.writer, build)
        except NotNow:
            return False
        return True

    async def ready(self, waiting: Sequence[TurnRow]) -> list[TurnRow]:
        """Those of `waiting` that need not wait any more; what nobody decided in time counts as denied from now on."""
        at = isoformat(self.means.clock.now())
        async with self.means.reads.read() as connection:
            late = await overdue(connection, at, EXPIRED_AT_ONCE)
        for each in late:
            try:
                await self.means.writer.commit(withdrawn([each], "expired", at))
            except Moved:
                log.debug("a change was decided in the last moment", approval=each.value.id)
        async with self.means.reads.read() as connection:
            decided = await turns_to_go_on(connection)
        return [turn for turn in waiting if turn.id in decided or (turn.stop_asked and await self.stopped(turn))]
