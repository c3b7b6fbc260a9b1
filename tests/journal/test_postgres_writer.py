"""PostgreSQL's writer when a commit became true and nobody was told: it is looked up, not repeated."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TypeVar

import asyncpg  # pyright: ignore[reportMissingTypeStubs]
import orjson
import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.engine import URL

from parlour.clock import Clock
from parlour.errors import Moved
from parlour.journal.feed import read
from parlour.journal.unit import Committed, Delta, Event, Guard, Publish, Receipt, Unit
from parlour.journal.writer.postgres import PostgresWriter
from parlour.store.database import Database
from parlour.store.tables import commits, tenants
from tests.conftest import ManualClock
from tests.storage import Storage

TOPIC = "conversation:c"

Result = TypeVar("Result")

pytestmark = pytest.mark.parametrize("storage", ["postgres"], indirect=True)


class ForgetfulWriter(PostgresWriter):
    """A writer that loses its connection once, in the moment between a commit and its answer."""

    def __init__(self, url: URL, *, clock: Clock, publish: Publish, fatal: Callable[[BaseException], None]) -> None:
        self.loses_next = False
        super().__init__(url, clock=clock, publish=publish, fatal=fatal)

    async def _commit(self, last: Awaitable[Result]) -> Result:
        result = await super()._commit(last)
        if self.loses_next:
            self.loses_next = False
            raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation")
        return result


@pytest.fixture
async def writer(storage: Storage, clock: ManualClock, published: list[Committed]) -> AsyncIterator[ForgetfulWriter]:
    deaths: list[BaseException] = []
    opened = ForgetfulWriter(storage.url, clock=clock, publish=published.extend, fatal=deaths.append)
    yield opened
    await opened.close()
    assert not deaths


def renamed(before: str, after: str) -> Unit:
    """Holds only while the tenant has its name of before, so that it can become true but once."""
    change = update(tenants).where(tenants.c.id == "tenant", tenants.c.name == before).values(name=after)
    return Unit(guards=[Guard(change, Moved())], events=[Event(TOPIC, "conversation_deleted", orjson.dumps(after))])


async def test_a_unit_whose_outcome_was_lost_is_told_as_it_became_true(
    writer: ForgetfulWriter, database: Database, published: list[Committed], turn: tuple[str, int]
) -> None:
    del turn
    unit = renamed("t", "a")
    writer.loses_next = True
    receipt = await writer.commit(unit)
    assert receipt == Receipt(unit.id, (1,))
    assert (await writer.commit(renamed("a", "b"))).seqs == (2,)
    assert [(said.topic, said.seq, said.payload) for said in published] == [(TOPIC, 1, b'"a"'), (TOPIC, 2, b'"b"')]
    async with database.read() as connection:
        kept = await read(connection, TOPIC, 0)
        times = list(await connection.scalars(select(commits.c.id).where(commits.c.id == unit.id)))
    assert [said.payload for said in kept] == [b'"a"', b'"b"']
    assert times == [unit.id]


async def test_a_unit_that_only_writes_is_not_written_twice_when_its_outcome_was_lost(
    writer: ForgetfulWriter, database: Database
) -> None:
    writer.loses_next = True
    unit = Unit(changes=[insert(tenants).values(id="a", name="a", created_at="t")])
    assert await writer.commit(unit) == Receipt(unit.id, ())
    async with database.read() as connection:
        assert list(await connection.scalars(select(tenants.c.id))) == ["a"]


async def test_a_piece_of_an_answer_whose_outcome_was_lost_stands_there_once(
    writer: ForgetfulWriter, database: Database, published: list[Committed], turn: tuple[str, int]
) -> None:
    turn_id, fence = turn
    await writer.commit(renamed("t", "a"))
    writer.loses_next = True
    first = Delta(TOPIC, turn_id, fence, b'{"n":1}')
    assert await writer.commit(first) == Receipt(first.id, (2,))
    assert (await writer.commit(Delta(TOPIC, turn_id, fence, b'{"n":2}'))).seqs == (3,)
    assert [(said.seq, said.payload) for said in published[1:]] == [(2, b'{"n":1}'), (3, b'{"n":2}')]
    async with database.read() as connection:
        kept = await read(connection, TOPIC, 1)
    assert [(said.seq, said.payload) for said in kept] == [(2, b'{"n":1}'), (3, b'{"n":2}')]
