"""Connections that stay open survive what happens to one of them."""

import asyncio
from contextlib import suppress

import pytest
from sqlalchemy import func, insert, select

from parlour.journal.unit import Filled, Unit, Writer
from parlour.store.brief import brief_database
from parlour.store.kept import FAULTS
from parlour.store.prepared import rows
from parlour.store.tables import tenants
from tests.storage import Storage, run_on_postgres

_KEEP = insert(tenants)
_COUNT = select(func.count().label("many")).select_from(tenants)


def tenant(name: str) -> dict[str, str]:
    return {"id": name, "name": name, "created_at": "t"}


async def end_every_connection(storage: Storage) -> None:
    name = storage.url.database
    gone = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    await asyncio.to_thread(run_on_postgres, gone)


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_a_server_that_ended_every_connection_costs_no_unit(writer: Writer, storage: Storage) -> None:
    several = [writer.submit(Unit(changes=[Filled(_KEEP, tenant(str(n)))])) for n in range(8)]
    await asyncio.gather(*several)
    await end_every_connection(storage)
    await writer.commit(Unit(changes=[Filled(_KEEP, tenant("prepared"))]))
    await end_every_connection(storage)
    await writer.commit(Unit(changes=[insert(tenants).values(tenant("another way"))]))
    database = brief_database(storage.url)
    async with database.read() as connection:
        assert await rows(connection, _COUNT) == [{"many": 10}]
    await database.close()


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_a_server_that_ended_every_connection_costs_at_most_one_read(storage: Storage) -> None:
    database = brief_database(storage.url)
    async with database.read() as one, database.read() as two:
        assert await rows(one, _COUNT) == await rows(two, _COUNT)
    await end_every_connection(storage)
    with suppress(*FAULTS):
        async with database.read() as connection:
            await rows(connection, _COUNT)
    async with database.read() as connection:
        assert await rows(connection, _COUNT) == [{"many": 0}]
    await database.close()
