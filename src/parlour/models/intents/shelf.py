"""The indexes that are kept between turns: one for every home, the longest unused put away first."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from parlour.models.intents.index import NameIndex
from parlour.models.intents.normalise import Spoken
from parlour.tools.caller import Caller
from parlour.tools.language import NameSource

T = TypeVar("T")
Key = tuple[str, str, str]

_MOST = 64


@dataclass(slots=True)
class _Kept:
    index: NameIndex
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Shelf:
    """Keeps an index for each (source, tenant, project) and brings it up to date before it is used."""

    def __init__(self, spoken: Spoken, most: int = _MOST) -> None:
        self._spoken = spoken
        self._most = most
        self._kept: OrderedDict[Key, _Kept] = OrderedDict()
        self._working: set[asyncio.Task[object]] = set()

    async def use(self, source: NameSource, caller: Caller, work: Callable[[NameIndex], T]) -> T:
        """Run `work` on the index, in a worker thread, with nobody else changing it meanwhile.

        Whoever stops waiting does not disturb it: the work goes on to its end and gives the index free.
        """
        kept = self._find((source.key, caller.tenant_id, caller.project_id))
        task = asyncio.create_task(self._use(kept, source, caller, work))
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        return await asyncio.shield(task)

    def __len__(self) -> int:
        return len(self._kept)

    async def _use(self, kept: _Kept, source: NameSource, caller: Caller, work: Callable[[NameIndex], T]) -> T:
        async with kept.lock:
            changes = await source.changes(caller, kept.index.version)

            def run() -> T:
                kept.index.apply(changes)
                return work(kept.index)

            return await asyncio.to_thread(run)

    def _find(self, key: Key) -> _Kept:
        kept = self._kept.setdefault(key, _Kept(NameIndex(self._spoken)))
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return kept
