"""The kill matrix: a server is ended before and after every commit of its turns, and nobody can tell afterwards.

Each kill is a real SIGKILL which the server's own writer sends itself; the clients are another process.
"""

import asyncio
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kill.boundary import Boundary
from tests.kill.house import House, furnished
from tests.kill.scenarios import SCENARIOS, Scenario
from tests.kill.server import nursery
from tests.kill.trial import tried
from tests.storage import Storage

FEWEST_A_TURN = 12


def boundaries() -> Iterator[Boundary]:
    """Before and after the first commit, the second, and so on."""
    for commit in itertools.count(1):
        yield Boundary("before", commit)
        yield Boundary("after", commit)


async def ladder(scenario: Scenario, houses: list[House]) -> list[Boundary]:
    """Die at one boundary after the other until a server outlives the scenario; the boundaries there were."""
    ahead = boundaries()
    passed: list[Boundary] = []
    outlived = asyncio.Event()

    async def climb(house: House) -> None:
        async with nursery() as born:
            while not outlived.is_set():
                boundary = next(ahead)
                try:
                    died = await tried(born, house, scenario, [boundary])
                except Exception as error:
                    error.add_note(f"{scenario} on {house.storage.kind}, killed {boundary}; {house.last_words()}")
                    raise
                if died:
                    passed.append(boundary)
                else:
                    outlived.set()

    async with asyncio.TaskGroup() as lanes:
        for house in houses:
            lanes.create_task(climb(house))
    return passed


@pytest.mark.parametrize("scenario", SCENARIOS, ids=str)
async def test_a_server_killed_around_any_commit_leaves_no_trace_in_what_people_see(
    scenario: Scenario, storages: list[Storage], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    houses = [await furnished(storage, tmp_path / str(n)) for n, storage in enumerate(storages)]
    passed = await ladder(scenario, houses)
    turns = len(scenario.says)
    with capsys.disabled():
        sys.stdout.write(f"\n  {storages[0].kind}, {scenario}: {len(passed)} boundaries in {turns} turns ")
    assert len(passed) >= FEWEST_A_TURN * turns
