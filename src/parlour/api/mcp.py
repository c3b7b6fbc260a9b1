"""`/mcp`: every tool that somebody may use, for programs with a model of their own, over MCP's streamable HTTP.

Each request stands alone: whoever sends it shows their key, and any node can answer it. So there is no stream to hear
news on, and a GET for one is refused, as the specification lets a server do.
"""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from parlour.api.auth import who_asks
from parlour.api.doors import Doors
from parlour.errors import NotAvailable
from parlour.identity.access import project_for
from parlour.identity.who import Who

PATH = "/mcp"
ABSENT = "MCP needs a package that is not installed here: pip install 'parlour[mcp]'."


@dataclass(frozen=True, slots=True)
class McpDoor:
    """The door itself."""

    doors: Doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            raise HTTPException(405, headers={"Allow": "POST"})
        who = await who_asks(Request(scope, receive), self.doors.gate, self.doors.origins)
        project_id = parse_qs(scope["query_string"].decode("latin-1")).get("project_id", [None])[0]
        async with self.doors.reads.read() as connection:
            project = await project_for(connection, who, project_id)
        manager = await asyncio.to_thread(_manager, self.doors, who, project.id)
        async with manager.run():
            await manager.handle_request(scope, receive, send)


def _manager(doors: Doors, who: Who, project_id: str) -> Any:
    """What answers one request. The package is an extra and takes a second to load: the first who asks loads it."""
    try:
        from parlour.api.mcp_server import manager_for
    except ModuleNotFoundError as absent:
        raise NotAvailable(ABSENT) from absent
    return manager_for(doors, who, project_id)
