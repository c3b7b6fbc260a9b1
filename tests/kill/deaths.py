"""The ways in which a server is killed: by its own writer at a boundary, or from outside at any moment."""

import asyncio
import os
import signal
from dataclasses import dataclass, field
from typing import Protocol

from parlour.protocol.events import StreamChunk
from parlour.protocol.frame import DurableFrame
from tests.kill.boundary import Boundary
from tests.kill.follower import Follower
from tests.kill.server import Server


class Fate(Protocol):
    """A SIGKILL from outside."""

    def awaits(self, server: Server, client: Follower) -> None:
        """From now on `server` may be struck, maybe because of what `client` is sent."""
        ...

    def averted(self) -> bool:
        """Call it off; False when it is too late."""
        ...


@dataclass
class AfterFrame:
    """Strikes when a client is sent its `number`-th frame of this server."""

    number: int
    at_the_latest_at_an_end: bool = False
    """Whether the end of an answer is waited for no further: a busy server makes fewer and larger pieces."""
    _seen: int = 0
    _has_struck: bool = False
    _client: Follower | None = None

    def __str__(self) -> str:
        return f"after frame {self.number}"

    def awaits(self, server: Server, client: Follower) -> None:
        def count(frame: DurableFrame) -> None:
            is_end = isinstance(frame.event, StreamChunk) and frame.event.is_final
            self._seen += 1
            if is_end and self.at_the_latest_at_an_end:
                self._seen = max(self._seen, self.number)
            if self._seen >= self.number and not self._has_struck:
                self._has_struck = True
                os.kill(server.pid, signal.SIGKILL)

        self._client = client
        client.on_frame = count

    def averted(self) -> bool:
        if self._client is not None:
            self._client.on_frame = lambda _: None
        return not self._has_struck


@dataclass
class AfterSeconds:
    """Strikes after so many seconds, whatever the server does then."""

    seconds: float
    _struck: asyncio.Event = field(default_factory=asyncio.Event)
    _timer: asyncio.TimerHandle | None = None

    def __str__(self) -> str:
        return f"after {self.seconds:.3f} s"

    def awaits(self, server: Server, client: Follower) -> None:
        del client

        def strike() -> None:
            self._struck.set()
            os.kill(server.pid, signal.SIGKILL)

        self._timer = asyncio.get_running_loop().call_later(self.seconds, strike)

    def averted(self) -> bool:
        if self._timer is not None:
            self._timer.cancel()
        return not self._struck.is_set()


Death = Boundary | Fate
