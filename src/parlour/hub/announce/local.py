"""For the one server of a data directory: nobody else is there."""

import asyncio
from collections.abc import Callable, Iterable

from parlour.hub.announce.base import Ears
from parlour.hub.announce.mentions import Mention
from parlour.journal.unit import Committed


class Nobody:
    """Tells nobody, and hears nothing."""

    def __init__(self) -> None:
        self.is_heard: Callable[[], bool] = lambda: False
        self.is_hearing: bool | None = None

    def committed(self, said: Iterable[Committed]) -> None:
        del said

    def stop(self, turn_id: str) -> None:
        del turn_id

    def work(self) -> None:
        return None

    def mention(self, mention: Mention) -> None:
        del mention

    async def keep_telling(self) -> None:
        await asyncio.Event().wait()

    async def keep_hearing(self, ears: Ears) -> None:
        del ears
        await asyncio.Event().wait()

    async def close(self) -> None:
        return None
