"""The writer of SQLite: one connection, one thread that waits for the disk, and many units in every transaction.

What waits is written at once when a unit other than a delta is among it or nothing was written lately, and otherwise
at most once in `SPACING_S`; there is never more than one transaction under way. Measured: longer pauses buy almost
nothing, because reading and sending cost more than committing does.

What turns write is brief and is carried out on the event loop; only the commit, which waits for the disk, is left to
the thread. Two threads that both run Python would wait for each other at every single statement. A batch that holds
anything else, which may take long, or that has to wait for another process, is the thread's from its beginning.
"""

import asyncio
import queue
import threading
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog

from parlour.clock import Clock, isoformat
from parlour.errors import Conflict, ParlourError, StorageFailed, StorageFull
from parlour.journal.unit import Committed, Delta, Filled, Publish, Receipt, Unit
from parlour.journal.writer.awaiting import outcome_of
from parlour.journal.writer.sqlite_transaction import SqliteTransaction

SPACING_S = 0.003
LARGEST_BATCH = 512

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Item:
    unit: Unit | Delta
    done: "asyncio.Future[Receipt]"
    result: Receipt | ParlourError | None = None
    said: list[Committed] = field(default_factory=list[Committed])

    @property
    def is_brief(self) -> bool:
        """Whether it is made of nothing but what every turn writes."""
        unit = self.unit
        return isinstance(unit, Delta) or (
            all(isinstance(guard.statement, Filled) for guard in unit.guards)
            and all(isinstance(change, Filled) for change in unit.changes)
        )


