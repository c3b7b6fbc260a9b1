"""A server is ended between check, ledger, run and settle of every kind of tool: no change is made twice.

What was done is in a file that outlives the process. After each death another server takes over, somebody says yes
to whatever it asks, and the world, the ledger and the answer are held against each other.
"""

import asyncio
import itertools
import signal
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.kill.actor import Deed
from tests.kill.boundary import Boundary
from tests.kill.house import setting_of
from tests.kill.parents import Parent, parent
from tests.storage import Storage, Templates

PATIENCE_S = 60.0
FEWEST = 6
DONE = {
    "own data": [],
    "idempotent": ["level 3"],
    "read back": ["send Ann"],
    "none": ["press red"],
    "asks first": ["2 tea to Ann"],
    "sql": ["one more jar"],
}
"""What the world looks like after each kind of deed was done once."""
CANNOT_LOOK = ("none", "asks first", "sql")
"""Where nobody can see afterwards whether it was done."""
MEETS = {"idempotent": "level 3", "read back": "send Ann", "none": "press red", "asks first": "2 tea to Ann"}


class Actors:
    """Lives of a house, one after the other."""

    def __init__(self, parent: Parent) -> None:
        self._parent = parent

    async def live(self, deed: Deed) -> dict[str, Any] | None:
        """One life: what it told; None when it was killed before."""
        self._parent.order(deed.encoded())
        told: dict[str, Any] | None = None
        async with asyncio.timeout(PATIENCE_S):
            while "ended" not in (line := orjson.loads(await self._parent.hear())):
                told = line
        assert told is None or "refused" not in told, told
        assert told is not None or line["ended"] == -signal.SIGKILL, f"ended with {line['ended']}"
        return told


@asynccontextmanager
async def actors(module: str = "tests.kill.actor") -> AsyncGenerator[Actors]:
    async with parent(module) as lent:
        yield Actors(lent)


class Houses:
    """As many empty houses as a ladder has rungs, over SQLite: what is true of a commit there is true of any."""

    def __init__(self, templates: Templates, folder: Path) -> None:
        self._templates = templates
        self._folder = folder
        self._count = 0

    @asynccontextmanager
    async def one(self, asks: str) -> AsyncGenerator[Deed]:
        self._count += 1
        folder = self._folder / str(self._count)
        folder.mkdir()
        with self._templates.fresh("sqlite") as storage:
            yield Deed(str(folder), setting_of(storage), asks)


@pytest.fixture
def houses(migrated: Templates, tmp_path: Path) -> Houses:
    """The template is made here: that takes a loop of its own."""
    with migrated.fresh("sqlite"):
        return Houses(migrated, tmp_path)


def boundaries() -> Iterator[Boundary]:
    """Before and after the first commit once it is certain that the change is wanted, the second, and so on."""
    for commit in itertools.count(1):
        yield Boundary("before", commit)
        yield Boundary("after", commit)


def check(asks: str, told: dict[str, Any] | None) -> None:
    """What the last life told is true, and nothing was done twice. A person denied what may have been done before."""
    assert told is not None
    done = told["changes"]
    if asks == "idempotent":
        assert told["status"] == "completed"
        assert set(done) == {"level 3"}
    elif asks in CANNOT_LOOK:
        assert done in ([], DONE[asks])
        assert told["status"] in (("completed", "unknown") if done else ("unknown",))
    else:
        assert (told["status"], done) == ("completed", DONE[asks])


@pytest.mark.parametrize("asks", DONE)
async def test_a_server_killed_around_any_commit_of_a_change_makes_it_once_or_says_that_nobody_knows(
    asks: str, houses: Houses
) -> None:
    rungs = 0
    async with actors() as born:
        for boundary in boundaries():
            async with houses.one(asks) as deed:
                if await born.live(replace(deed, dies=boundary)) is not None:
                    break
                rungs += 1
                check(asks, await born.live(replace(deed, doubts=True)))
    assert rungs >= FEWEST


@pytest.mark.parametrize("moment", ["about to", "did"])
@pytest.mark.parametrize("asks", MEETS)
async def test_a_server_killed_while_the_change_is_made_finds_out_what_became_of_it(
    asks: str, moment: str, storages: list[Storage], tmp_path: Path
) -> None:
    deed = Deed(str(tmp_path), setting_of(storages[0]), asks)
    async with actors() as born:
        assert await born.live(replace(deed, dies_at=f"{moment} {MEETS[asks]}")) is None
        told = await born.live(replace(deed, doubts=True))
        check(asks, told)
        assert told is not None
        if asks in ("none", "asks first"):
            assert told["status"] == "unknown"


async def test_what_may_have_been_done_is_done_again_only_when_a_person_says_so(houses: Houses) -> None:
    async with actors() as born, houses.one("none") as deed:
        assert await born.live(replace(deed, dies_at="did press red")) is None
        assert await born.live(replace(deed, dies_at="did press red")) is None
        told = await born.live(replace(deed, doubts=True))
        assert told is not None
        assert (told["status"], told["changes"]) == ("unknown", ["press red", "press red"])


@pytest.mark.parametrize("asks", ["own data", "read back"])
async def test_a_server_killed_around_any_commit_of_an_undoing_takes_it_back_once(asks: str, houses: Houses) -> None:
    rungs = 0
    async with actors() as born:
        for boundary in boundaries():
            async with houses.one(asks) as deed:
                told = await born.live(replace(deed, undoes=True, dies=boundary))
                if told is not None:
                    assert told["undo"] == "done", told
                    break
                rungs += 1
                told = await born.live(replace(deed, undoes=True))
                assert told is not None
                assert (told["status"], told["undo"]) == ("completed", "done")
                assert told["changes"] == (["send Ann", "recall Ann"] if asks == "read back" else [])
    assert rungs >= 2
