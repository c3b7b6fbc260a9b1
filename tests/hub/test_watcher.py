"""A watcher hears of one kind of event, whoever committed it, and nothing of it is sent."""

import asyncio

from parlour.hub.hub import Hub
from parlour.hub.watcher import Watcher
from parlour.journal.unit import Committed
from parlour.store.database import Database
from tests.conftest import ManualClock


def said(seq: int, kind: str, *, by: int | None = None) -> Committed:
    return Committed("user:u", by or seq, seq, f'{{"type":"{kind}"}}'.encode(), "", False)


async def noticed(watcher: Watcher) -> bool:
    """Whether there is something to notice now."""
    waiting = asyncio.create_task(watcher.noticed())
    await asyncio.sleep(0)
    done = waiting.done()
    waiting.cancel()
    return done


async def test_a_watcher_notices_its_kind_once(database: Database, clock: ManualClock) -> None:
    hub, watcher = Hub(database, clock, replay_limit_bytes=1_000), Watcher("account_updated")
    await hub.watch(watcher, "user:u")
    hub.publish([said(1, "conversation_updated")])
    assert not await noticed(watcher)
    hub.publish([said(2, "account_updated"), said(3, "account_updated")])
    assert await noticed(watcher)
    assert not await noticed(watcher)


async def test_whoever_watches_no_longer_hears_nothing(database: Database, clock: ManualClock) -> None:
    hub, watcher = Hub(database, clock, replay_limit_bytes=1_000), Watcher("account_updated")
    await hub.watch(watcher, "user:u")
    await hub.watch(watcher, "user:u")
    hub.unwatch(watcher, "user:u")
    hub.unwatch(watcher, "user:u")
    hub.publish([said(1, "account_updated")])
    assert not await noticed(watcher)


async def test_what_was_lost_may_have_been_it() -> None:
    watcher = Watcher("account_updated")
    watcher.lose()
    assert await noticed(watcher)
