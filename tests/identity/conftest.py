"""A house with people in it."""

import pytest

from parlour.journal.unit import Writer
from parlour.store.database import Database
from tests.conftest import ManualClock
from tests.house import Lived, lived_in


@pytest.fixture
async def lived(database: Database, writer: Writer, clock: ManualClock) -> Lived:
    """A house with `admin`, `ann` and `bob`."""
    return await lived_in(database, writer, clock)
