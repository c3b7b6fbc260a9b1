"""Connections that were lost while nobody used them are not handed out."""

import asyncio
from functools import partial
from typing import Any

import pytest
from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.store.brief import brief_database
from parlour.store.database import READ_FAULTS, Database
from parlour.store.prepared import rows
from tests.storage import Storage, run_on_postgres

_ANYTHING = select(literal(1).label("one"))


async def end_of(connection: AsyncConnection) -> asyncio.Event:
    """Set once the driver knows that the connection is gone."""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    ended = asyncio.Event()
    driver.add_termination_listener(partial(_set, ended))
    return ended


def _set(event: asyncio.Event, _: object) -> None:
    event.set()


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_a_connection_that_is_lost_in_the_middle_of_a_read_is_a_fault_that_readers_know(
    storage: Storage,
) -> None:
    database = brief_database(storage.url)

    async def read_while_it_is_lost() -> None:
        gone = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{storage.url.database}'"
        async with database.read() as connection:
            ended = await end_of(connection)
            await asyncio.to_thread(run_on_postgres, gone)
            await ended.wait()
            await rows(connection, _ANYTHING)

    with pytest.raises(READ_FAULTS):
        await read_while_it_is_lost()
    await database.close()


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
@pytest.mark.parametrize("opened", [Database, brief_database])
async def test_a_database_that_was_restarted_is_read_as_if_nothing_had_been(
    storage: Storage, opened: type[Database]
) -> None:
    database = opened(storage.url)
    async with database.read() as one, database.read() as other:
        assert [await each.scalar(select(literal(1))) for each in (one, other)] == [1, 1]
        lost = [await end_of(each) for each in (one, other)]
    gone = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{storage.url.database}'"
    await asyncio.to_thread(run_on_postgres, gone)
    async with asyncio.timeout(10):
        await asyncio.gather(*(each.wait() for each in lost))
    for _ in range(3):
        async with database.read() as connection:
            assert await connection.scalar(select(literal(1))) == 1
    await database.close()