class SqliteWriter:
    """Implements `Writer` for a SQLite file. Make it on the event loop that will await it."""

    def __init__(self, path: Path, *, clock: Clock, publish: Publish, fatal: Callable[[BaseException], None]) -> None:
        """`publish` gets what every commit said; `fatal` is called, once, when the writer itself has died."""
        self._loop = asyncio.get_running_loop()
        self._clock = clock
        self._publish = publish
        self._fatal = fatal
        self._waiting: deque[_Item] = deque()
        self._urgent = False
        self._writing = False
        self._not_before = 0.0
        self._planned: asyncio.Handle | None = None
        self._closed = False
        self._full = False
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._transaction = SqliteTransaction(path)
        self._thread = threading.Thread(target=self._run, name="parlour-writer", daemon=True)
        self._thread.start()

    def submit(self, unit: Unit | Delta) -> "asyncio.Future[Receipt]":
        done: asyncio.Future[Receipt] = self._loop.create_future()
        if self._closed:
            done.set_exception(StorageFailed("The server is stopping; nothing was stored."))
            return done
        self._waiting.append(_Item(unit, done))
        if not self._urgent and not isinstance(unit, Delta):
            self._urgent = True
            self._plan()
        elif self._planned is None:
            self._plan()
        return done

    async def commit(self, unit: Unit | Delta) -> Receipt:
        return await outcome_of(self.submit(unit))

    @property
    def is_full(self) -> bool:
        return self._full

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._plan()
        await asyncio.shield(self._ended)

    # --- on the loop: when what is written -------------------------------------------------------------------------

    def _plan(self) -> None:
        """See to it that what waits is handed over: soon if something urgent waits, else when the pause is over."""
        if self._writing:
            return
        if self._planned is not None:
            self._planned.cancel()
            self._planned = None
        pause = self._not_before - self._loop.time()
        if self._urgent or self._closed or pause <= 0:
            # Not at once: what is submitted in the same turn of the loop can go in the same transaction.
            self._planned = self._loop.call_soon(self._hand_over)
        elif self._waiting:
            self._planned = self._loop.call_later(pause, self._hand_over)

    def _hand_over(self) -> None:
        self._planned = None
        self._urgent = False
        waiting = self._waiting
        if waiting:
            self._writing = True
            self._begin_with([waiting.popleft() for _ in range(min(len(waiting), LARGEST_BATCH))])
        elif self._closed:
            self._jobs.put(None)

    def _begin_with(self, batch: list[_Item]) -> None:
        """Do of a batch what is brief, and leave the rest to the thread."""
        job = self._keep
        try:
            with self._all_or_nothing(batch):
                if all(item.is_brief for item in batch) and self._transaction.begin_at_once():
                    self._write(batch)
                else:
                    job = self._write_and_keep
        except BaseException as error:
            self._jobs.put(None)
            self._fatal(error)
            raise
        self._jobs.put(partial(job, batch))

    def _finish(self, batch: list[_Item]) -> None:
        self._writing = False
        self._not_before = self._loop.time() + SPACING_S
        said = [event for item in batch for event in item.said]
        if said:
            self._publish(said)
        for item in batch:
            if item.done.done():
                continue
            if isinstance(item.result, Receipt):
                self._full = False
                item.done.set_result(item.result)
            else:
                item.done.set_exception(item.result or StorageFailed())
        self._urgent = self._urgent or len(self._waiting) >= LARGEST_BATCH
        if self._waiting or self._closed:
            self._plan()

    # --- in the thread ---------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while (job := self._jobs.get()) is not None:
                job()
        except BaseException as error:
            self._tell_loop(partial(self._fatal, error))
            raise
        finally:
            self._transaction.close()
            self._tell_loop(lambda: self._ended.done() or self._ended.set_result(None))

    def _write_and_keep(self, batch: list[_Item]) -> None:
        with self._all_or_nothing(batch):
            self._transaction.begin()
            self._write(batch)
        self._keep(batch)

    def _keep(self, batch: list[_Item]) -> None:
        with self._all_or_nothing(batch):
            if self._transaction.is_open:
                self._commit()
        self._tell_loop(partial(self._finish, batch))

    def _commit(self) -> None:
        """The one moment in which a batch becomes true: durable, and not published yet."""
        self._transaction.commit()

    def _tell_loop(self, callback: Callable[[], object]) -> None:
        try:
            self._loop.call_soon_threadsafe(callback)
        except RuntimeError:  # the loop is closed: nobody waits any more
            log.warning("the writer outlived its event loop")

    # --- inside a transaction, on the loop or in the thread --------------------------------------------------------

    def _write(self, batch: list[_Item]) -> None:
        at = isoformat(self._clock.now())
        index = 0
        while index < len(batch):
            stop = index
            while stop < len(batch) and isinstance(batch[stop].unit, Delta):
                stop += 1
            if stop > index:
                self._write_deltas(batch[index:stop], at)
                index = stop
            else:
                self._write_unit(batch[index], at)
                index += 1

    @contextmanager
    def _all_or_nothing(self, batch: list[_Item]) -> Generator[None]:
        """When the database itself fails, nothing of the batch is kept, and everybody in it is told."""
        try:
            yield
        except self._transaction.errors as error:
            self._transaction.abandon()
            failure = self._failure_of(error, units=len(batch))
            for item in batch:
                item.result, item.said = failure, []

    def _write_deltas(self, items: list[_Item], at: str) -> None:
        results = self._transaction.append([item.unit for item in items if isinstance(item.unit, Delta)], at)
        for item, (result, said) in zip(items, results, strict=True):
            item.result = result
            if said is not None:
                item.said = [said]

    def _write_unit(self, item: _Item, at: str) -> None:
        assert isinstance(item.unit, Unit)
        try:
            item.result, item.said = self._transaction.apply(item.unit, at)
        except Conflict as conflict:
            item.result = conflict
        except self._transaction.errors as error:
            if not self._transaction.is_open:
                raise
            item.result = self._failure_of(error, unit=item.unit.id)

    def _failure_of(self, error: Exception, **what: object) -> StorageFailed:
        """What to answer when the database fails. A disk that stays full is told of in full once."""
        if not self._transaction.is_full(error):
            log.error("something could not be stored", exc_info=error, **what)
            return StorageFailed()
        log.error("the disk is full: nothing is stored", exc_info=None if self._full else error, **what)
        self._full = True
        return StorageFull()
