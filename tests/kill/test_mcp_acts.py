"""A house is ended around every commit of a change through an MCP server: the server is never asked for it twice."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.kill.mcp_actor import notebook_of
from tests.kill.test_acts import Houses, actors, boundaries
from tests.storage import Templates
from tests.toolkits.data.mcp.conftest import over_http

ACTOR = "tests.kill.mcp_actor"
ASKS = "through an MCP server"
FEWEST = 6


@pytest.fixture
def houses(migrated: Templates, tmp_path: Path) -> Houses:
    """The template is made here: that takes a loop of its own."""
    with migrated.fresh("sqlite"):
        notebook_of(tmp_path / "1").mkdir()
        return Houses(migrated, tmp_path)


@asynccontextmanager
async def reached(transport: str, folder: Path) -> AsyncGenerator[str | None]:
    """Where a server listens that outlives every house; None where each house runs a program of its own."""
    if transport == "stdio":
        yield None
        return
    async with over_http(notebook_of(folder / "1")) as port:
        yield f"http://127.0.0.1:{port}/mcp"


def check(told: dict[str, Any] | None) -> tuple[str, int]:
    """What the last life told is true: nothing is called done that was not, and nothing was done twice."""
    assert told is not None
    assert told["changes"] in ([], ["noted"])
    assert told["status"] in (("completed", "unknown") if told["changes"] else ("unknown",))
    return told["status"], len(told["changes"])


@pytest.mark.parametrize("transport", ["stdio", "http"])
async def test_a_house_killed_around_any_commit_has_it_noted_once_or_says_that_nobody_knows(
    transport: str, houses: Houses, tmp_path: Path
) -> None:
    outcomes: list[tuple[str, int]] = []
    async with actors(ACTOR) as born, reached(transport, tmp_path) as address:
        for boundary in boundaries():
            async with houses.one(ASKS) as deed:
                deed = replace(deed, api=address)
                told = await born.live(replace(deed, dies=boundary))
                if told is not None:
                    assert check(told) == ("completed", 1)
                    break
                outcomes.append(check(await born.live(replace(deed, doubts=True))))
    assert len(outcomes) >= FEWEST
    assert {("completed", 1), ("unknown", 1)} <= set(outcomes)
