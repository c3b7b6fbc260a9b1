"""A network between a server and its database that can be slow, silent, or gone."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

LARGEST_READ = 65_536


class Line:
    """One connection through the proxy."""

    def __init__(self, proxy: "Proxy", client: asyncio.StreamWriter, database: asyncio.StreamWriter) -> None:
        self._proxy = proxy
        self._ends = (client, database)
        self.hears = False
        """Whether its client listens for what other servers tell."""

    async def carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        """Hand on what comes, as the network allows."""
        with suppress(OSError):
            while data := await source.read(LARGEST_READ):
                self.hears = self.hears or b"LISTEN" in data
                await self._proxy.passage(self)
                if self._proxy.delay_s:
                    await asyncio.sleep(self._proxy.delay_s)
                sink.write(data)
                await sink.drain()
        self.cut()

    def cut(self) -> None:
        """Tear the connection down at both ends."""
        for end in self._ends:
            end.transport.abort()


class Proxy:
    """A port that leads to the database for as long as the network is there."""

    def __init__(self, database: tuple[str, int]) -> None:
        self._database = database
        self._lines: set[Line] = set()
        self._is_gone = False
        self._speaks = asyncio.Event()
        self._speaks.set()
        self._hears = asyncio.Event()
        self._hears.set()
        self.delay_s = 0.0
        """Everything takes so much longer, in each direction."""
        self.port = 0

    # --- faults ------------------------------------------------------------------------------------------------

    def cut(self) -> None:
        """Tear every connection down, and let none come."""
        self._is_gone = True
        for line in list(self._lines):
            line.cut()

    def drop(self) -> None:
        """Carry nothing any more and say nothing of it: the connections seem to stand."""
        self._speaks.clear()

    def deafen(self) -> None:
        """Carry nothing on the connections that listen, as if what others tell were lost."""
        self._hears.clear()

    def heal(self) -> None:
        """Be a network again; what was dropped or not heard meanwhile is torn down, as a network does in the end."""
        was_silent, was_deaf = not self._speaks.is_set(), not self._hears.is_set()
        for line in list(self._lines):
            if was_silent or (was_deaf and line.hears):
                line.cut()
        self._is_gone, self.delay_s = False, 0.0
        self._speaks.set()
        self._hears.set()

    # --- carrying ----------------------------------------------------------------------------------------------

    async def passage(self, line: Line) -> None:
        """Wait until the network carries for `line`."""
        await self._speaks.wait()
        if line.hears:
            await self._hears.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection to its end."""
        if self._is_gone:
            writer.transport.abort()
            return
        await self._speaks.wait()
        try:
            from_database, to_database = await asyncio.open_connection(*self._database)
        except OSError:
            writer.transport.abort()
            return
        line = Line(self, writer, to_database)
        self._lines.add(line)
        try:
            await asyncio.gather(line.carry(reader, to_database), line.carry(from_database, writer))
        finally:
            self._lines.discard(line)
            line.cut()


@asynccontextmanager
async def proxy_to(database: tuple[str, int]) -> AsyncGenerator[Proxy]:
    """A proxy on a free port of this machine."""
    made = Proxy(database)
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        made.cut()
