"""Two nodes that every test of a file finds up and whole."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from bench.plan import Plan
from bench.provider import running
from parlour.app import TOOLKIT_MIGRATIONS
from tests.kill.house import furnished
from tests.nodes.pair import Pair, pair_over
from tests.rules.skips import missing
from tests.storage import Storage, Templates, postgres_is_there

LEASE_S = 5.0
"""As a real one, which is longer than a busy machine is silent."""


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    """One database for a whole file."""
    if not postgres_is_there():
        missing("PostgreSQL")
    templates = Templates(tmp_path_factory.mktemp("templates"), TOOLKIT_MIGRATIONS)
    with templates.fresh("postgres") as made:
        yield made
    templates.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def standing(storage: Storage, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pair]:
    """A house with two nodes."""
    house = await furnished(storage, tmp_path_factory.mktemp("two-nodes"))
    async with running(Plan()) as provider, pair_over(house, lease_s=LEASE_S, provider=provider.base_url) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def pair(standing: Pair) -> AsyncIterator[Pair]:
    """The house, its nodes up and whole."""
    await standing.up()
    yield standing
