"""The open sources: one for each datasource, made when it is first used and closed when nobody has used it for a while.

A datasource that was changed, here or on another server, is opened anew; what is under way on the old one ends first.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

import structlog

from parlour.clock import Clock
from parlour.toolkits.data.datasource import Datasource
from parlour.toolkits.data.kinds import Linked, Source
from parlour.tools.outcomes import ToolProblem

log = structlog.get_logger(__name__)

Connect = Callable[[Datasource], Coroutine[Any, Any, Source]]


@dataclass(slots=True)
class _Open:
    """A source that is open or being opened."""

    rev: int
    source: "asyncio.Task[Source]"
    users: int = 0
    last_used: float = 0.0
    is_retired: bool = False


class Pools:
    """The open sources of this server."""

    def __init__(self, connect: Connect, clock: Clock, idle_s: float) -> None:
        self._connect = connect
        self._clock = clock
        self._idle_s = idle_s
        self._open: dict[str, _Open] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self._problems: dict[str, tuple[int, str]] = {}

    def standing(self, datasource: Datasource) -> Literal["open", "connected", "idle", "away"]:
        """How a datasource stands on this server, as far as that is known without trying.

        Idle: nobody has used it of late. Away: it could not be opened, or did not answer, when it was tried last.
        """
        entry = self._open.get(datasource.id)
        if entry is not None and entry.source.done() and not self._has_failed(entry):
            source = entry.source.result()
            return source.standing if isinstance(source, Linked) else "open"
        return "away" if self.problem(datasource) else "idle"

    def problem(self, datasource: Datasource) -> str:
        """Why it could not be opened when it was tried last; "" when it could, or was changed since."""
        rev, problem = self._problems.get(datasource.id, (0, ""))
        return problem if rev == datasource.rev else ""

    @property
    def count(self) -> int:
        """How many are open."""
        return len(self._open)

    @asynccontextmanager
    async def lend(self, datasource: Datasource) -> AsyncGenerator[Source]:
        """The source, opened if it is not, the same for all who use it at once. Raises what opening it does."""
        entry = self._entry(datasource)
        entry.users += 1
        try:
            # Whoever stops waiting does not stop the opening: others wait for the same.
            yield await asyncio.shield(entry.source)
        finally:
            entry.users -= 1
            entry.last_used = self._clock.monotonic()
            self._note(datasource, entry)
            if self._has_failed(entry):
                self._forget(datasource.id, entry)
            elif entry.is_retired and not entry.users:
                self._close_soon(entry)

    def retire(self, datasource_id: str) -> None:
        """Close a source as soon as nobody uses it; whoever comes next opens it anew."""
        entry = self._open.pop(datasource_id, None)
        if entry is None:
            return
        entry.is_retired = True
        if not entry.users:
            self._close_soon(entry)

    def tidy(self) -> None:
        """Close what nobody has used for a while."""
        long_ago = self._clock.monotonic() - self._idle_s
        idle = [key for key, entry in self._open.items() if not entry.users and entry.last_used <= long_ago]
        for datasource_id in idle:
            self.retire(datasource_id)

    async def keep_tidy(self) -> None:
        """Tidy until cancelled, and then close everything."""
        try:
            while True:
                await self._clock.sleep(max(1.0, self._idle_s / 2))
                self.tidy()
        finally:
            await self.close()

    async def close(self) -> None:
        """Close everything, also what is in use."""
        for datasource_id in [*self._open]:
            entry = self._open.pop(datasource_id)
            self._close_soon(entry)
        await asyncio.gather(*self._closing)

    def _entry(self, datasource: Datasource) -> _Open:
        entry = self._open.get(datasource.id)
        if entry is not None and (entry.rev < datasource.rev or self._has_failed(entry)):
            self.retire(datasource.id)
            entry = None
        if entry is None:
            opening = asyncio.create_task(self._connect(datasource))
            entry = _Open(datasource.rev, opening, last_used=self._clock.monotonic())
            self._open[datasource.id] = entry
        return entry

    def _has_failed(self, entry: _Open) -> bool:
        return entry.source.done() and (entry.source.cancelled() or entry.source.exception() is not None)

    def _note(self, datasource: Datasource, entry: _Open) -> None:
        """Keep in mind whether it could be opened."""
        if not entry.source.done():
            return
        self._problems.pop(datasource.id, None)
        if self._has_failed(entry) and not entry.source.cancelled():
            error = entry.source.exception()
            words = error.message if isinstance(error, ToolProblem) else getattr(error, "safe", "It cannot be opened.")
            self._problems[datasource.id] = datasource.rev, words

    def _forget(self, datasource_id: str, entry: _Open) -> None:
        if self._open.get(datasource_id) is entry:
            del self._open[datasource_id]

    def _close_soon(self, entry: _Open) -> None:
        task = asyncio.create_task(self._closed(entry))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    async def _closed(self, entry: _Open) -> None:
        if not entry.source.done():
            entry.source.cancel()
        (source,) = await asyncio.gather(entry.source, return_exceptions=True)
        if isinstance(source, BaseException):
            return
        (fault,) = await asyncio.gather(source.close(), return_exceptions=True)
        if isinstance(fault, Exception):
            log.warning("a datasource could not be closed properly", exc_info=fault)
