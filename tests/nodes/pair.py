"""Two servers over one house, each behind a network of its own to their database."""

import asyncio
import os
import signal
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
from sqlalchemy.engine import make_url

from tests.kill.boundary import Boundary
from tests.kill.child import Order
from tests.kill.house import House
from tests.kill.server import Nursery, Server, nursery
from tests.nodes.proxy import Proxy, proxy_to
from tests.storage import POSTGRES

LAST_CHARACTERS = 24_000
TELLS_WITHIN_S = 2.0


@dataclass
class Node:
    """One of the two: where it is born, its network, and its server when it runs."""

    name: str
    born: Nursery
    network: Proxy
    order: Order
    server: Server | None = None

    @property
    def address(self) -> str:
        """Where its server listens."""
        assert self.server is not None
        return self.server.address

    def is_at(self, address: str) -> bool:
        """Whether this is its address."""
        return self.server is not None and self.server.address == address

    @property
    def is_up(self) -> bool:
        """Whether its process is there, whatever it does."""
        return self.server is not None and not self.server.ended.done()

    async def start(self, *, clock_ahead_s: float = 0.0, dies: Boundary | None = None) -> None:
        """Start its server, and wait until it listens."""
        self.server = await self.born.serve(replace(self.order, clock_ahead_s=clock_ahead_s, dies=dies))

    async def kill(self) -> None:
        """SIGKILL."""
        assert self.server is not None
        await self.server.kill()

    async def stop(self) -> None:
        """SIGTERM, and wait for its end."""
        assert self.server is not None
        assert await self.server.stop() == 0

    def pause(self) -> None:
        """SIGSTOP: it does nothing, and nothing tells anybody so."""
        assert self.server is not None
        os.kill(self.server.pid, signal.SIGSTOP)

    def wake(self) -> None:
        """SIGCONT."""
        assert self.server is not None
        os.kill(self.server.pid, signal.SIGCONT)

    async def is_ready(self) -> None:
        """Wait until it says that it can be used."""
        async with aiohttp.ClientSession() as http:
            while True:
                async with http.get(f"{self.address}/readyz") as answer:
                    if answer.status == 200:
                        return

    def log(self) -> str:
        """What its servers have logged."""
        return (Path(self.order.data_dir) / "server.log").read_text(errors="replace")


@dataclass
class Pair:
    """Two nodes of one house."""

    house: House
    one: Node
    other: Node

    @property
    def both(self) -> tuple[Node, Node]:
        """Both of them."""
        return self.one, self.other

    def beside(self, node: Node) -> Node:
        """The one that is not `node`."""
        return self.other if node is self.one else self.one

    async def up(self) -> None:
        """See that both run, on networks without a fault."""
        for node in self.both:
            node.network.heal()
            if not node.is_up:
                await node.start()

    async def last_words(self) -> str:
        """The ends of their logs, and what each still waits for, to be told when something went wrong."""
        for node in self.both:
            if node.is_up and node.server is not None:
                os.kill(node.server.pid, signal.SIGCONT)
                os.kill(node.server.pid, signal.SIGUSR1)
        await asyncio.sleep(TELLS_WITHIN_S)
        return "\n".join(f"--- {node.name}\n{node.log()[-LAST_CHARACTERS:]}" for node in self.both)


@asynccontextmanager
async def pair_over(house: House, *, lease_s: float, provider: str | None = None) -> AsyncGenerator[Pair]:
    """Two nodes over a furnished house; neither runs yet."""
    async with AsyncExitStack() as stack:
        made: list[Node] = []
        for name in ("one", "other"):
            network = await stack.enter_async_context(proxy_to(POSTGRES))
            born = await stack.enter_async_context(nursery())
            folder = house.folder / name
            folder.mkdir()
            through = make_url(house.order().database_url).set(host="127.0.0.1", port=network.port)
            url = through.render_as_string(hide_password=False)
            made.append(Node(name, born, network, Order(str(folder), url, provider, lease_s=lease_s)))
        yield Pair(house, *made)
