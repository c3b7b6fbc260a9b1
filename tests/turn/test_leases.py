"""A node owns what it does for as long as its lease holds, and a lease that was lost never comes back."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete, select, update

from parlour.clock import SystemClock
from parlour.errors import BadSetting
from parlour.journal.unit import Unit, Writer
from parlour.store.database import Database
from parlour.store.database_time import database_time
from parlour.store.nodes import live_nodes
from parlour.store.tables import nodes
from parlour.turn.leases import NodeKind, NodeLease
from parlour.turn.presence import OnlyNode, PostgresPresence
from tests.storage import Storage


class Nodes:
    """Makes nodes of one house, each with a presence of its own."""

    def __init__(self, storage: Storage, database: Database, writer: Writer) -> None:
        self._storage = storage
        self._database = database
        self._writer = writer
        self._made: list[NodeLease] = []

    def node(self, *, fingerprint: str | None = None) -> NodeLease:
        clock = SystemClock()
        is_sqlite = self._storage.kind == "sqlite"
        presence = OnlyNode(self._database) if is_sqlite else PostgresPresence(self._storage.url, clock)
        made = NodeLease(self._database, self._writer, clock, presence, NodeKind("1.0", fingerprint))
        self._made.append(made)
        return made

    async def come(self, *, fingerprint: str | None = None) -> NodeLease:
        """A node that has come into the house."""
        made = self.node(fingerprint=fingerprint)
        await made.open()
        return made

    async def close(self) -> None:
        for each in self._made:
            await each.close()


@pytest.fixture
async def house(storage: Storage, database: Database, writer: Writer) -> AsyncIterator[Nodes]:
    made = Nodes(storage, database, writer)
    yield made
    await made.close()


async def present(database: Database) -> set[str]:
    async with database.read() as connection:
        return set(await connection.scalars(select(nodes.c.id)))


async def run_out(writer: Writer, node_id: str) -> None:
    """As if it had been silent for too long."""
    late = update(nodes).where(nodes.c.id == node_id).values(lease_until=database_time(-0.001))
    await writer.commit(Unit(changes=[late]))


async def test_a_node_stands_in_the_table_while_it_is_there(house: Nodes, database: Database) -> None:
    node = await house.come()
    assert node.is_held
    assert await present(database) == {node.node_id}
    await node.close()
    assert not node.is_held
    assert await present(database) == set()


async def test_a_start_takes_the_rows_of_the_dead_away(house: Nodes, database: Database, writer: Writer) -> None:
    before = await house.come()
    await before.close()
    await before.open()
    await writer.commit(Unit(changes=[update(nodes).values(id="killed")]))
    now = await house.come()
    assert await present(database) == {now.node_id}


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_nodes_that_live_leave_each_other_alone(house: Nodes, database: Database) -> None:
    one, other = await house.come(), await house.come()
    assert await one.bury() == set()
    assert one.is_among_others
    assert await present(database) == {one.node_id, other.node_id}
    await other.close()
    assert await one.bury() == set()
    assert not one.is_among_others


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_a_node_that_was_silent_for_too_long_loses_its_lease_for_good(
    house: Nodes, database: Database, writer: Writer
) -> None:
    one, hangs = await house.come(), await house.come()
    assert await hangs.renew()
    await run_out(writer, hangs.node_id)
    assert not await hangs.renew()
    assert await one.bury() == {hangs.node_id}
    assert not await hangs.renew()
    assert await present(database) == {one.node_id}


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_a_node_that_lost_its_lease_lets_go_and_comes_back_under_another_id(
    house: Nodes, database: Database, writer: Writer
) -> None:
    told: list[str] = []
    node = await house.come()
    node.on_lost.append(lambda: told.append("lost"))
    node.on_change = lambda: told.append("back")
    before = node.node_id
    await writer.commit(Unit(changes=[delete(nodes)]))
    await node.renew_or_lose()
    assert told == ["lost"]
    await node.look()
    assert told == ["lost", "back"]
    assert node.node_id != before
    assert await present(database) == {node.node_id}
    await node.renew_or_lose()
    await node.look()
    assert told == ["lost", "back"]


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_a_node_with_another_master_key_does_not_come_in(house: Nodes, database: Database) -> None:
    one = await house.come(fingerprint="ours")
    with pytest.raises(BadSetting, match="PARLOUR_KEY_FILE"):
        await house.come(fingerprint="another")
    keyless, same = await house.come(), await house.come(fingerprint="ours")
    assert await present(database) == {one.node_id, keyless.node_id, same.node_id}


async def test_who_runs_on_a_database_can_be_asked_from_outside(storage: Storage, house: Nodes, writer: Writer) -> None:
    one, hangs, died = await house.come(), await house.come(), await house.come()
    await run_out(writer, hangs.node_id)
    await died._presence.close()  # pyright: ignore[reportPrivateUsage]
    found = [(node.id, node.version) for node in await live_nodes(storage.url)]
    assert found == ([] if storage.kind == "sqlite" else [(one.node_id, "1.0")])
