"""The tables of a house are not changed while a server of it runs."""

import pytest
from sqlalchemy import insert

from parlour.clock import SystemClock
from parlour.errors import Unavailable
from parlour.journal.unit import Unit, Writer
from parlour.store.database_time import database_time
from parlour.store.migrate import downgrade, upgrade
from parlour.store.tables import nodes
from parlour.turn.presence import PostgresPresence
from tests.storage import Storage


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_a_newer_version_that_has_to_change_tables_waits_until_the_last_older_server_is_gone(
    storage: Storage, writer: Writer
) -> None:
    await downgrade(storage.url, revision="0006")
    older = PostgresPresence(storage.url, SystemClock())
    await older.open("older")
    row = {"id": "older", "version": "0.9", "started_at": database_time(), "renewed_at": database_time()}
    await writer.commit(Unit(changes=[insert(nodes).values({**row, "lease_until": database_time(60.0)})]))
    with pytest.raises(Unavailable, match=r"version 0\.9"):
        await upgrade(storage.url)
    await older.close()
    await upgrade(storage.url)
    await older.open("older")
    await upgrade(storage.url)
    await older.close()
