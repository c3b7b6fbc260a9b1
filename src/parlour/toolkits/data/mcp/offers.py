"""What servers offer to each person, where each signs in for themselves.

That may differ, and names of tools may tell of somebody's own things: it is held in memory alone, shown to that person
alone, and forgotten with every change of the server's settings, as each sign-in and each sign-out is.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from parlour.protocol.content import Json
from parlour.toolkits.data.datasource import Datasource
from parlour.toolkits.data.kinds import Shelf
from parlour.toolkits.data.mcp.oauth.sign_in import is_personal
from parlour.tools.caller import Caller

MOST = 1_000
"""Of servers and persons at once. Beyond that what was made longest ago is forgotten, and asked for anew."""


@dataclass(slots=True)
class _Offer:
    """What one server offers to one person."""

    rev: int
    known: Json | None = None
    is_asked: asyncio.Event = field(default_factory=asyncio.Event)


class Offers:
    """What was heard, by server and person."""

    def __init__(self) -> None:
        self._offers: dict[tuple[str, str], _Offer] = {}

    def known(self, datasource: Datasource, user_id: str) -> Json | None:
        """What is known to be offered to a person; None where nothing was heard since the last change."""
        return self._of(datasource, user_id).known

    def keep(self, datasource: Datasource, user_id: str, known: Json) -> None:
        """Remember what a person is offered, unless the server's settings have been changed since."""
        offer = self._of(datasource, user_id)
        if offer.rev == datasource.rev:
            offer.known = known

    def asked(self, datasource: Datasource, user_id: str) -> None:
        """It was asked for a person, whatever came of it."""
        offer = self._of(datasource, user_id)
        if offer.rev == datasource.rev:
            offer.is_asked.set()

    async def first(self, datasource: Datasource, user_id: str, seconds: float) -> None:
        """Wait until it was asked for a person once, but not for longer; and not a second time for one that is slow."""
        is_asked = self._of(datasource, user_id).is_asked
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await is_asked.wait()
        is_asked.set()

    def forget_before(self, datasource: Datasource) -> None:
        """Forget what anybody was offered before the settings became what they are."""
        old = [key for key, each in self._offers.items() if key[0] == datasource.id and each.rev < datasource.rev]
        for key in old:
            del self._offers[key]

    def __len__(self) -> int:
        return len(self._offers)

    def _of(self, datasource: Datasource, user_id: str) -> _Offer:
        offer = self._offers.get((datasource.id, user_id))
        if offer is None or offer.rev < datasource.rev:
            self.forget_before(datasource)
            while len(self._offers) >= MOST:
                del self._offers[next(iter(self._offers))]
            offer = self._offers[datasource.id, user_id] = _Offer(datasource.rev)
        return offer


@dataclass(frozen=True, slots=True)
class PersonalShelf:
    """A shelf as one person sees it: what is known of a server where each signs in is what it offers to them."""

    shelf: Shelf
    offers: Offers
    user_id: str

    def seen(self, datasource: Datasource) -> Datasource:
        """A datasource as the person sees it."""
        if not is_personal(datasource.settings):
            return datasource
        return replace(datasource, known=self.offers.known(datasource, self.user_id))

    async def choose(self, caller: Caller, kind: str, named: str | None, what: str) -> Datasource:
        return self.seen(await self.shelf.choose(caller, kind, named, what))

    def lend(self, datasource: Datasource) -> AbstractAsyncContextManager[Any]:
        return self.shelf.lend(datasource)

    async def remember(self, datasource: Datasource, known: Json) -> None:
        """Keep what was learned: of a server where each signs in, for this person alone."""
        if is_personal(datasource.settings):
            self.offers.keep(datasource, self.user_id, known)
        else:
            await self.shelf.remember(datasource, known)

    def errand(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self.shelf.errand(name, work)
