"""The line between a browser and the server, which a test can break in the ways that lines break."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

MOST = 65_536


@dataclass
class Line:
    """A relay before a server. While it swallows, every connection stands and what is sent on it goes nowhere."""

    server: str
    """The address it leads to."""
    address: str = ""
    """The address to visit instead."""
    swallows_questions: bool = False
    """What browsers send is lost."""
    swallows_answers: bool = False
    """What the server sends is lost."""
    _is_cut: bool = False
    _writers: set[asyncio.StreamWriter] = field(default_factory=set[asyncio.StreamWriter])

    def go_silent(self) -> None:
        """Lose everything from now on, and tell nobody."""
        self.swallows_questions = self.swallows_answers = True

    def cut(self) -> None:
        """End every connection, and carry none from now on."""
        self._is_cut = True
        self._end_all()

    def come_back(self) -> None:
        """Carry what is sent on new connections. The old ones are forgotten, as a router forgets them."""
        self._is_cut = self.swallows_questions = self.swallows_answers = False
        self._end_all()

    def _end_all(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a browser, to its end."""
        where = urlsplit(self.server)
        try:
            if self._is_cut:
                raise ConnectionRefusedError
            there, into = await asyncio.open_connection(where.hostname, where.port)
        except OSError:  # nobody there: the browser sees its connection end
            writer.transport.abort()
            return
        self._writers |= {writer, into}
        async with asyncio.TaskGroup() as both:
            both.create_task(self._pour(reader, into, "swallows_questions"))
            both.create_task(self._pour(there, writer, "swallows_answers"))
        self._writers -= {writer, into}

    async def _pour(self, source: asyncio.StreamReader, into: asyncio.StreamWriter, swallowed: str) -> None:
        """Hand on what comes; when one side ends, so does the other."""
        try:
            while data := await source.read(MOST):
                if not getattr(self, swallowed):
                    into.write(data)
                    await into.drain()
        except OSError:
            pass
        finally:
            into.transport.abort()


@asynccontextmanager
async def line(server: str) -> AsyncGenerator[Line]:
    """A line to `server` on a port of its own, gone at the end."""
    it = Line(server)
    carried: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        carried.add(task)
        task.add_done_callback(carried.discard)
        # asyncio reports a cancelled handler as an error, and at the end of a test it is none.
        with suppress(asyncio.CancelledError):
            await it.carry(reader, writer)

    listening = await asyncio.start_server(connected, "127.0.0.1", 0)
    it.address = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield it
    finally:
        listening.close()
        for task in carried:
            task.cancel()
        if carried:
            await asyncio.wait(carried)
