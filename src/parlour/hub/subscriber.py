"""What waits to be sent to one connection: bounded, in order, and never in anybody's way.

A connection that reads too slowly first gets neighbouring chunks merged. If that is not enough, what waits for
it is dropped, and once it reads again every topic it lost something of is sent anew as a snapshot.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from parlour.hub.frames import Frame, framed
from parlour.journal.merging import merged

SEND_AT_ONCE_BYTES = 65_536


@dataclass(slots=True)
class _Following:
    """One topic of a connection: how far it has come, and what waits until the topic is open."""

    cursor: int = 0
    held: list[Frame] | None = field(default_factory=list[Frame])
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What may be sent now, and the topics that must then be opened anew."""

    wires: list[str]
    lost: list[str]


class Subscriber:
    """The outbox of one connection. Everything is called on the event loop."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit = limit_bytes
        self._queue: deque[Frame | str] = deque()
        self._bytes = 0
        self._following: dict[str, _Following] = {}
        self._filled = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()

    @property
    def topics(self) -> frozenset[str]:
        """What it follows."""
        return frozenset(self._following)

    @property
    def waiting_bytes(self) -> int:
        """How much waits to be sent."""
        return self._bytes

    # --- filled by the hub -------------------------------------------------------------------------------------

    def hold(self, topic: str) -> None:
        """Begin to follow `topic`, keeping its frames back until `open` says from where on they are wanted."""
        self._following[topic] = _Following()

    def open(self, topic: str, seq: int, opening: Iterable[str]) -> None:
        """Send `opening`, which brings the connection to `seq`, and from now on what comes after."""
        following = self._following.get(topic)
        if following is None:
            return
        held, following.held = following.held or [], None
        following.cursor = seq
        following.lost = False
        for wire in opening:
            self.tell(wire)
        for frame in held:
            self.offer(frame)

    def leave(self, topic: str) -> None:
        """Follow `topic` no longer; what waits of it is still sent."""
        self._following.pop(topic, None)

    def offer(self, frame: Frame) -> None:
        """Take a frame of a topic it follows, unless it has it already or lost the thread."""
        following = self._following.get(frame.said.topic)
        if following is None or following.lost:
            return
        if following.held is not None:
            following.held.append(frame)
            return
        if frame.said.seq <= following.cursor:
            return
        following.cursor = frame.said.seq
        self._put(frame, len(frame.wire))
        if self._bytes > self._limit:
            self._make_room()

    def lose(self, topic: str) -> None:
        """Something of `topic` cannot be had any more: it must be opened anew."""
        following = self._following.get(topic)
        if following is not None:
            following.lost = True
            self._filled.set()

    def tell(self, wire: str) -> None:
        """Take a frame of the moment, or of an opening."""
        self._put(wire, len(wire))

    def _put(self, item: Frame | str, size: int) -> None:
        self._queue.append(item)
        self._bytes += size
        self._filled.set()
        self._drained.clear()

    def _make_room(self) -> None:
        """Merge what can be merged; where half the limit is still exceeded, drop it and remember what was lost."""
        waiting = [item for item in self._queue if isinstance(item, str)]
        frames = [framed(said) for said in merged(item.said for item in self._queue if isinstance(item, Frame))]
        size = sum(map(len, waiting)) + sum(len(frame.wire) for frame in frames)
        if size > self._limit // 2:
            for topic in {frame.said.topic for frame in frames}:
                following = self._following.get(topic)
                if following is not None:
                    following.lost = True
            frames, size = [], sum(map(len, waiting))
        self._queue = deque([*waiting, *frames])
        self._bytes = size

    # --- emptied by the connection -----------------------------------------------------------------------------

    async def take(self) -> Taken:
        """Wait until something is to be sent, and take a part of it that is small enough to be sent at once."""
        await self._filled.wait()
        wires: list[str] = []
        size = 0
        while self._queue and size < SEND_AT_ONCE_BYTES:
            item = self._queue.popleft()
            wire = item if isinstance(item, str) else item.wire
            wires.append(wire)
            size += len(wire)
        self._bytes -= size
        lost: list[str] = []
        if not self._queue:
            self._filled.clear()
            self._drained.set()
            lost = [topic for topic, following in self._following.items() if following.lost]
        return Taken(wires, lost)

    async def drained(self) -> None:
        """Wait until everything that waited was taken."""
        await self._drained.wait()
