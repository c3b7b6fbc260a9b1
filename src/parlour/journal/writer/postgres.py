"""The writer of PostgreSQL: all deltas of a batch in one statement, every other unit in a transaction of its own.

Units of one topic keep their order, while those of different topics go side by side. Deltas go at once when none
were written lately, and otherwise at most once in `SPACING_S`, on a connection of their own, so that they wait for
nothing but their topics. A commit whose outcome was lost with the connection is looked up by its id before it is
tried again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import Conflict, Fenced, ParlourError, StorageFailed, StorageFull
from parlour.ids import new_id
from parlour.journal.unit import Committed, Delta, Publish, Receipt, Unit
from parlour.journal.writer.awaiting import outcome_of
from parlour.journal.writer.postgres_statements import append_deltas, seqs_of
from parlour.journal.writer.postgres_transaction import apply, said_by
from parlour.store.kept import BROKEN_KEY, FAULTS, LOST, Connections
from parlour.store.prepared import driver_of

SPACING_S = 0.003
LARGEST_BATCH = 512
CONNECTIONS = 4
TRIES = 5
RETRY_PAUSE_S = 0.2

PASSING = {"40001", "40P01", "57P01", "57P02", "57P03", "08003", "08006"}
"""SQLSTATEs of what passes: transactions in each other's way, a server that restarts, a connection that was lost."""

FULL = "53100"
"""The SQLSTATE of a disk without room."""

