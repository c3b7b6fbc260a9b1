"""A server is killed from outside right after one of its clients was sent its n-th frame; n by chance, from a seed."""

import random
from pathlib import Path

import pytest

from bench.plan import Plan
from bench.provider import running
from tests.kill.deaths import AfterFrame
from tests.kill.house import furnished
from tests.kill.scenarios import OVER_THE_WIRE, SCENARIOS
from tests.kill.server import nursery
from tests.kill.trial import tried
from tests.storage import Storage

SEED = 20261120
TRIALS = 10


@pytest.fixture
def storage(storages: list[Storage]) -> Storage:
    """One database is enough here."""
    return storages[0]


async def test_a_server_killed_after_any_frame_leaves_no_trace_in_what_people_see(
    storage: Storage, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    house = await furnished(storage, tmp_path)
    async with nursery() as born:
        for _ in range(TRIALS):
            scenario, death = chance.choice(SCENARIOS), AfterFrame(chance.randint(1, 12))
            assert await tried(born, house, scenario, [death]) == 1, f"{scenario}: nobody was killed {death}"


async def test_a_server_killed_while_a_provider_streams_to_it_leaves_no_trace_either(
    storage: Storage, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    house = await furnished(storage, tmp_path)
    async with running(Plan()) as provider, nursery() as born:
        for _ in range(TRIALS):
            death = AfterFrame(chance.randint(1, 30), at_the_latest_at_an_end=True)
            died = await tried(born, house, OVER_THE_WIRE, [death], provider=provider.base_url)
            assert died == 1, f"nobody was killed {death}"
