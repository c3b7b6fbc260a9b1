"""A wire to a MySQL server that loses what it is told to lose, as networks do."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.databases import MARIADB

COMMIT = b"\x07\x00\x00\x00\x03COMMIT"
"""As one packet of the protocol."""


@dataclass
class Wire:
    """Passes everything on, until a COMMIT comes: of that connection nothing is heard after it."""

    passes_commits: bool
    port: int = 0
    commits: int = 0
    _others: list[asyncio.StreamWriter] = field(default_factory=list[asyncio.StreamWriter])

    async def joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Somebody connects."""
        there, to_there = await asyncio.open_connection(*MARIADB)
        self._others += [writer, to_there]
        lost = asyncio.Event()
        async with asyncio.TaskGroup() as both:
            both.create_task(self._asked(reader, to_there, lost))
            both.create_task(self._answered(there, writer, lost))

    async def _asked(self, reader: asyncio.StreamReader, to_there: asyncio.StreamWriter, lost: asyncio.Event) -> None:
        while data := await _read(reader):
            if data == COMMIT:
                self.commits += 1
                lost.set()
                if not self.passes_commits:
                    continue
            to_there.write(data)
        to_there.close()

    async def _answered(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter, lost: asyncio.Event) -> None:
        while data := await _read(there):
            if not lost.is_set():
                writer.write(data)
        if not lost.is_set():
            writer.close()

    def cut(self) -> None:
        """Let go of everybody."""
        for each in self._others:
            each.close()


async def _read(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read(65_536)
    except OSError:
        return b""


@asynccontextmanager
async def wire(*, passes_commits: bool) -> AsyncGenerator[Wire]:
    """A wire to the server, on a port of its own."""
    made = Wire(passes_commits)
    server = await asyncio.start_server(made.joined, "127.0.0.1", 0)
    made.port = int(server.sockets[0].getsockname()[1])
    try:
        yield made
    finally:
        server.close()
        made.cut()
        await server.wait_closed()
