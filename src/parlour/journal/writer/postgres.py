"""The writer of PostgreSQL: all deltas of a batch in one statement, every other unit in a transaction of its own.

A batch goes in rounds, so that units of one topic keep their order while those of different topics go side by
side. A commit whose outcome was lost with the connection is looked up by its id before it is tried again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from sqlalchemy import CursorResult, insert, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from parlour.clock import Clock, isoformat
from parlour.errors import Conflict, Fenced, ParlourError, StorageFailed
from parlour.ids import new_id
from parlour.journal.unit import Change, Committed, Delta, Filled, Guard, Publish, Receipt, Unit, seqs_of_unit
from parlour.journal.writer.postgres_statements import append_deltas, move_heads, newest_delta
from parlour.store.tables import commits, events

SPACING_S = 0.003
LARGEST_BATCH = 512
CONNECTIONS = 4
TRIES = 5
RETRY_PAUSE_S = 0.2

Result = TypeVar("Result")

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Item:
    unit: Unit | Delta
    done: "asyncio.Future[Receipt]"

    @property
    def topics(self) -> frozenset[str]:
        if isinstance(self.unit, Delta):
            return frozenset((self.unit.topic,))
        return frozenset(event.topic for event in self.unit.events)


class PostgresWriter:
    """Implements `Writer` for PostgreSQL. Make it on the event loop that will use it."""

    def __init__(self, url: URL, *, clock: Clock, publish: Publish, fatal: Callable[[BaseException], None]) -> None:
        """`publish` gets what every commit said; `fatal` is called, once, when the writer itself has died."""
        self._engine: AsyncEngine = create_async_engine(url, pool_size=CONNECTIONS, max_overflow=0)
        self._clock = clock
        self._publish = publish
        self._fatal = fatal
        self._queue: asyncio.Queue[_Item | None] = asyncio.Queue()
        self._closed = False
        self._task = asyncio.create_task(self._run(), name="parlour-writer")

    def submit(self, unit: Unit | Delta) -> "asyncio.Future[Receipt]":
        done: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        if self._closed:
            done.set_exception(StorageFailed("The server is stopping; nothing was stored."))
        else:
            self._queue.put_nowait(_Item(unit, done))
        return done

    async def commit(self, unit: Unit | Delta) -> Receipt:
        return await asyncio.shield(self.submit(unit))

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._queue.put_nowait(None)
        await asyncio.shield(self._task)
        await self._engine.dispose()

    async def _run(self) -> None:
        try:
            await self._write_until_closed()
        except BaseException as error:
            self._fatal(error)
            raise

    async def _write_until_closed(self) -> None:
        loop = asyncio.get_running_loop()
        last_commit = 0.0
        while True:
            batch, open_still = await self._next_batch(last_commit + SPACING_S)
            waiting = batch
            while waiting:
                deltas, units, waiting = _round(waiting)
                jobs = [self._write_unit(item) for item in units]
                if deltas:
                    jobs.append(self._write_deltas(deltas))
                await asyncio.gather(*jobs)
            last_commit = loop.time()
            if not open_still:
                return

    async def _next_batch(self, not_before: float) -> tuple[list[_Item], bool]:
        """Wait for a unit, then take all that wait; deltas alone stay until `not_before`, so that more can join."""
        first = await self._queue.get()
        if first is None:
            return [], False
        batch = [first]
        pause = not_before - asyncio.get_running_loop().time()
        if pause > 0 and isinstance(first.unit, Delta):
            await asyncio.sleep(pause)
        while len(batch) < LARGEST_BATCH and not self._queue.empty():
            item = self._queue.get_nowait()
            if item is None:
                return batch, False
            batch.append(item)
        return batch, True

    # --- one transaction each ----------------------------------------------------------------------------------

    async def _write_deltas(self, items: Sequence[_Item]) -> None:
        deltas = [item.unit for item in items if isinstance(item.unit, Delta)]
        name = new_id()
        try:
            said = await self._insisting(name, lambda connection: self._append(connection, name, deltas))
        except ParlourError as error:
            for item in items:
                _fail(item, error)
            return
        self._publish([committed for committed in said if committed is not None])
        for item, committed in zip(items, said, strict=True):
            if committed is None:
                _fail(item, Fenced())
            else:
                _succeed(item, Receipt(item.unit.id, (committed.seq,)))

    async def _append(self, connection: AsyncConnection, name: str, deltas: Sequence[Delta]) -> list[Committed | None]:
        at = isoformat(self._clock.now())
        earlier = await connection.scalar(select(commits.c.seqs).where(commits.c.id == name))
        if earlier is None:
            seqs = await append_deltas(connection, deltas, at)
            await connection.execute(insert(commits).values(id=name, seqs=seqs, at=at))
        else:
            seqs = earlier
        return [
            None if seq is None else Committed(delta.topic, seq, seq, delta.payload, at, is_delta=True)
            for delta, seq in zip(deltas, seqs, strict=True)
        ]

    async def _write_unit(self, item: _Item) -> None:
        unit = item.unit
        assert isinstance(unit, Unit)
        try:
            seqs, said = await self._insisting(unit.id, lambda connection: self._apply(connection, unit))
        except ParlourError as error:
            _fail(item, error)
            return
        self._publish(said)
        _succeed(item, Receipt(unit.id, seqs))

    async def _apply(self, connection: AsyncConnection, unit: Unit) -> tuple[tuple[int, ...], list[Committed]]:
        at = isoformat(self._clock.now())
        earlier = await connection.scalar(select(commits.c.seqs).where(commits.c.id == unit.id))
        if earlier is not None:
            return tuple(earlier), [
                Committed(e.topic, seq, seq, e.payload, at, is_delta=False)
                for e, seq in zip(unit.events, earlier, strict=True)
            ]
        for guard in unit.guards:
            if await _rows_touched(connection, guard) != guard.rows:
                raise guard.conflict
        seqs = await move_heads(connection, [event.topic for event in unit.events])
        token = seqs_of_unit.set(seqs)
        try:
            for statement in unit.changes:
                await _execute(connection, statement)
        finally:
            seqs_of_unit.reset(token)
        if unit.events:
            mark = await newest_delta(connection)
            rows = [
                {
                    "topic": e.topic,
                    "seq": n,
                    "type": e.type,
                    "payload": e.payload,
                    "unit": unit.id,
                    "mark": mark,
                    "at": at,
                }
                for e, n in zip(unit.events, seqs, strict=True)
            ]
            await connection.execute(insert(events), rows)
        await connection.execute(insert(commits).values(id=unit.id, seqs=seqs, at=at))
        return seqs, [
            Committed(e.topic, seq, seq, e.payload, at, is_delta=False)
            for e, seq in zip(unit.events, seqs, strict=True)
        ]

    async def _commit(self, connection: AsyncConnection) -> None:
        """The one moment in which a transaction becomes true: durable, and not published yet."""
        await connection.commit()

    async def _insisting(self, name: str, work: "Callable[[AsyncConnection], Awaitable[Result]]") -> "Result":
        """Do `work` in a transaction; again when the database asked for that, or went away and came back.

        Raises the Conflict that `work` raises, and StorageFailed when the database keeps failing.
        """
        for tried in range(1, TRIES + 1):
            try:
                async with self._engine.connect() as connection:
                    result = await work(connection)
                    await self._commit(connection)
                    return result
            except Conflict:
                raise
            except (SQLAlchemyError, OSError) as error:
                if tried == TRIES or not _may_pass(error):
                    log.error("a unit could not be stored", unit=name, exc_info=error)
                    raise StorageFailed from error
                log.warning("the database did not take a unit; trying again", unit=name, tried=tried, exc_info=error)
                await self._clock.sleep(RETRY_PAUSE_S * tried)
        raise StorageFailed


async def _execute(connection: AsyncConnection, change: Change) -> CursorResult[Any]:
    if isinstance(change, Filled):
        return await connection.execute(change.statement, change.parameters())
    return await connection.execute(change)


async def _rows_touched(connection: AsyncConnection, guard: Guard) -> int:
    try:
        return (await _execute(connection, guard.statement)).rowcount
    except IntegrityError as taken:
        raise guard.conflict from taken


def _may_pass(error: BaseException) -> bool:
    """Whether trying again can help: the connection was lost, or two transactions were in each other's way."""
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        return error.connection_invalidated or state in {"40001", "40P01", "57P01", "57P02", "57P03", "08006"}
    return isinstance(error, OSError)


def _round(items: Sequence[_Item]) -> tuple[list[_Item], list[_Item], list[_Item]]:
    """Split what waits: the deltas and units that may go now, and those that must wait for one of their topics."""
    deltas: list[_Item] = []
    units: list[_Item] = []
    later: list[_Item] = []
    delta_topics: set[str] = set()
    taken: set[str] = set()
    for item in items:
        topics = item.topics
        if isinstance(item.unit, Delta) and not topics & taken:
            deltas.append(item)
            delta_topics |= topics
        elif not isinstance(item.unit, Delta) and not topics & (taken | delta_topics):
            units.append(item)
            taken |= topics
        else:
            later.append(item)
            taken |= topics
    return deltas, units, later


def _fail(item: _Item, error: ParlourError) -> None:
    if not item.done.done():
        item.done.set_exception(error)


def _succeed(item: _Item, receipt: Receipt) -> None:
    if not item.done.done():
        item.done.set_result(receipt)
