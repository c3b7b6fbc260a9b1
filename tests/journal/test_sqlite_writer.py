"""SQLite's writer among others: another process may hold the file for a while."""

import asyncio
import sqlite3

import pytest
from sqlalchemy import insert, select

from parlour.journal.unit import Filled, Receipt, Unit, Writer
from parlour.store.database import Database
from parlour.store.tables import tenants
from tests.storage import Storage

_KEEP = insert(tenants)


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
async def test_everything_else_goes_on_while_another_process_writes(
    writer: Writer, database: Database, storage: Storage
) -> None:
    other = sqlite3.connect(str(storage.url.database), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    row = {"id": "a", "name": "a", "created_at": "t"}
    waiting = writer.submit(Unit(changes=[Filled(_KEEP, row)]))
    async with database.read() as connection:
        assert list(await connection.scalars(select(tenants.c.id))) == []
    assert not waiting.done()
    other.execute("COMMIT")
    other.close()
    assert isinstance(await asyncio.wait_for(waiting, 30), Receipt)
    async with database.read() as connection:
        assert list(await connection.scalars(select(tenants.c.id))) == ["a"]
