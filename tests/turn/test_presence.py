"""A node is seen to be dead at once, and only then."""

import asyncio

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import SQLAlchemyError

from parlour.journal.unit import Unit, Writer
from parlour.store.database import Database
from parlour.store.database_time import database_time
from parlour.store.tables import nodes
from parlour.turn.presence import GRACE_S, OnlyNode, PostgresPresence
from tests.conftest import ManualClock
from tests.storage import Storage, run_on_postgres


async def entered(writer: Writer, *names: str, for_s: float = 60.0) -> None:
    """Put nodes into the table, each with a lease of so many seconds."""
    row = {
        "started_at": database_time(),
        "renewed_at": database_time(),
        "lease_until": database_time(for_s),
        "version": "1",
    }
    await writer.commit(Unit(changes=[insert(nodes).values({"id": name, **row}) for name in names]))


async def test_on_one_node_everybody_else_is_dead(database: Database, writer: Writer) -> None:
    await entered(writer, "a", "b", "c")
    presence = OnlyNode(database)
    await presence.open("a")
    assert await presence.others() == {"b": True, "c": True}


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_a_node_lives_for_as_long_as_it_holds_its_lock(
    storage: Storage, writer: Writer, clock: ManualClock
) -> None:
    await entered(writer, "one", "other", "nobody")
    one, other = PostgresPresence(storage.url, clock), PostgresPresence(storage.url, clock)
    await one.open("one")
    await other.open("other")
    assert await one.others() == {"other": False, "nobody": True}
    await other.close()
    assert await one.others() == {"other": True, "nobody": True}
    await one.close()


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_a_node_whose_lease_ran_out_is_dead_though_it_holds_its_lock(
    storage: Storage, writer: Writer, clock: ManualClock
) -> None:
    await entered(writer, "hangs", for_s=-0.1)
    one, hangs = PostgresPresence(storage.url, clock), PostgresPresence(storage.url, clock)
    await one.open("one")
    await hangs.open("hangs")
    assert await one.others() == {"hangs": True}
    await one.close()
    await hangs.close()


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_a_node_whose_connection_was_lost_takes_its_lock_again_and_judges_nobody_for_a_while(
    storage: Storage, writer: Writer, clock: ManualClock
) -> None:
    await entered(writer, "one", "nobody")
    one, other = PostgresPresence(storage.url, clock), PostgresPresence(storage.url, clock)
    await one.open("one")
    gone = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{storage.url.database}'"
    await asyncio.to_thread(run_on_postgres, gone)
    with pytest.raises(SQLAlchemyError):
        await one.others()
    assert await one.others() == {"nobody": False}
    clock.advance(GRACE_S)
    assert await one.others() == {"nobody": True}
    await other.open("other")
    assert await other.others() == {"one": False, "nobody": True}
    await one.close()
    await other.close()
