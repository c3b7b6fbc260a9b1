"""Whoever reads may be told to leave at any moment, also while their connection is being closed already."""

import asyncio
import threading
from pathlib import Path

from sqlalchemy.engine import URL

from parlour.store.database import Database

SOME_ROUNDS = 20
"""Of the loop: more than it takes to begin the closing of a connection."""


async def test_everything_ends_when_all_are_told_to_while_a_connection_is_being_closed(tmp_path: Path) -> None:
    database = Database(URL.create("sqlite+aiosqlite", database=str(tmp_path / "house.db")))
    reading, may_go_on = asyncio.Event(), threading.Event()

    async def read() -> None:
        async with database.read() as connection:
            raw = await connection.get_raw_connection()
            assert raw.driver_connection is not None
            # Whatever is asked of it now waits for this, its closing too.
            asyncio.create_task(raw.driver_connection._execute(may_go_on.wait))  # noqa: RUF006
            asyncio.get_running_loop().call_soon(reading.set)
            await connection.exec_driver_sql("SELECT 1")

    reader = asyncio.create_task(read())
    await reading.wait()
    reader.cancel()
    for _ in range(SOME_ROUNDS):
        await asyncio.sleep(0)
    # As a loop does that is closed; which of them is first is chance there.
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in sorted(others, key=lambda task: task is not reader):
        task.cancel()
    await asyncio.sleep(0)
    may_go_on.set()
    _, left = await asyncio.wait(others, timeout=30)
    assert not left
    await database.close()


async def test_a_database_is_closed_once_all_that_was_lent_is_given_back(tmp_path: Path) -> None:
    database = Database(URL.create("sqlite+aiosqlite", database=str(tmp_path / "house.db")))
    leaving, may_go_on = asyncio.Event(), threading.Event()

    async def read() -> None:
        async with database.read() as connection:
            raw = await connection.get_raw_connection()
            assert raw.driver_connection is not None
            asyncio.create_task(raw.driver_connection._execute(may_go_on.wait))  # noqa: RUF006
            await asyncio.sleep(0)
            asyncio.get_running_loop().call_soon(leaving.set)

    reader = asyncio.create_task(read())
    await leaving.wait()
    for _ in range(SOME_ROUNDS):
        await asyncio.sleep(0)
    # It is on its way out, and is told to leave besides.
    reader.cancel()
    await asyncio.wait([reader])
    closing = asyncio.create_task(database.close())
    try:
        for _ in range(SOME_ROUNDS):
            await asyncio.sleep(0)
        assert not closing.done()
    finally:
        may_go_on.set()
    async with asyncio.timeout(30):
        await closing
    assert "connection" not in {task.get_name() for task in asyncio.all_tasks()}
