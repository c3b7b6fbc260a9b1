"""A node is seen to be dead at once, and only then."""

import asyncio

import pytest

from parlour.turn.presence import OnlyNode, PostgresPresence
from tests.storage import Storage, run_on_postgres


async def test_on_one_node_everybody_else_is_dead() -> None:
    assert await OnlyNode("a").dead({"a", "b", "c"}) == {"b", "c"}


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_a_node_lives_for_as_long_as_it_is_there(storage: Storage) -> None:
    one, other = PostgresPresence(storage.url, "one"), PostgresPresence(storage.url, "other")
    await one.open()
    await other.open()
    assert await one.dead({"one", "other", "nobody"}) == {"nobody"}
    await other.close()
    assert await one.dead({"other"}) == {"other"}
    await one.close()


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_a_node_whose_connection_was_lost_takes_its_place_again(storage: Storage) -> None:
    one, other = PostgresPresence(storage.url, "one"), PostgresPresence(storage.url, "other")
    await one.open()
    gone = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{storage.url.database}'"
    await asyncio.to_thread(run_on_postgres, gone)
    assert await one.dead({"nobody"}) == {"nobody"}
    await other.open()
    assert await other.dead({"one"}) == set()
    await one.close()
    await other.close()
