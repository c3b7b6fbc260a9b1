"""Connections that were lost while nobody used them are not handed out."""

import asyncio
import gc
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, literal, select
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.store.brief import brief_database, patient_database
from parlour.store.database import READ_FAULTS, Database
from parlour.store.prepared import rows
from tests.nodes.proxy import proxy_to
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
@pytest.mark.parametrize("opened", [Database, brief_database, patient_database])
async def test_a_database_that_was_restarted_is_read_as_if_nothing_had_been(
    storage: Storage, opened: type[Database]
) -> None:
    database = opened(storage.url)
    async with database.read() as one, database.read() as other:
        assert [await each.scalar(select(literal(1))) for each in (one, other)] == [1, 1]
        lost = [await end_of(each) for each in (one, other)]
    gone = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{storage.url.database}'"
    await asyncio.to_thread(run_on_postgres, gone)
    async with asyncio.timeout(60):
        await asyncio.gather(*(each.wait() for each in lost))
    for _ in range(3):
        async with database.read() as connection:
            assert await connection.scalar(select(literal(1))) == 1
    await database.close()


LENT_AT_ONCE = 4
READERS = 12


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
@pytest.mark.parametrize("opened", [brief_database, patient_database])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_whoever_stops_reading_while_the_network_is_away_takes_no_connection_with_them(
    storage: Storage, opened: Callable[[URL], Database]
) -> None:
    chance = Random("away")
    async with proxy_to((storage.url.host or "127.0.0.1", storage.url.port or 5432)) as network:
        database = opened(storage.url.set(host="127.0.0.1", port=network.port))

        async def keep_reading() -> None:
            while True:
                try:
                    async with database.read() as connection:
                        await connection.scalar(select(func.pg_sleep(0.002)))
                except READ_FAULTS:
                    await asyncio.sleep(0.02)

        for fault in [network.cut, network.drop] * 2:
            readers = [asyncio.create_task(keep_reading()) for _ in range(READERS)]
            for step in range(30):
                await asyncio.sleep(chance.uniform(0, 0.03))
                readers.pop(chance.randrange(READERS)).cancel()
                readers.append(asyncio.create_task(keep_reading()))
                if step == 10:
                    fault()
                elif step == 20:
                    network.heal()
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)
        async with asyncio.timeout(60):
            await _all_at_once(database)
        await database.close()
    # The driver leaves a socket to the collector when it is cancelled while it connects.
    gc.collect()


async def _all_at_once(database: Database) -> None:
    """Hold as many connections as there are, at the same time. What was cut and not used since may fail first."""
    met = asyncio.Barrier(LENT_AT_ONCE)

    async def hold() -> None:
        while True:
            try:
                async with database.read() as connection:
                    await connection.scalar(_ANYTHING)
                    await met.wait()
                    return
            except READ_FAULTS:
                continue

    await asyncio.gather(*(hold() for _ in range(LENT_AT_ONCE)))
