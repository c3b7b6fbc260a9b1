"""What only PostgreSQL does: functions that are called by a dot, and what outlasts a transaction."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from parlour.tools.outcomes import Refused
from tests.databases import Shop, shop
from tests.toolkits.data.conftest import Furnish

CALLED = (
    "CREATE TABLE seen (who INTEGER)",
    "CREATE FUNCTION slow(c customers) RETURNS TEXT LANGUAGE sql AS 'INSERT INTO seen VALUES (c.id); SELECT c.name'",
    "CREATE FUNCTION status(n INTEGER) RETURNS TEXT LANGUAGE sql IMMUTABLE AS $$SELECT 'no'::text$$",
)
CALLS = [
    "SELECT c.slow FROM customers AS c",
    'SELECT c."slow" FROM customers AS c',
    "SELECT id FROM customers AS c ORDER BY c.SLOW",
    "SELECT customers.slow FROM public.customers",
    "SELECT public.customers.slow FROM public.customers",
    "SELECT f.pg_read_file FROM UNNEST(ARRAY['/etc/hostname']) AS f",
    "SELECT unnest.pg_ls_dir FROM UNNEST(ARRAY['/']) CROSS JOIN (SELECT 1 AS pg_ls_dir) AS known",
    "SELECT n.pg_advisory_lock FROM GENERATE_SERIES(1, 1) AS n",
    "EXPLAIN ANALYZE SELECT c.slow FROM customers AS c",
]
COLUMNS = "SELECT c.name, c.city, MAX(o.total) FROM customers AS c JOIN orders AS o ON o.customer_id = c.id"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Shop]:
    with shop("postgresql", tmp_path, *CALLED) as made:
        yield made


async def rows(there: Shop, query: str) -> list[tuple[Any, ...]]:
    return await asyncio.to_thread(there.rows, query)


@pytest.mark.parametrize("query", CALLS)
async def test_a_function_is_not_called_as_if_it_were_a_column(furnish: Furnish, there: Shop, query: str) -> None:
    project = await furnish()
    await project.add("shop", there.settings, writable=True)
    with pytest.raises(Refused, match="is not only a column there, but also a function"):
        await project.query(query)
    if query.startswith("EXPLAIN"):
        return
    words = f"CREATE VIEW called AS {query}"
    foresee = (await project.tools())["database_change"].acting.foresee
    assert foresee is not None
    for deed in (foresee(project.context, statement=words), project.ask("database_change", statement=words)):
        with pytest.raises(Refused, match="is not only a column there, but also a function"):
            await deed
    assert await rows(there, "SELECT COUNT(*) FROM seen") == [(0,)]


async def test_columns_are_named_with_their_table(furnish: Furnish, there: Shop) -> None:
    project = await furnish()
    await project.add("shop", there.settings)
    assert len((await project.query(f"{COLUMNS} GROUP BY c.id"))["rows"]) == 4
    with pytest.raises(Refused, match="“status”"):
        await project.query("SELECT o.status FROM orders AS o")
    assert len((await project.query("SELECT status FROM orders AS o"))["rows"]) == 5


async def test_an_admin_allows_a_function_that_is_called_by_a_dot(furnish: Furnish, there: Shop) -> None:
    project = await furnish()
    await project.add("shop", there.settings | {"functions": ["Status"]})
    assert len((await project.query("SELECT o.status FROM orders AS o"))["rows"]) == 5


async def test_no_lock_stays_on_a_connection(furnish: Furnish, there: Shop) -> None:
    project = await furnish()
    await project.add("shop", there.settings | {"functions": ["pg_advisory_lock", "set_config"]})
    await project.query("SELECT pg_advisory_lock(42) IS NULL, set_config('application_name', 'other', false)")
    held = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 42"
    assert await rows(there, held) == [(0,)]
    assert (await project.query("SHOW application_name"))["rows"] == [{"application_name": "parlour"}]


SECRETS = (
    "CREATE FOREIGN DATA WRAPPER elsewhere",
    "CREATE SERVER there FOREIGN DATA WRAPPER elsewhere OPTIONS (host 'hidden')",
    "CREATE USER MAPPING FOR postgres SERVER there OPTIONS (password 'hush')",
)


@pytest.fixture
def secretive(tmp_path: Path) -> Iterator[Shop]:
    with shop("postgresql", tmp_path, *SECRETS, *CALLED) as made:
        yield made


async def test_neither_passwords_nor_what_the_database_itself_goes_by_are_reached(
    furnish: Furnish, secretive: Shop
) -> None:
    options = "SELECT option_value FROM information_schema.user_mapping_options"
    assert await rows(secretive, options) == [("hush",)]
    project = await furnish()
    await project.add("shop", secretive.settings, writable=True)
    for query in (options, options.replace("user_mapping_options", "_pg_user_mappings")):
        with pytest.raises(Refused, match="is not read here"):
            await project.query(query)
    cost = "SELECT procost FROM pg_proc WHERE proname = 'slow'"
    before = await rows(secretive, cost)
    with pytest.raises(Refused, match="is the database's own"):
        await project.ask("database_change", statement="UPDATE pg_proc SET procost = 7 WHERE proname = 'slow'")
    assert await rows(secretive, cost) == before
