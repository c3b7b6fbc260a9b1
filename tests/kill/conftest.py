"""Houses to be killed."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from parlour.app import TOOLKIT_MIGRATIONS
from tests.rules.skips import missing
from tests.storage import Storage, Templates, postgres_is_there

LANES = 2
"""How many trials go on side by side, each over a database and with servers of its own."""


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    """Templates with every table a server wants."""
    made = Templates(tmp_path_factory.mktemp("to-be-killed"), TOOLKIT_MIGRATIONS)
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> str:
    """The kind of database; the test runs once on each."""
    if request.param == "postgres" and not postgres_is_there():
        missing("PostgreSQL")
    return str(request.param)


@pytest.fixture
def storages(store: str, migrated: Templates) -> Iterator[list[Storage]]:
    """A fresh database for every lane."""
    with ExitStack() as stack:
        yield [stack.enter_context(migrated.fresh(store)) for _ in range(LANES)]
