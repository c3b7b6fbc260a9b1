"""`parlour mcp` as a program starts it: the tools of a served house over standard streams."""

import os
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import mcp_types as types
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from tests.served import Served, Serving
from tests.storage import Storage, Templates

START = "from parlour.cli.main import app; app()"
STUDY = {"entity_type": "room", "name": "Study"}
FOUND = "'name': 'Study'"
Era = Literal["legacy", "auto"]


@pytest.fixture
def storage(templates: Templates) -> Iterator[Storage]:
    """A fresh SQLite file: what is handed on does not depend on the database."""
    with templates.fresh("sqlite") as made:
        yield made


def command(served: Served, token: str) -> StdioServerParameters:
    """The command, with what it needs of the environment."""
    told = {"PARLOUR_URL": served.url, "PARLOUR_TOKEN": token, "PYTHONPATH": os.pathsep.join(sys.path)}
    return StdioServerParameters(command=sys.executable, args=["-c", START, "mcp"], env=dict(os.environ) | told)


@asynccontextmanager
async def client_of(served: Served, says: str | None, era: Era) -> AsyncGenerator[tuple[Client, list[str]]]:
    """The official client over standard streams, whoever sits there, and what they were asked."""
    asked: list[str] = []

    async def answer(context: Any, params: Any) -> types.ElicitResult:
        asked.append(params.message)
        content: Any = {"approve": True} if says == "accept" else None
        return types.ElicitResult(action=says or "cancel", content=content)  # pyright: ignore[reportArgumentType]

    transport = stdio_client(command(served, await served.key()))
    async with Client(transport, mode=era, elicitation_callback=answer if says else None) as client:
        yield client, asked


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_the_tools_of_a_house_are_listed_run_and_asked_about(storage: Storage, tmp_path: Path, era: Era) -> None:
    once: Any = {"parlour/idempotency-key": "study-1"}
    async with Serving(storage, tmp_path)() as served, client_of(served, "accept", era) as (client, asked):
        assert {"create_entity", "search_entities"} <= {tool.name for tool in (await client.list_tools()).tools}
        for _ in range(2):
            made = await client.call_tool("create_entity", STUDY, meta=once)
            assert not made.is_error, made
        assert len(asked) == 1
        found = await client.call_tool("search_entities", {"query": "study"})
        assert str(found.structured_content).count(FOUND) == 1
        talks = (await client.list_resources()).resources
        read = await client.read_resource(str(talks[0].uri))
        assert "create_entity" in str(read.contents)


@pytest.mark.parametrize("says", ["decline", None])
async def test_without_a_yes_nothing_is_changed(storage: Storage, tmp_path: Path, says: str | None) -> None:
    async with Serving(storage, tmp_path)() as served, client_of(served, says, "legacy") as (client, _):
        came = await client.call_tool("create_entity", STUDY)
        assert came.is_error is bool(says)
        assert says or (came.structured_content or {})["waiting"]["approval_id"] in str(came.content)
        found = await client.call_tool("search_entities", {"query": "study"})
        assert FOUND not in str(found.structured_content)