Result = TypeVar("Result")
Work = Callable[[AsyncConnection], Awaitable[Sequence[int | None]]]
"""Does something in a transaction, and tells the seqs of what it said."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Item:
    unit: Unit | Delta
    topics: frozenset[str]
    done: "asyncio.Future[Receipt]"


class PostgresWriter:
    """Implements `Writer` for PostgreSQL. Make it on the event loop that will use it."""

    def __init__(self, url: URL, *, clock: Clock, publish: Publish, fatal: Callable[[BaseException], None]) -> None:
        """`publish` gets what every commit said; `fatal` is called, once, when the writer itself has died."""
        self._loop = asyncio.get_running_loop()
        self._for_units = Connections(url, CONNECTIONS)
        self._for_deltas = Connections(url, 1)
        self._clock = clock
        self._publish = publish
        self._fatal = fatal
        self._waiting: list[_Item] = []
        self._busy: set[str] = set()
        """The topics of what is being written."""
        self._jobs: set[asyncio.Task[None]] = set()
        self._appending = False
        self._not_before = 0.0
        self._planned = False
        self._later: asyncio.Handle | None = None
        self._closed = False
        self._full = False
        self._ended = asyncio.Event()

    def submit(self, unit: Unit | Delta) -> "asyncio.Future[Receipt]":
        done: asyncio.Future[Receipt] = self._loop.create_future()
        if self._closed:
            done.set_exception(StorageFailed("The server is stopping; nothing was stored."))
            return done
        topics = (unit.topic,) if isinstance(unit, Delta) else (event.topic for event in unit.events)
        self._waiting.append(_Item(unit, frozenset(topics), done))
        if not isinstance(unit, Delta) or not (self._appending or self._later):
            self._plan()
        return done

    async def commit(self, unit: Unit | Delta) -> Receipt:
        return await outcome_of(self.submit(unit))

    @property
    def is_full(self) -> bool:
        return self._full

    async def close(self) -> None:
        self._closed = True
        self._plan()
        await self._ended.wait()
        await self._for_units.close()
        await self._for_deltas.close()

    # --- when what is written --------------------------------------------------------------------------------------

    def _plan(self) -> None:
        """Look soon at what waits: not at once, since what is submitted meanwhile can go with it."""
        if not self._planned:
            self._planned = True
            self._loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        """Begin with everything that may go now."""
        self._planned = False
        if self._later is not None:
            self._later.cancel()
            self._later = None
        pause = self._not_before - self._loop.time()
        may_append = not self._appending and (pause <= 0 or self._closed)
        deltas, units, self._waiting = _ready(self._waiting, self._busy, LARGEST_BATCH if may_append else 0)
        for item in units:
            self._begin(item.topics, self._write_unit(item))
        if deltas:
            self._appending = True
            self._begin(frozenset[str]().union(*(item.topics for item in deltas)), self._write_deltas(deltas))
        elif self._waiting and pause > 0 and not self._appending:
            self._later = self._loop.call_later(pause, self._plan)
        if self._closed and not self._waiting and not self._jobs:
            self._ended.set()

    def _begin(self, topics: frozenset[str], work: Coroutine[Any, Any, None]) -> None:
        self._busy |= topics
        job = self._loop.create_task(work, name="parlour-writer")
        self._jobs.add(job)

        def over(_: "asyncio.Task[None]") -> None:
            self._jobs.discard(job)
            self._busy.difference_update(topics)
            if (error := job.exception()) is not None:
                self._fatal(error)
            self._plan()

        job.add_done_callback(over)

    # --- one transaction each --------------------------------------------------------------------------------------

    async def _write_deltas(self, items: Sequence[_Item]) -> None:
        deltas = [item.unit for item in items if isinstance(item.unit, Delta)]
        name, at = new_id(), isoformat(self._clock.now())

        async def append(connection: AsyncConnection) -> Sequence[int | None]:
            return await self._commit(append_deltas(driver_of(connection), name, deltas, at))

        try:
            seqs = await self._insisting(self._for_deltas, name, append)
        except ParlourError as error:
            for item in items:
                _fail(item, error)
            return
        finally:
            self._appending = False
            self._not_before = self._loop.time() + SPACING_S
        self._publish(
            [
                Committed(delta.topic, seq, seq, delta.payload, at, is_delta=True)
                for delta, seq in zip(deltas, seqs, strict=True)
                if seq is not None
            ]
        )
        for item, seq in zip(items, seqs, strict=True):
            if seq is None:
                _fail(item, Fenced())
            else:
                _succeed(item, Receipt(item.unit.id, (seq,)))

    async def _write_unit(self, item: _Item) -> None:
        unit = item.unit
        assert isinstance(unit, Unit)
        at = isoformat(self._clock.now())

        async def do_all(connection: AsyncConnection) -> Sequence[int]:
            driver = driver_of(connection)
            await driver.execute("BEGIN")
            seqs = await apply(connection, unit, at)
            await self._commit(driver.execute("COMMIT"))
            return seqs

        try:
            seqs = await self._insisting(self._for_units, unit.id, do_all)
        except ParlourError as error:
            _fail(item, error)
            return
        numbered = tuple(seq for seq in seqs if seq is not None)
        self._publish(said_by(unit, numbered, at))
        _succeed(item, Receipt(unit.id, numbered))

    async def _commit(self, last: Awaitable[Result]) -> Result:
        """The one moment in which a transaction becomes true: durable, and not published yet."""
        return await last

    async def _insisting(self, connections: Connections, name: str, work: Work) -> Sequence[int | None]:
        """The seqs of `work`; tried again when the database asked for that, or went away and came back.

        What was committed under `name` before is not repeated. Raises the Conflict that `work` raises, and
        StorageFailed when the database keeps failing.
        """
        for tried in range(1, TRIES + 1):
            try:
                async with connections.lend() as connection:
                    seqs = await _once(connection, name, work, is_first=tried == 1)
                self._full = False
                return seqs
            except FAULTS as error:
                if _state_of(error) == FULL:
                    log.error("the disk is full: nothing is stored", exc_info=None if self._full else error)
                    self._full = True
                    raise StorageFull from error
                if tried == TRIES or not _may_pass(error):
                    log.error("a unit could not be stored", unit=name, exc_info=error)
                    raise StorageFailed from error
                log.warning("the database did not take a unit; trying again", unit=name, tried=tried, exc_info=error)
                await self._clock.sleep(RETRY_PAUSE_S * tried)
        raise StorageFailed


def _ready(
    items: Sequence[_Item], busy: Collection[str], most_deltas: int
) -> tuple[list[_Item], list[_Item], list[_Item]]:
    """Split what waits: the deltas and units whose topics are free, and those that must wait for one of theirs."""
    deltas: list[_Item] = []
    units: list[_Item] = []
    later: list[_Item] = []
    taken = set(busy)
    delta_topics: set[str] = set()
    for item in items:
        if isinstance(item.unit, Delta):
            if item.topics.isdisjoint(taken) and len(deltas) < most_deltas:
                deltas.append(item)
                delta_topics |= item.topics
                continue
        elif item.topics.isdisjoint(taken) and item.topics.isdisjoint(delta_topics):
            units.append(item)
            taken |= item.topics
            continue
        later.append(item)
        taken |= item.topics
    return deltas, units, later


async def _once(connection: AsyncConnection, name: str, work: Work, *, is_first: bool) -> Sequence[int | None]:
    """Do `work`, or find what it came to before, which is only looked up when something speaks for it."""
    driver = driver_of(connection)
    if not is_first and (earlier := await seqs_of(driver, name)) is not None:
        return earlier
    try:
        return await work(connection)
    except (Conflict, *BROKEN_KEY):
        await driver.execute("ROLLBACK")
        earlier = await seqs_of(driver, name)
        if earlier is None:
            raise
        return earlier


def _may_pass(error: BaseException) -> bool:
    """Whether trying again can help: the connection was lost, or two transactions were in each other's way."""
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    return isinstance(error, LOST) or _state_of(error) in PASSING


def _state_of(error: BaseException) -> str | None:
    """The SQLSTATE of what the database or its driver threw."""
    return getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlstate", None)


def _fail(item: _Item, error: ParlourError) -> None:
    if not item.done.done():
        item.done.set_exception(error)


def _succeed(item: _Item, receipt: Receipt) -> None:
    if not item.done.done():
        item.done.set_result(receipt)
