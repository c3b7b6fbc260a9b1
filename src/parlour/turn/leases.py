"""The lease of a node: one row, renewed each second whatever its turns do, by the database's clock.

Whoever holds a lease may own turns and jobs. A node whose row is gone owns nothing any more: the others take over.
They take the row away when the lock of the node is free, for then it died, or when its lease ran out, for then it
hangs or was cut off. So a lease that was lost never comes back: the node begins anew, under another id.
"""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass

import structlog
from sqlalchemy import delete, insert, select, update

from parlour.clock import Clock
from parlour.errors import BadSetting, Fenced, ParlourError
from parlour.ids import new_id
from parlour.journal.unit import Guard, Unit, Writer
from parlour.store.database import READ_FAULTS, Reads
from parlour.store.database_time import database_time
from parlour.store.tables import nodes
from parlour.turn.presence import Presence

TTL_S = 5.0
RENEWALS_IN_A_LEASE = 5
LOOK_S = 0.25
"""How often a node looks for others that died."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class NodeKind:
    """What a node says of itself, and how long it may be silent."""

    version: str
    fingerprint: str | None = None
    """Of its master key; None while it has none."""
    ttl_s: float = TTL_S


class NodeLease:
    """This node among the others of its house."""

    def __init__(self, reads: Reads, writer: Writer, clock: Clock, presence: Presence, kind: NodeKind) -> None:
        """`writer` is best one of its own, so that nothing else delays a renewal."""
        self._reads = reads
        self._writer = writer
        self._clock = clock
        self._presence = presence
        self._kind = kind
        self._sure_until = 0.0
        self.node_id = new_id()
        """Under which this node owns what it does; another one after a lease was lost."""
        self.is_held = False
        self.is_among_others = False
        self.on_lost: list[Callable[[], None]] = []
        """Called when the lease is lost: whatever was owned is not any more."""
        self.on_change: Callable[[], None] = lambda: None
        """Called when there may be something to take over: a node has died, or this one has begun anew."""

    async def open(self) -> None:
        """Come into the house, and take the rows of dead nodes away. Raises BadSetting for another's master key."""
        await self._presence.open(self.node_id)
        others = await self._presence.others()
        dead = {node for node, is_dead in others.items() if is_dead}
        await self._check_key(dead)
        await self._enter(instead_of=dead)

    async def keep_renewing(self) -> None:
        """Renew the lease for as long as the node lives, and let go of everything once it is lost. Never returns.

        One that is alone has nothing to renew: its lock is all it needs, and a write each second wears small disks.
        """
        while True:
            await self._clock.sleep(self._kind.ttl_s / RENEWALS_IN_A_LEASE)
            if not self._presence.is_alone:
                await self.renew_or_lose()

    async def keep_looking(self) -> None:
        """Look for nodes that died, and come back after a lease was lost, for as long as this one lives.

        Never returns.
        """
        while True:
            await self._clock.sleep(LOOK_S)
            if not self._presence.is_alone:
                await self.look()

    async def close(self) -> None:
        """Leave the house; what is still owned is taken over at once."""
        self.is_held = False
        try:
            await self._writer.commit(Unit(changes=[delete(nodes).where(nodes.c.id == self.node_id)]))
        except ParlourError as away:
            log.warning("the node could not be signed off; its lease runs out", reason=away.safe)
        await self._presence.close()

    # --- its own lease -----------------------------------------------------------------------------------------

    async def renew(self) -> bool:
        """Renew the lease; False when it was lost before."""
        began = self._clock.monotonic()
        still = (nodes.c.id == self.node_id, nodes.c.lease_until > database_time())
        change = update(nodes).where(*still).values(self._until())
        try:
            await self._writer.commit(Unit(guards=[Guard(change, Fenced())]))
        except Fenced:
            return False
        self._sure_until = began + self._kind.ttl_s
        return True

    async def renew_or_lose(self) -> None:
        """Renew the lease; where it was lost, let go of everything."""
        if self.is_held and not await self._renewed_in_time():
            log.error("the lease of this node was lost", node=self.node_id)
            self.is_held = False
            for tell in self.on_lost:
                tell()

    async def _renewed_in_time(self) -> bool:
        """Whether the lease still holds: not when it ran out while nothing could be stored."""
        try:
            async with asyncio.timeout(self._left()):
                return await self.renew()
        except (TimeoutError, ParlourError) as away:
            log.warning("the lease of this node could not be renewed", reason=str(away))
            return self._left() > 0

    def _left(self) -> float:
        return max(0.0, self._sure_until - self._clock.monotonic())

    async def _begin_anew(self) -> None:
        """Come back under another id."""
        before, self.node_id = self.node_id, new_id()
        await self._presence.open(self.node_id)
        await self._enter(instead_of={before})
        log.warning("the node has come back", node=self.node_id, before=before)

    async def _enter(self, *, instead_of: Collection[str]) -> None:
        began = self._clock.monotonic()
        row = {
            "id": self.node_id,
            "started_at": database_time(),
            "version": self._kind.version,
            "fingerprint": self._kind.fingerprint,
        }
        come = insert(nodes).values({**row, **self._until()})
        await self._writer.commit(Unit(changes=[delete(nodes).where(nodes.c.id.in_(instead_of)), come]))
        self._sure_until = began + self._kind.ttl_s
        self.is_held = True

    def _until(self) -> dict[str, object]:
        return {"renewed_at": database_time(), "lease_until": database_time(self._kind.ttl_s)}

    # --- the others --------------------------------------------------------------------------------------------

    async def look(self) -> None:
        """Take the rows of dead nodes away; come back if the lease was lost. A database that is away is no fault."""
        try:
            async with asyncio.timeout(self._kind.ttl_s):
                if not self.is_held:
                    await self._begin_anew()
                elif not await self.bury():
                    return
        except (*READ_FAULTS, ParlourError) as away:
            log.warning("other nodes cannot be seen; trying again", reason=str(away))
        else:
            self.on_change()

    async def bury(self) -> set[str]:
        """Take the rows of dead nodes away, so that what they owned is nobody's; which they were."""
        others = await self._presence.others()
        dead = {node for node, is_dead in others.items() if is_dead}
        self.is_among_others = len(others) > len(dead)
        if dead:
            log.warning("nodes have died; what they did is taken over", nodes=sorted(dead))
            await self._writer.commit(Unit(changes=[delete(nodes).where(nodes.c.id.in_(dead))]))
        return dead

    async def _check_key(self, dead: Collection[str]) -> None:
        mine = self._kind.fingerprint
        async with self._reads.read() as connection:
            theirs = set(await connection.scalars(select(nodes.c.fingerprint).where(nodes.c.id.not_in(dead))))
        if mine is not None and theirs - {None, mine}:
            raise BadSetting(
                "Another server of this house has another master key. Give all of them the same file: "
                "PARLOUR_KEY_FILE names it.",
                setting="PARLOUR_KEY_FILE",
            )
