"""The writer of SQLite: one thread, one connection, and many units in every transaction.

The thread commits at once when it was idle or a unit other than a delta waits, and otherwise at most once in
`SPACING_S`; there is never more than one transaction under way. Measured: longer pauses buy almost nothing,
because reading and sending cost more than committing does.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog

from parlour.clock import Clock, isoformat
from parlour.errors import Conflict, ParlourError, StorageFailed
from parlour.journal.unit import Committed, Delta, Publish, Receipt, Unit
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


class SqliteWriter:
    """Implements `Writer` for a SQLite file. Make it on the event loop that will await it."""

    def __init__(self, path: Path, *, clock: Clock, publish: Publish, fatal: Callable[[BaseException], None]) -> None:
        """`publish` gets what every commit said; `fatal` is called, once, when the writer itself has died."""
        self._loop = asyncio.get_running_loop()
        self._clock = clock
        self._publish = publish
        self._fatal = fatal
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._closed = False
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._transaction = SqliteTransaction(path)
        self._thread = threading.Thread(target=self._run, name="parlour-writer", daemon=True)
        self._thread.start()

    def submit(self, unit: Unit | Delta) -> "asyncio.Future[Receipt]":
        done: asyncio.Future[Receipt] = self._loop.create_future()
        if self._closed:
            done.set_exception(StorageFailed("The server is stopping; nothing was stored."))
        else:
            self._queue.put(_Item(unit, done))
        return done

    async def commit(self, unit: Unit | Delta) -> Receipt:
        return await asyncio.shield(self.submit(unit))

    async def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._queue.put(None)
        await asyncio.shield(self._ended)

    # --- in the thread -----------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._write_until_closed()
        except BaseException as error:
            self._tell_loop(partial(self._fatal, error))
            raise
        finally:
            self._transaction.close()
            self._tell_loop(lambda: self._ended.done() or self._ended.set_result(None))

    def _write_until_closed(self) -> None:
        last_commit = 0.0
        while True:
            batch, open_still = self._next_batch(last_commit + SPACING_S)
            if batch:
                self._write(batch)
                last_commit = time.monotonic()
                self._tell_loop(partial(self._finish, batch))
            if not open_still:
                return

    def _next_batch(self, not_before: float) -> tuple[list[_Item], bool]:
        """Wait for a unit, then take all that wait; deltas alone stay until `not_before`, so that more can join."""
        batch: list[_Item] = []
        wait: float | None = None
        while len(batch) < LARGEST_BATCH:
            try:
                item = self._queue.get(timeout=wait) if wait != 0 else self._queue.get_nowait()
            except queue.Empty:
                break
            if item is None:
                return batch, False
            batch.append(item)
            urgent = wait == 0 or not isinstance(item.unit, Delta)
            wait = 0 if urgent else max(0.0, not_before - time.monotonic())
        return batch, True

    def _write(self, batch: list[_Item]) -> None:
        at = isoformat(self._clock.now())
        try:
            self._transaction.begin()
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
            self._commit()
        except self._transaction.errors as error:
            self._transaction.abandon()
            log.error("a batch could not be stored", units=len(batch), exc_info=error)
            for item in batch:
                item.result, item.said = StorageFailed(), []

    def _commit(self) -> None:
        """The one moment in which a batch becomes true: durable, and not published yet."""
        self._transaction.commit()

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
            log.error("a unit could not be stored", unit=item.unit.id, exc_info=error)
            item.result = StorageFailed()

    def _tell_loop(self, callback: Callable[[], object]) -> None:
        try:
            self._loop.call_soon_threadsafe(callback)
        except RuntimeError:  # the loop is closed: nobody waits any more
            log.warning("the writer outlived its event loop")

    # --- on the loop again -------------------------------------------------------------------------------------

    def _finish(self, batch: list[_Item]) -> None:
        said = [event for item in batch for event in item.said]
        if said:
            self._publish(said)
        for item in batch:
            if item.done.done():
                continue
            if isinstance(item.result, Receipt):
                item.done.set_result(item.result)
            else:
                item.done.set_exception(item.result or StorageFailed())
