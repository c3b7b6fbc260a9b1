"""What waits to be sent to one connection: bounded, in order, and never in anybody's way.

A connection that reads too slowly first gets neighbouring chunks merged. If that is not enough, what waits for
it is dropped, and once it has read what is left every topic it lost something of is to be opened anew.
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
    held_bytes: int = 0
    lost: bool = False


class Subscriber:
    """The outbox of one connection. Everything is called on the event loop.

    What it is told (answers, openings) is never dropped: whoever tells it asks first whether there is `room`.
    """

    def __init__(self, limit_bytes: int) -> None:
        """At most about `limit_bytes` of frames wait, and as much again per topic that is being opened."""
        self._limit = limit_bytes
        self._queue: deque[Frame | str] = deque()
        self._frame_bytes = 0
        self._told_bytes = 0
        self._following: dict[str, _Following] = {}
        self._filled = asyncio.Event()
        self._drained = asyncio.Event()
        self._drained.set()
        self._losing = asyncio.Event()

    @property
    def topics(self) -> frozenset[str]:
        """What it follows."""
        return frozenset(self._following)

    @property
    def waiting_bytes(self) -> int:
        """How much waits to be sent."""
        return self._frame_bytes + self._told_bytes

    # --- filled by the hub -------------------------------------------------------------------------------------

    def hold(self, topic: str) -> None:
        """Begin to follow `topic`, keeping its frames back until `open` says from where on they are wanted."""
        self._following[topic] = _Following()

    def open(self, topic: str, seq: int, opening: Iterable[str]) -> int:
        """Send `opening`, which brings the connection to `seq`, and what was held back after that.

        Returns how far the connection has come.
        """
        following = self._following.get(topic)
        if following is None:
            return seq
        held, following.held = following.held or [], None
        following.cursor = seq
        for wire in opening:
            self.tell(wire)
        for frame in held:
            self.offer(frame)
        return following.cursor

    def leave(self, topic: str) -> None:
        """Follow `topic` no longer; what waits of it is still sent."""
        self._following.pop(topic, None)

    def offer(self, frame: Frame) -> None:
        """Take a frame of a topic it follows, unless it has it already or lost the thread."""
        said = frame.said
        following = self._following.get(said.topic)
        if following is None or following.lost:
            return
        if following.held is not None:
            following.held.append(frame)
            following.held_bytes += len(frame.wire)
            if following.held_bytes > self._limit:
                following.held.clear()
                self.lose(said.topic)
        elif said.from_seq > following.cursor + 1:
            self.lose(said.topic)
        elif said.seq > following.cursor:
            following.cursor = said.seq
            self._frame_bytes += len(frame.wire)
            self._put(frame)
            if self._frame_bytes > self._limit:
                self._make_room()

    def lose(self, topic: str) -> None:
        """Something of `topic` is missing: it must be opened anew, and nothing of it is sent until then."""
        following = self._following.get(topic)
        if following is not None:
            following.lost = True
            self._losing.set()

    def tell(self, wire: str) -> None:
        """Take a frame of the moment, or of an opening."""
        self._told_bytes += len(wire)
        self._put(wire)

    def mention(self, wire: str) -> None:
        """Take a frame of the moment that may as well be missed: it is left out where much waits already."""
        if self.waiting_bytes + len(wire) <= self._limit:
            self.tell(wire)

    def _put(self, item: Frame | str) -> None:
        self._queue.append(item)
        self._filled.set()
        self._drained.clear()

    def _make_room(self) -> None:
        """Merge what can be merged; where half the limit is still exceeded, drop it and remember what was lost."""
        told = [item for item in self._queue if isinstance(item, str)]
        frames = [framed(said) for said in merged(item.said for item in self._queue if isinstance(item, Frame))]
        size = sum(len(frame.wire) for frame in frames)
        if size > self._limit // 2:
            for topic in {frame.said.topic for frame in frames}:
                self.lose(topic)
            frames, size = [], 0
        self._queue = deque([*told, *frames])
        self._frame_bytes = size
        self._tell_whether_empty()

    def _tell_whether_empty(self) -> None:
        if not self._queue:
            self._filled.clear()
            self._drained.set()

    # --- emptied by the connection -----------------------------------------------------------------------------

    async def take(self) -> list[str]:
        """Wait until something is to be sent, and take a part of it that is small enough to be sent at once."""
        await self._filled.wait()
        wires: list[str] = []
        size = 0
        while self._queue and size < SEND_AT_ONCE_BYTES:
            item = self._queue.popleft()
            if isinstance(item, str):
                wires.append(item)
                self._told_bytes -= len(item)
            else:
                wires.append(item.wire)
                self._frame_bytes -= len(item.wire)
            size += len(wires[-1])
        self._tell_whether_empty()
        return wires

    async def drained(self) -> None:
        """Wait until everything that waited was taken."""
        await self._drained.wait()

    async def room(self) -> None:
        """Wait until it may be told more: whoever does not read its answers is not answered on and on."""
        if self.waiting_bytes > 2 * self._limit:
            await self._drained.wait()

    async def lost(self) -> list[str]:
        """Wait until something was lost and all else was taken: the topics that are to be opened anew."""
        await self._losing.wait()
        await self._drained.wait()
        self._losing.clear()
        return [topic for topic, following in self._following.items() if following.lost]
