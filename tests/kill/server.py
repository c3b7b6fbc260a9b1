"""Servers as the clients' process sees them: another process, an address, and how it ended."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from tests.kill.child import Order
from tests.kill.parents import Parent, parent

BORN_WITHIN_S = 60.0


class Refused(Exception):
    """The server did not start; the words are its own."""


@dataclass
class Server:
    """A running server."""

    log: Path
    pid: int = 0
    address: str = ""
    born: "asyncio.Future[None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    ended: "asyncio.Future[int]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        if not self.ended.done():
            os.kill(self.pid, signal.SIGKILL)
        await self.until_ended()

    async def stop(self) -> int:
        """SIGTERM, and wait for its exit code."""
        os.kill(self.pid, signal.SIGTERM)
        return await self.until_ended()

    async def until_ended(self) -> int:
        """Wait for its end: the exit code, or minus the signal."""
        return await asyncio.shield(self.ended)

    @property
    def was_killed(self) -> bool:
        """Whether it ended by SIGKILL."""
        return self.ended.done() and self.ended.result() == -signal.SIGKILL


class Nursery:
    """The process that servers are forked from, one at a time."""

    def __init__(self, parent: Parent) -> None:
        self._parent = parent
        self._server: Server | None = None

    async def serve(self, order: Order) -> Server:
        """A new server, once it listens or was killed on its way. Raises Refused when it does not want to start."""
        assert self._server is None or self._server.ended.done(), "the server before still runs"
        self._server = Server(Path(order.data_dir) / "server.log")
        self._parent.order(order.encoded())
        async with asyncio.timeout(BORN_WITHIN_S):
            await asyncio.shield(self._server.born)
        return self._server

    async def listen(self) -> None:
        """Take the news of the servers, until it is cancelled."""
        while line := await self._parent.hear():
            assert self._server is not None
            self._hear(self._server, orjson.loads(line))

    def _hear(self, server: Server, news: dict[str, object]) -> None:
        match news:
            case {"pid": int(pid), "port": port}:
                server.pid, server.address = pid, f"http://127.0.0.1:{port}"
                server.born.set_result(None)
            case {"refused": str(why)}:
                server.born.set_exception(Refused(why))
            case {"ended": int(code)}:
                server.ended.set_result(code)
                if not server.born.done() and server.was_killed:
                    server.born.set_result(None)
                elif not server.born.done():
                    server.born.set_exception(Refused(f"it ended with {code}; see {server.log}"))
            case _:
                raise AssertionError(f"the nursery said {news}")

    async def close(self) -> None:
        """End the server that still runs."""
        if self._server is not None and not self._server.ended.done():
            assert self._server.pid, "a server that is not born yet cannot be ended"
            await self._server.kill()


@asynccontextmanager
async def nursery() -> AsyncGenerator[Nursery]:
    """A nursery of one's own."""
    async with parent("tests.kill.child") as lent:
        made = Nursery(lent)
        listening = asyncio.create_task(made.listen(), name="nursery")
        try:
            yield made
            await made.close()
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening
