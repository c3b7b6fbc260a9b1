"""A server is ended around every commit of a change over HTTP: the other side is never sent it twice without a yes."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from tests.acting import World
from tests.kill.test_acts import Houses, actors, boundaries
from tests.providers import Answer, Provider, Received, provider
from tests.storage import Templates

ASKS = "over HTTP"
PRESSED = ["POST /v1/press"]
FEWEST = 6


@pytest.fixture
async def api() -> AsyncIterator[Provider]:
    async with provider() as it:
        yield it


@pytest.fixture
def houses(migrated: Templates, tmp_path: Path) -> Houses:
    """The template is made here: that takes a loop of its own."""
    with migrated.fresh("sqlite"):
        return Houses(migrated, tmp_path)


def pressing(folder: str) -> "Presses":
    return Presses(World(Path(folder) / "world"))


class Presses:
    """What the API does with a request: it changes the world of this house, and says so."""

    def __init__(self, world: World) -> None:
        self.world = world

    def __call__(self, request: Received) -> Answer:
        self.world.change(f"{request.method} {request.path}")
        return Answer((orjson.dumps({"pressed": request.json["button"]}),), 201, {"Content-Type": "application/json"})


async def test_a_server_killed_around_any_commit_sends_it_once_or_says_that_nobody_knows(
    houses: Houses, api: Provider
) -> None:
    rungs, outcomes = 0, set[tuple[str, int]]()
    async with actors() as born:
        for boundary in boundaries():
            async with houses.one(ASKS) as deed:
                api.choose = pressing(deed.folder)
                deed = replace(deed, api=api.base_url)
                if await born.live(replace(deed, dies=boundary)) is not None:
                    break
                rungs += 1
                told = await born.live(replace(deed, doubts=True))
                assert told is not None
                assert told["changes"] in ([], PRESSED)
                outcomes.add((told["status"], len(told["changes"])))
    assert rungs >= FEWEST
    assert ("completed", 0) not in outcomes
    assert {("completed", 1), ("unknown", 1)} <= outcomes
