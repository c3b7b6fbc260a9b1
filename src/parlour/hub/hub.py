"""Who hears what: hands every topic on, strictly in order of seq, to everybody who follows it.

The writer tells the hub what was committed here. What other processes commit is noticed by comparing the heads
of the topics that are followed with the database once a second; whatever is missing is read from the feed.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import ParlourError
from parlour.hub.frames import framed
from parlour.hub.subscriber import Subscriber
from parlour.journal import feed
from parlour.journal.merging import merged
from parlour.journal.snapshot import snapshot
from parlour.journal.unit import Committed
from parlour.protocol.events import Snapshot, Subscribed
from parlour.store.database import Reads

SWEEP_S = 1.0

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Topic:
    head: int | None = None
    """The last seq that was handed on; None until somebody's opening has told it."""
    followers: set[Subscriber] = field(default_factory=set[Subscriber])
    catching_up: "asyncio.Task[None] | None" = None


@dataclass(frozen=True, slots=True)
class _Opening:
    mode: Literal["replay", "snapshot"]
    seq: int
    wires: list[str]


class Hub:
    """The followers of every topic, on this node."""

    def __init__(self, reads: Reads, clock: Clock, *, replay_limit_bytes: int) -> None:
        """A replay longer than `replay_limit_bytes` is sent as a snapshot instead."""
        self._reads = reads
        self._clock = clock
        self._replay_limit = replay_limit_bytes
        self._topics: dict[str, _Topic] = {}

    # --- handing on --------------------------------------------------------------------------------------------

    def publish(self, committed: Iterable[Committed]) -> None:
        """Hand on what was committed. Called on the event loop, after the commit, in order of seq."""
        for said in committed:
            topic = self._topics.get(said.topic)
            if topic is None:
                continue
            if topic.head is not None and said.from_seq > topic.head + 1:
                self._catch_up(said.topic, topic)
            elif topic.head is None or said.seq > topic.head:
                self._hand_on(topic, said)

    def _hand_on(self, topic: _Topic, said: Committed) -> None:
        topic.head = said.seq
        frame = framed(said)
        for follower in topic.followers:
            follower.offer(frame)

    def _catch_up(self, name: str, topic: _Topic) -> None:
        if topic.catching_up is None or topic.catching_up.done():
            topic.catching_up = asyncio.create_task(self._read_missing(name, topic), name=f"catch-up {name}")

    async def _read_missing(self, name: str, topic: _Topic) -> None:
        assert topic.head is not None
        async with self._reads.read() as connection:
            bounds = await feed.bounds(connection, name)
            missing: Sequence[Committed] = []
            if bounds.floor <= topic.head:
                missing = await feed.read(connection, name, topic.head)
        if bounds.floor > topic.head:
            log.warning("a topic was cut above what was handed on; its followers get it anew", topic=name)
            topic.head = bounds.seq
            for follower in list(topic.followers):
                follower.lose(name)
        for said in missing:
            if said.seq > topic.head:
                self._hand_on(topic, said)

    async def keep_up(self) -> None:
        """Once a second, read what other processes have committed to the topics that are followed. Never returns."""
        while True:
            await self._clock.sleep(SWEEP_S)
            known = {name: topic.head for name, topic in self._topics.items() if topic.head is not None}
            if not known:
                continue
            async with self._reads.read() as connection:
                heads = await feed.heads(connection, list(known))
            for name, seq in heads.items():
                topic = self._topics.get(name)
                if topic is not None and topic.head is not None and seq > topic.head:
                    self._catch_up(name, topic)

    # --- following ---------------------------------------------------------------------------------------------

    async def subscribe(
        self, subscriber: Subscriber, topic: str, after: int | None = None, reply_to: str | None = None
    ) -> None:
        """Let `subscriber` follow `topic`: from `after` on where that is kept, else from a snapshot.

        Whether it may is the caller's to know. Waits until the subscriber has sent what it had.
        """
        subscriber.hold(topic)
        served = self._topics.setdefault(topic, _Topic())
        served.followers.add(subscriber)
        try:
            await subscriber.drained()
            async with self._reads.read() as connection:
                opening = await self._opening(connection, topic, after)
        except (ParlourError, OSError, asyncio.CancelledError):
            self.unsubscribe(subscriber, topic)
            raise
        if served.head is None:
            served.head = opening.seq
        subscribed = Subscribed(
            reply_to=reply_to, topic=topic, seq=opening.seq, mode=opening.mode, timestamp=isoformat(self._clock.now())
        )
        subscriber.open(topic, opening.seq, [subscribed.model_dump_json(), *opening.wires])

    def unsubscribe(self, subscriber: Subscriber, topic: str) -> None:
        """Let `subscriber` follow `topic` no longer."""
        subscriber.leave(topic)
        served = self._topics.get(topic)
        if served is not None:
            served.followers.discard(subscriber)
            if not served.followers:
                del self._topics[topic]

    def leave(self, subscriber: Subscriber) -> None:
        """Forget a connection that has ended."""
        for topic in subscriber.topics:
            self.unsubscribe(subscriber, topic)

    def heads(self, subscriber: Subscriber) -> dict[str, int]:
        """The last seq that was handed on of every topic `subscriber` follows."""
        found = {name: self._topics[name].head for name in subscriber.topics if name in self._topics}
        return {name: head for name, head in found.items() if head is not None}

    async def _opening(self, connection: AsyncConnection, topic: str, after: int | None) -> _Opening:
        bounds = await feed.bounds(connection, topic)
        if after is not None and bounds.floor <= after <= bounds.seq:
            wires = [framed(said).wire for said in merged(await feed.read(connection, topic, after))]
            if sum(map(len, wires)) <= self._replay_limit:
                return _Opening("replay", bounds.seq, wires)
        state = await snapshot(connection, topic)
        whole = Snapshot(topic=topic, seq=bounds.seq, state=state, timestamp=isoformat(self._clock.now()))
        return _Opening("snapshot", bounds.seq, [whole.model_dump_json()])
