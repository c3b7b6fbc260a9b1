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
    _writers: set[asyncio.StreamWriter] = field(default_factory=set[asyncio.StreamWriter])

    def go_silent(self) -> None:
        """Lose everything from now on, and tell nobody."""
        self.swallows_questions = self.swallows_answers = True

    def come_back(self) -> None:
        """Carry what is sent on new connections. The old ones are forgotten, as a router forgets them."""
        for writer in self._writers:
            writer.transport.abort()
        self.swallows_questions = self.swallows_answers = False

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a browser, to its end."""
        where = urlsplit(self.server)
        self._writers.add(writer)
        try:
            there_reader, there_writer = await asyncio.open_connection(where.hostname, where.port)
            self._writers.add(there_writer)
            questions = asyncio.create_task(self._pour(reader, there_writer, "swallows_questions"))
            answers = asyncio.create_task(self._pour(there_reader, writer, "swallows_answers"))
            await asyncio.wait((questions, answers), return_when=asyncio.FIRST_COMPLETED)
            for task in (questions, answers):
                task.cancel()
            await asyncio.gather(questions, answers, return_exceptions=True)
            there_writer.transport.abort()
            self._writers.discard(there_writer)
        except OSError:
            pass  # no server: the browser sees its connection end
        finally:
            writer.transport.abort()
            self._writers.discard(writer)

    async def _pour(self, source: asyncio.StreamReader, into: asyncio.StreamWriter, swallowed: str) -> None:
        with suppress(OSError):
            while data := await source.read(MOST):
                if not getattr(self, swallowed):
                    into.write(data)
                    await into.drain()


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
