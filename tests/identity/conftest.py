"""A house with people in it."""

from pathlib import Path

import pytest

from parlour.identity.household import Household
from parlour.identity.household import household as make_household
from parlour.identity.vault import Vault
from parlour.journal.unit import Writer
from parlour.store.database import Database
from tests.conftest import ManualClock
from tests.house import Lived, cheap_passwords, lived_in


@pytest.fixture
async def lived(database: Database, writer: Writer, clock: ManualClock) -> Lived:
    """A house with `admin`, `ann` and `bob`."""
    return await lived_in(database, writer, clock)


@pytest.fixture
def household(lived: Lived, tmp_path: Path) -> Household:
    """All that is done about people, in that house."""
    vault = Vault(tmp_path / "parlour.key", lived.database, lived.clock)
    return make_household(lived.database, lived.database, lived.writer, lived.clock, vault, cheap_passwords())
