"""A project with an MCP server of the official package, over either transport."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from parlour.protocol.datasources import DatasourceChange
from parlour.toolkits.data import DataToolkit
from parlour.toolkits.data.mcp.commands import Command, listed_commands
from parlour.toolkits.data.mcp.kind import McpKind
from parlour.toolkits.data.mcp.settings import McpLimits
from parlour.toolkits.data.network import Reach
from tests.conftest import ManualClock
from tests.ports import free_port
from tests.toolkits.data.conftest import Furnish, Project

SERVER = Path(__file__).parent / "server.py"
DEADLINE_S = 60.0
LIMITS = McpLimits(connect_s=60.0, message_bytes=1024 * 1024, result_bytes=8 * 1024)
"""A busy machine may take long to start a program."""


async def until(holds: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait until something holds that happens elsewhere."""
    async with asyncio.timeout(DEADLINE_S):
        while True:
            found = holds()
            if found if isinstance(found, bool) else await found:
                return
            await asyncio.sleep(0.01)


@dataclass
class Serving:
    """A server for a test, and where it keeps what it does."""

    folder: Path
    settings: dict[str, Any]
    """How a project names it."""

    def notes(self) -> list[str]:
        """What was written down there."""
        file = self.folder / "notes"
        return file.read_text().splitlines() if file.exists() else []

    @property
    def pid(self) -> int:
        return int((self.folder / "pid").read_text())

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)


def program(folder: Path, **more: Any) -> Command:
    """The testing server, as whoever runs this server lists it."""
    listed = {"command": sys.executable, "args": [str(SERVER), "stdio", str(folder)], **more}
    file = folder / "servers.json"
    file.write_text(json.dumps({"mcpServers": {"testing": listed}}))
    return listed_commands(str(file))["testing"]


@asynccontextmanager
async def over_http(folder: Path, port: int = 0) -> AsyncGenerator[int]:
    """The testing server over HTTP, where it was before if that is told; its port."""
    (folder / "port").unlink(missing_ok=True)
    words = (sys.executable, str(SERVER), "http", str(folder))
    process = await asyncio.create_subprocess_exec(*words, env={**os.environ, "MCP_PORT": str(port or free_port())})
    try:
        await until((folder / "port").exists)
        yield int((folder / "port").read_text())
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@pytest.fixture(params=["stdio", "http"])
async def serving(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Serving]:
    """The testing server; the test runs once over each transport."""
    folder = tmp_path / "served"
    folder.mkdir()
    if request.param == "stdio":
        yield Serving(folder, {"program": "testing"})
        return
    async with over_http(folder) as port:
        yield Serving(folder, {"url": f"http://127.0.0.1:{port}/mcp"})


@pytest.fixture
def kind(tmp_path: Path, clock: ManualClock) -> McpKind:
    """MCP servers, of which one program is listed, and the loopback."""
    (tmp_path / "served").mkdir(exist_ok=True)
    listed = {"testing": program(tmp_path / "served", takes=["TOKEN"])}
    return McpKind(listed, Reach.of("127.0.0.0/8"), clock, LIMITS)


@dataclass
class Using:
    """A project that uses a server called "Test Desk"."""

    project: Project
    id: str
    kind: McpKind

    async def change(self, **change: Any) -> None:
        """Change how it is used."""
        await self.project.kit.desk.change(self.project.caller, self.id, DatasourceChange(**change))
        self.project.kit.changed(self.project.caller, self.id)

    async def again(self, kind: McpKind) -> "Using":
        """The same project in a house that has just started."""
        kit = self.project.kit
        desk = replace(kit.desk, kinds={"mcp": kind})
        fresh = DataToolkit(desk, desk.kinds, ManualClock(), 300.0)
        return Using(replace(self.project, kit=fresh), self.id, kind)

    async def offered(self, *names: str) -> None:
        """Wait until these are offered, by what follows the prefix."""
        wanted = {f"test_desk__{name}" for name in names}

        async def are_there() -> bool:
            return wanted <= (await self.project.tools()).keys()

        await until(are_there)

    async def ask(self, tool: str, **arguments: Any) -> Any:
        """Call a tool that only reads."""
        return await self.project.ask(f"test_desk__{tool}", **arguments)


@pytest.fixture
async def use(furnish: Furnish, kind: McpKind) -> Callable[..., Awaitable[Using]]:
    """Gives a new project a server."""

    async def used(settings: dict[str, Any], *, writable: bool = True, offers: str | None = "add") -> Using:
        project = await furnish(kinds=[kind])
        using = Using(project, await project.add("Test Desk", settings, writable=writable, kind="mcp"), kind)
        if offers:
            await using.offered(offers)
        return using

    return used


Use = Callable[..., Awaitable[Using]]
__all__ = ["DEADLINE_S", "LIMITS", "Serving", "Use", "Using", "over_http", "program", "until"]
