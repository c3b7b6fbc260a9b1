"""Who hears what: hands every topic on, strictly in order of seq, to everybody who follows it.

The writer tells the hub what was committed here. Other nodes announce how far topics have come; and since that may
be lost, the heads of the topics that are followed are compared with the database once a second, and whenever something
may have been missed. Whatever is missing is read from the feed.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.hub.announce.base import Announcer
from parlour.hub.frames import framed
from parlour.hub.subscriber import Subscriber
from parlour.hub.watcher import Watcher
from parlour.journal import feed
from parlour.journal.merging import merged
from parlour.journal.snapshot import snapshot
from parlour.journal.unit import Committed, Publish
from parlour.protocol.events import Snapshot, Subscribed
from parlour.store.database import READ_FAULTS, Reads

SWEEP_S = 1.0
TOPICS_AT_ONCE = 1_000
"""As many as one query compares: databases take only so many parameters."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Topic:
    head: int | None = None
    """The last seq that was handed on; None until somebody's opening has told it."""
    known: int = 0
    """The highest seq that is known to be committed."""
    followers: set[Subscriber] = field(default_factory=set[Subscriber])
    watchers: set[Watcher] = field(default_factory=set[Watcher])
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
        self._comparing: asyncio.Task[None] | None = None

    # --- handing on --------------------------------------------------------------------------------------------

    def publish(self, committed: Iterable[Committed]) -> None:
        """Hand on what was committed. Called on the event loop, after the commit, in order of seq."""
        for said in committed:
            topic = self._topics.get(said.topic)
            if topic is None:
                continue
            if topic.head is not None and said.from_seq > topic.head + 1:
                self._catch_up(said.topic, topic, said.seq)
            elif topic.head is None or said.seq > topic.head:
                self._hand_on(topic, said)

    def publishing(self, announcer: Announcer) -> Publish:
        """What is done with everything that is committed: it is handed on here, and told to the other nodes."""

        def publish(committed: Sequence[Committed]) -> None:
            self.publish(committed)
            announcer.committed(committed)

        return publish

    def heard(self, heads: Mapping[str, int]) -> None:
        """Another process has committed: the topics, and how far each has come. Called on the event loop."""
        for name, seq in heads.items():
            topic = self._topics.get(name)
            if topic is not None and topic.head is not None and seq > topic.head:
                self._catch_up(name, topic, seq)

    def _hand_on(self, topic: _Topic, said: Committed) -> None:
        topic.head = said.seq
        if topic.followers:
            frame = framed(said)
            for follower in topic.followers:
                follower.offer(frame)
        for watcher in topic.watchers:
            watcher.offer(said)

    def _catch_up(self, name: str, topic: _Topic, seq: int) -> None:
        topic.known = max(topic.known, seq)
        if topic.catching_up is None or topic.catching_up.done():
            topic.catching_up = asyncio.create_task(self._read_missing(name, topic), name=f"catch-up {name}")

    async def _read_missing(self, name: str, topic: _Topic) -> None:
        """Hand on what is missing up to what is known; what becomes known meanwhile too."""
        try:
            while (topic.followers or topic.watchers) and topic.head is not None and topic.head < topic.known:
                before = topic.head
                await self._read_on(name, topic, before)
                if topic.head == before:
                    log.error("what is known to be committed cannot be read", topic=name, head=before)
                    return
        except READ_FAULTS:
            log.exception("what is missing of a topic could not be read; the sweep tries again", topic=name)

    async def _read_on(self, name: str, topic: _Topic, head: int) -> None:
        async with self._reads.read() as connection:
            bounds = await feed.bounds(connection, name)
            missing = await feed.read(connection, name, head) if bounds.floor <= head else []
        if bounds.floor > head:
            log.warning("a topic was cut above what was handed on; its followers get it anew", topic=name)
            topic.head = bounds.seq
            for follower in list(topic.followers):
                follower.lose(name)
            for watcher in topic.watchers:
                watcher.lose()
        for said in missing:
            if said.seq > (topic.head or 0):
                self._hand_on(topic, said)

    def mention(self, topic: str, wire: str, *, but: Subscriber | None = None) -> None:
        """Hand a frame of the moment on to everybody here who follows `topic`, except whoever it comes from."""
        served = self._topics.get(topic)
        for follower in served.followers if served else ():
            if follower is not but:
                follower.mention(wire)

    async def keep_up(self) -> None:
        """Once a second, read what other processes have committed to the topics that are followed. Never returns.

        A database that is away is asked again a second later.
        """
        while True:
            await self._clock.sleep(SWEEP_S)
            await self._compare()

    def missed(self) -> None:
        """Something may have been committed elsewhere that nobody told: compare at once."""
        if self._comparing is None or self._comparing.done():
            self._comparing = asyncio.create_task(self._compare(), name="compare-heads")

    async def _compare(self) -> None:
        try:
            await self._compare_heads()
        except READ_FAULTS:
            log.exception("the heads of topics could not be compared; trying again")

    async def _compare_heads(self) -> None:
        served = [name for name, topic in self._topics.items() if topic.head is not None]
        for start in range(0, len(served), TOPICS_AT_ONCE):
            async with self._reads.read() as connection:
                heads = await feed.heads(connection, served[start : start + TOPICS_AT_ONCE])
            self.heard(heads)

    # --- following ---------------------------------------------------------------------------------------------

    async def subscribe(
        self, subscriber: Subscriber, topic: str, after: int | None = None, reply_to: str | None = None
    ) -> None:
        """Let `subscriber` follow `topic`: from `after` on where that is kept, else from a snapshot.

        Whether it may is the caller's to know. Waits until the subscriber has sent what it had. If it comes to
        nothing, a newcomer follows as little as before, and who followed already has lost the thread.
        """
        await subscriber.drained()
        followed_already = topic in subscriber.topics
        subscriber.hold(topic)
        served = self._topics.setdefault(topic, _Topic())
        served.followers.add(subscriber)
        is_open = False
        try:
            async with self._reads.read() as connection:
                opening = await self._opening(connection, topic, after)
            is_open = True
        finally:
            if not is_open and followed_already:
                subscriber.lose(topic)
            elif not is_open:
                self.unsubscribe(subscriber, topic)
        if served.head is None:
            served.head = opening.seq
        subscribed = Subscribed(
            reply_to=reply_to, topic=topic, seq=opening.seq, mode=opening.mode, timestamp=isoformat(self._clock.now())
        )
        come = subscriber.open(topic, opening.seq, [subscribed.model_dump_json(), *opening.wires])
        if come < served.head:
            subscriber.lose(topic)

    def unsubscribe(self, subscriber: Subscriber, topic: str) -> None:
        """Let `subscriber` follow `topic` no longer."""
        subscriber.leave(topic)
        served = self._topics.get(topic)
        if served is not None:
            served.followers.discard(subscriber)
            self._let_go(topic, served)

    async def watch(self, watcher: Watcher, topic: str) -> None:
        """Let `watcher` look at whatever is said on `topic` from now on, here or by another process."""
        served = self._topics.setdefault(topic, _Topic())
        served.watchers.add(watcher)
        if served.head is None:
            async with self._reads.read() as connection:
                bounds = await feed.bounds(connection, topic)
            if served.head is None:
                served.head = bounds.seq

    def unwatch(self, watcher: Watcher, topic: str) -> None:
        """Let `watcher` look no longer."""
        served = self._topics.get(topic)
        if served is not None:
            served.watchers.discard(watcher)
            self._let_go(topic, served)

    def _let_go(self, name: str, topic: _Topic) -> None:
        if not topic.followers and not topic.watchers:
            del self._topics[name]

    def leave(self, subscriber: Subscriber) -> None:
        """Forget a connection that has ended."""
        for topic in subscriber.topics:
            self.unsubscribe(subscriber, topic)

    @property
    def followers(self) -> dict[str, int]:
        """How many connections here follow each topic."""
        return {name: len(topic.followers) for name, topic in self._topics.items()}

    @property
    def waiting_bytes(self) -> dict[Subscriber, int]:
        """Everybody who follows something, and how much waits for them."""
        everybody = {follower for topic in self._topics.values() for follower in topic.followers}
        return {follower: follower.waiting_bytes for follower in everybody}

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
