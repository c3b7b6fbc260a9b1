"""What every writer promises, on both databases."""

import asyncio
import gc

import orjson
import pytest
from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.ext.asyncio import create_async_engine

from parlour.errors import Duplicate, Fenced, Moved, StorageFailed
from parlour.journal.unit import Committed, Delta, Event, FilledRows, Guard, Receipt, Unit, Writer, event, seq_of
from parlour.protocol.events import ConversationDeleted
from parlour.store.database import Database
from parlour.store.tables import deltas, events, tenants, topics, turns, users
from tests.storage import Storage, run_on_postgres

TOPIC = "conversation:00000000-0000-7000-8000-000000000001"
OTHER = "conversation:00000000-0000-7000-8000-000000000002"


def said(topic: str = TOPIC) -> Event:
    return event(topic, ConversationDeleted(conversation_id="x"))


def tenant(name: str, **values: object) -> Unit:
    return Unit(changes=[insert(tenants).values({"id": name, "name": name, "created_at": "t", **values})])


async def names(database: Database) -> list[str]:
    async with database.read() as connection:
        return list(await connection.scalars(select(tenants.c.id).order_by(tenants.c.id)))


async def test_a_unit_is_committed_before_it_is_answered_and_its_events_are_numbered_from_one(
    writer: Writer, database: Database, published: list[Committed]
) -> None:
    receipt = await writer.commit(Unit(changes=tenant("a").changes, events=[said(), said(OTHER), said()]))
    assert receipt.seqs == (1, 1, 2)
    assert await names(database) == ["a"]
    assert [(c.topic, c.seq) for c in published] == [(TOPIC, 1), (OTHER, 1), (TOPIC, 2)]


async def test_a_statement_may_name_the_seq_of_any_event_of_its_unit(writer: Writer, database: Database) -> None:
    await writer.commit(Unit(events=[said()]))
    await writer.commit(
        Unit(
            changes=[insert(topics).values(id="elsewhere", seq=seq_of(1), floor=seq_of(0), mark=0)],
            events=[said(), said()],
        )
    )
    async with database.read() as connection:
        row = (await connection.execute(select(topics).where(topics.c.id == "elsewhere"))).one()
    assert (row.floor, row.seq) == (2, 3)


async def test_a_guard_that_does_not_hold_undoes_its_unit_alone(
    writer: Writer, database: Database, published: list[Committed]
) -> None:
    refused = Unit(
        guards=[Guard(update(users).where(users.c.id == "nobody").values(full_name="x"), Moved())],
        changes=tenant("refused").changes,
        events=[said()],
    )
    futures = [writer.submit(unit) for unit in (tenant("a"), refused, tenant("b"), Unit(events=[said()]))]
    results = await asyncio.gather(*futures, return_exceptions=True)
    assert isinstance(results[1], Moved)
    assert await names(database) == ["a", "b"]
    assert [c.seq for c in published] == [1]


async def test_a_guard_that_would_break_a_key_does_not_hold(writer: Writer, database: Database) -> None:
    keep = insert(tenants).values(id="a", name="a", created_at="t")
    once = Unit(guards=[Guard(keep, Duplicate())], events=[said()])
    await writer.commit(once)
    with pytest.raises(Duplicate):
        await writer.commit(Unit(guards=[Guard(keep, Duplicate())], changes=tenant("b").changes))
    assert await names(database) == ["a"]


async def test_a_statement_the_database_refuses_undoes_its_unit_alone(writer: Writer, database: Database) -> None:
    await writer.commit(tenant("a"))
    results = await asyncio.gather(writer.submit(tenant("a")), writer.submit(tenant("b")), return_exceptions=True)
    assert isinstance(results[0], StorageFailed)
    assert await names(database) == ["a", "b"]


