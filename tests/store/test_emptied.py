"""A database that served a test is as good as new for the next one, or it serves no other."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from parlour.app import TOOLKIT_MIGRATIONS
from parlour.store.migrate import engine_to
from parlour.store.tables import deltas
from tests.emptied import emptied, shape
from tests.rules.skips import missing
from tests.storage import Storage, Templates, postgres_is_there

DELTA = insert(deltas).values(topic="t", seq=1, payload=b"{}", at="2026-11-20T12:00:00.000Z").returning(deltas.c.id)


@pytest.fixture
def storage(templates: Templates) -> Iterator[Storage]:
    if not postgres_is_there():
        missing("PostgreSQL")
    with templates.fresh("postgres") as made:
        yield made


@pytest.fixture
async def engine(storage: Storage) -> AsyncIterator[AsyncEngine]:
    opened = engine_to(storage.url)
    yield opened
    await opened.dispose()


async def test_what_was_kept_is_gone_and_numbers_begin_anew(storage: Storage, engine: AsyncEngine) -> None:
    made = await shape(storage.url)
    async with engine.begin() as connection:
        first = [await connection.scalar(DELTA) for _ in range(3)]
    assert await emptied(storage.url, made)
    async with engine.begin() as connection:
        assert [await connection.scalar(DELTA) for _ in range(3)] == first == [1, 2, 3]


async def test_a_connection_that_was_left_open_is_ended(storage: Storage, engine: AsyncEngine) -> None:
    made = await shape(storage.url)
    connection = await engine.connect()
    await connection.scalar(DELTA)
    assert await emptied(storage.url, made)
    with pytest.raises(DBAPIError):
        await connection.commit()
    await connection.invalidate()
    await connection.close()


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE deltas ADD COLUMN words text",
        "ALTER TABLE deltas ALTER COLUMN topic DROP NOT NULL",
        "ALTER TABLE deltas DROP COLUMN topic",
        "CREATE INDEX another ON deltas (topic)",
        "DROP INDEX ix_events_at",
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "DROP TABLE deltas",
        "UPDATE alembic_version SET version_num = '0000' WHERE version_num LIKE '00%'",
        "DO $$ BEGIN EXECUTE 'ALTER DATABASE ' || current_database() || ' SET work_mem = 64'; END $$",
    ],
)
async def test_a_database_that_is_made_otherwise_now_is_not_as_good_as_new(
    change: str, storage: Storage, engine: AsyncEngine
) -> None:
    made = await shape(storage.url)
    assert await emptied(storage.url, made)
    async with engine.begin() as connection:
        await connection.execute(text(change))
    assert not await emptied(storage.url, made)


async def test_nor_is_one_that_grew_big_or_is_gone(storage: Storage, engine: AsyncEngine) -> None:
    made = await shape(storage.url)
    async with engine.begin() as connection:
        much = "INSERT INTO topics SELECT n::text, 1, 0, 0 FROM generate_series(1, 200000) AS n"
        await connection.execute(text(much))
    assert not await emptied(storage.url, made)
    assert not await emptied(storage.url.set(database="of_nobody"), made)


def test_one_serves_test_after_test_and_one_that_a_test_changed_does_not(tmp_path: Path) -> None:
    if not postgres_is_there():
        missing("PostgreSQL")
    templates = Templates(tmp_path)
    try:
        with templates.fresh("postgres") as first, templates.fresh("postgres") as beside:
            assert first != beside
        with templates.fresh("postgres") as again:
            assert again in (first, beside)
            asyncio.run(changed(again))
        with templates.fresh("postgres") as third, templates.fresh("postgres") as fourth:
            assert again not in (third, fourth)
    finally:
        templates.close()


async def changed(storage: Storage) -> None:
    """Change a definition."""
    engine = engine_to(storage.url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE another (id int)"))
    await engine.dispose()


def test_a_new_house_has_no_rows_that_emptying_would_take(tmp_path: Path) -> None:
    if not postgres_is_there():
        missing("PostgreSQL")
    templates = Templates(tmp_path, TOOLKIT_MIGRATIONS)
    try:
        with templates.fresh("postgres") as storage:
            assert asyncio.run(tables_with_rows(storage)) == ["alembic_version"]
    finally:
        templates.close()


async def tables_with_rows(storage: Storage) -> list[str]:
    """The tables in which there is something."""
    engine = engine_to(storage.url)
    async with engine.connect() as connection:
        found = await connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"))
        names = [name for name in found if await connection.scalar(text(f"SELECT count(*) FROM {name}"))]
    await engine.dispose()
    return names