async def test_rows_are_kept_each_with_the_seq_it_names(writer: Writer, database: Database) -> None:
    rows = [{"id": f"row {n}", "seq": seq_of(n), "floor": 0, "mark": 0} for n in range(3)]
    await writer.commit(Unit(events=[said()]))
    await writer.commit(Unit(changes=[FilledRows(insert(topics), rows)], events=[said(), said(), said()]))
    query = select(topics.c.id, topics.c.seq).where(topics.c.id.startswith("row")).order_by(topics.c.id)
    async with database.read() as connection:
        kept = [tuple(row) for row in await connection.execute(query)]
    assert kept == [("row 0", 2), ("row 1", 3), ("row 2", 4)]


async def test_a_row_the_database_refuses_takes_every_other_with_it(writer: Writer, database: Database) -> None:
    await writer.commit(tenant("b"))
    rows = [{"id": name, "name": name, "created_at": "t"} for name in "abc"]
    with pytest.raises(StorageFailed):
        await writer.commit(Unit(changes=[*tenant("first").changes, FilledRows(insert(tenants), rows)]))
    assert await names(database) == ["b"]


async def test_no_rows_are_no_change(writer: Writer, database: Database) -> None:
    await writer.commit(Unit(changes=[*tenant("a").changes, FilledRows(insert(tenants), [])]))
    assert await names(database) == ["a"]


async def test_the_same_unit_twice_changes_nothing_and_gives_the_same_receipt(
    writer: Writer, database: Database
) -> None:
    unit = Unit(changes=tenant("a").changes, events=[said()])
    assert await writer.commit(unit) == await writer.commit(unit)
    async with database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(events)) == 1


async def test_units_of_a_topic_keep_the_order_they_were_given_in(writer: Writer, published: list[Committed]) -> None:
    units = [
        Unit(events=[Event(TOPIC if n % 3 else OTHER, "conversation_deleted", orjson.dumps({"n": n}))])
        for n in range(200)
    ]
    await asyncio.gather(*[writer.submit(unit) for unit in units])
    for topic in (TOPIC, OTHER):
        mine = [c for c in published if c.topic == topic]
        assert [c.seq for c in mine] == list(range(1, len(mine) + 1))
        assert [orjson.loads(c.payload)["n"] for c in mine] == sorted(orjson.loads(c.payload)["n"] for c in mine)


async def test_waiting_may_be_cancelled_and_the_unit_still_goes_on(writer: Writer, database: Database) -> None:
    waiting = asyncio.ensure_future(writer.commit(Unit(changes=tenant("a").changes, events=[said()])))
    await asyncio.sleep(0)
    waiting.cancel()
    await writer.commit(Unit(changes=tenant("b").changes, events=[said()]))
    assert await names(database) == ["a", "b"]


async def test_nobody_is_told_of_a_conflict_that_whoever_met_it_no_longer_waits_for(writer: Writer) -> None:
    told: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    nobody = update(users).where(users.c.id == "nobody").values(full_name="x")
    waiting = asyncio.ensure_future(writer.commit(Unit(guards=[Guard(nobody, Moved())], events=[said()])))
    await asyncio.sleep(0)
    waiting.cancel()
    await writer.commit(Unit(events=[said()]))
    del waiting
    gc.collect()
    assert told == []


async def test_deltas_share_the_seq_of_their_topic_with_events_and_lie_above_the_mark(
    writer: Writer, database: Database, turn: tuple[str, int], published: list[Committed]
) -> None:
    turn_id, fence = turn
    await writer.commit(Unit(events=[said()]))
    head = len(published)
    first = Delta(TOPIC, turn_id, fence, b'{"n":1}')
    receipts = await asyncio.gather(
        writer.submit(first),
        writer.submit(Delta(TOPIC, turn_id, fence, b'{"n":2}')),
        writer.submit(Unit(events=[said()])),
        writer.submit(Delta(TOPIC, turn_id, fence, b'{"n":4}')),
    )
    assert [r.seqs[0] for r in receipts] == [2, 3, 4, 5]
    assert [(c.seq, c.is_delta) for c in published[head:]] == [(2, True), (3, True), (4, False), (5, True)]
    async with database.read() as connection:
        kept = (await connection.execute(select(deltas).order_by(deltas.c.id))).all()
        mark = await connection.scalar(select(events.c.mark).where(events.c.seq == 4))
    assert [row.seq for row in kept] == [2, 3, 5]
    assert mark is not None
    assert kept[1].id <= mark < kept[2].id


async def test_a_delta_of_an_owner_that_lost_its_turn_is_refused_and_the_others_are_kept(
    writer: Writer, turn: tuple[str, int], published: list[Committed]
) -> None:
    turn_id, fence = turn
    await writer.commit(Unit(events=[said(), said(OTHER)]))
    head = len(published)
    results = await asyncio.gather(
        writer.submit(Delta(TOPIC, turn_id, fence - 1, b'{"n":0}')),
        writer.submit(Delta(TOPIC, turn_id, fence, b'{"n":1}')),
        writer.submit(Delta(OTHER, "no-such-turn", 1, b'{"n":2}')),
        return_exceptions=True,
    )
    assert isinstance(results[0], Fenced)
    assert isinstance(results[2], Fenced)
    assert [orjson.loads(c.payload)["n"] for c in published[head:]] == [1]


async def test_nothing_is_taken_after_closing(writer: Writer, database: Database) -> None:
    waiting = writer.submit(tenant("a"))
    await writer.close()
    assert waiting.done()
    with pytest.raises(StorageFailed):
        await writer.commit(tenant("b"))
    assert await names(database) == ["a"]


async def test_a_transaction_that_the_database_undid_is_told_to_everybody_in_it_and_leaves_no_gap(
    writer: Writer, database: Database, storage: Storage, published: list[Committed]
) -> None:
    await _break_down_on(storage, "broken")
    await writer.commit(Unit(events=[said()]))
    futures = [writer.submit(Unit(changes=tenant(name).changes, events=[said()])) for name in ("a", "broken", "b")]
    results = await asyncio.gather(*futures, return_exceptions=True)
    kept = [name for name, result in zip(("a", "broken", "b"), results, strict=True) if isinstance(result, Receipt)]
    assert "broken" not in kept
    assert await names(database) == kept
    await writer.commit(Unit(events=[said()]))
    async with database.read() as connection:
        seqs = list(await connection.scalars(select(events.c.seq).order_by(events.c.seq)))
    assert seqs == [c.seq for c in published] == list(range(1, len(seqs) + 1))


async def _break_down_on(storage: Storage, name: str) -> None:
    """From now on, keeping the tenant `name` undoes the whole transaction, as a full disk does."""
    engine = create_async_engine(storage.url)
    async with engine.begin() as connection:
        if storage.kind == "sqlite":
            await connection.exec_driver_sql(
                f"CREATE TRIGGER breaks BEFORE INSERT ON tenants WHEN NEW.id = '{name}'"
                " BEGIN SELECT RAISE(ROLLBACK, 'disk is full'); END"
            )
        else:
            await connection.exec_driver_sql(f"ALTER TABLE tenants ADD CONSTRAINT breaks CHECK (id != '{name}')")
    await engine.dispose()


@pytest.mark.parametrize("storage", ["postgres"], indirect=True)
async def test_a_database_that_takes_no_connections_for_a_while_costs_a_unit_and_never_the_writer(
    writer: Writer, database: Database, storage: Storage
) -> None:
    name = storage.url.database
    gone = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    await asyncio.to_thread(run_on_postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false", gone)
    with pytest.raises(StorageFailed):
        await writer.commit(tenant("a"))
    await asyncio.to_thread(run_on_postgres, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    await writer.commit(tenant("b"))
    assert await names(database) == ["b"]


async def test_no_two_turns_of_a_conversation_are_at_work_whoever_claims_them(
    writer: Writer, turn: tuple[str, int]
) -> None:
    at_work = select(turns).where(turns.c.id == turn[0]).subquery()
    columns = [literal("another").label("id") if c.name == "id" else at_work.c[c.name] for c in turns.c]
    twin = insert(turns).from_select([c.name for c in turns.c], select(*columns))
    with pytest.raises(Moved):
        await writer.commit(Unit(guards=[Guard(twin, Moved())]))
