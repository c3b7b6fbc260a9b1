"""Frames of the moment reach the other nodes, in nobody's way: whoever is too many is lost."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as some

from parlour.clock import SystemClock
from parlour.hub.announce.base import Announcer
from parlour.hub.announce.local import Nobody
from parlour.hub.announce.mentions import MOST_WAITING, Mention, Mentions
from parlour.hub.announce.notes import LARGEST_NOTE, hear, mention_notes
from parlour.hub.announce.postgres import PostgresAnnouncer
from parlour.hub.hub import Hub
from parlour.hub.subscriber import Subscriber
from parlour.hub.typing import NOT_AGAIN_WITHIN_S, Typing
from parlour.journal.unit import Committed
from parlour.protocol.commands import TypingIndicator
from parlour.store.database import Database
from tests.conftest import ManualClock
from tests.hub.hearing import Heard, Node
from tests.storage import Storage, run_on_postgres

TALK = "conversation:c"
CROWD = 5_000

on_postgres = pytest.mark.parametrize("storage", ["postgres"], indirect=True)


def mention(about: str, wire: str = "{}", topic: str = TALK) -> Mention:
    return Mention(topic, about, wire)


def said(seq: int) -> Committed:
    return Committed(TALK, seq, seq, b"{}", "t", is_delta=False)


# --- those that wait -------------------------------------------------------------------------------------------


def test_of_each_kind_the_newest_waits_and_nothing_is_taken_twice() -> None:
    waiting = Mentions()
    for each in (mention("ann", "1"), mention("ben", "2"), mention("ann", "3"), mention("ann", "4", "conversation:d")):
        waiting.add(each)
    assert waiting.take() == [mention("ann", "3"), mention("ben", "2"), mention("ann", "4", "conversation:d")]
    assert waiting.take() == []


def test_where_too_many_wait_a_new_one_is_lost_and_the_news_of_an_old_one_is_not() -> None:
    waiting = Mentions()
    for number in range(MOST_WAITING + 10):
        waiting.add(mention(str(number), "old"))
    waiting.add(mention("3", "new"))
    taken = waiting.take()
    assert [each.about for each in taken] == [str(number) for number in range(MOST_WAITING)]
    assert [each.wire for each in taken if each.about == "3"] == ["new"]


# --- their words -----------------------------------------------------------------------------------------------


@given(some.lists(some.text(max_size=3_000), max_size=30))
def test_whatever_is_mentioned_is_heard_in_its_order_and_no_note_is_too_large(wires: list[str]) -> None:
    written = list(mention_notes("one", [mention(str(number), wire) for number, wire in enumerate(wires)]))
    heard = Heard()
    for note in written:
        assert len(note.encode()) <= LARGEST_NOTE
        hear(note, heard.ears, but="other")
    fit = [wire for wire in wires if list(mention_notes("one", [mention("", wire)]))]
    assert heard.mentions == [(TALK, wire) for wire in fit]
    assert all(len(wire.encode()) > LARGEST_NOTE // 6 for wire in wires if wire not in fit)


def test_what_is_too_large_for_a_note_is_left_out_and_nothing_else() -> None:
    told = [mention("ann", "x" * LARGEST_NOTE), mention("ben", "short")]
    (note,) = mention_notes("one", told)
    heard = Heard()
    hear(note, heard.ears, but="other")
    assert heard.mentions == [(TALK, "short")]


def test_a_node_does_not_hear_what_it_mentioned_itself() -> None:
    (note,) = mention_notes("one", [mention("ann")])
    heard = Heard()
    hear(note, heard.ears, but="one")
    assert heard.mentions == []


# --- every announcer -------------------------------------------------------------------------------------------


@pytest.fixture
def announcer(storage: Storage) -> Announcer:
    """Of every kind of database."""
    is_shared = storage.url.get_backend_name() == "postgresql"
    return PostgresAnnouncer(storage.url, SystemClock()) if is_shared else Nobody()


async def test_every_announcer_takes_what_is_mentioned_while_nobody_is_there_and_hangs_up(announcer: Announcer) -> None:
    assert not announcer.is_heard()
    telling = asyncio.create_task(announcer.keep_telling())
    for number in range(CROWD):
        announcer.mention(mention(str(number)))
    telling.cancel()
    await asyncio.gather(telling, return_exceptions=True)
    await announcer.close()


@on_postgres
async def test_what_is_mentioned_on_one_node_is_heard_on_the_other_and_never_on_the_first(
    pair: tuple[Node, Node],
) -> None:
    one, other = pair
    one.announcer.mention(mention("ann", '{"says":"ä\'\\""}'))
    await other.heard.until_true(lambda: bool(other.heard.mentions))
    other.announcer.mention(mention("ben", "back"))
    await one.heard.until_true(lambda: bool(one.heard.mentions))
    assert other.heard.mentions == [(TALK, '{"says":"ä\'\\""}')]
    assert one.heard.mentions == [(TALK, "back")]


@on_postgres
async def test_nothing_is_mentioned_while_nobody_is_there(pair: tuple[Node, Node]) -> None:
    one, other = pair
    one.announcer.is_heard = lambda: False
    one.announcer.mention(mention("ann", "unheard"))
    one.announcer.is_heard = lambda: True
    one.announcer.mention(mention("ben", "heard"))
    await other.heard.until_true(lambda: bool(other.heard.mentions))
    assert other.heard.mentions == [(TALK, "heard")]


@on_postgres
async def test_however_many_write_heads_and_stops_and_work_are_all_told(pair: tuple[Node, Node]) -> None:
    one, other = pair
    for number in range(CROWD):
        one.announcer.mention(mention(str(number), str(number)))
    one.announcer.committed([said(7)])
    one.announcer.work()
    one.announcer.stop("a turn")
    await other.heard.until(stops=1)
    assert (other.heard.heads, other.heard.works) == ({TALK: 7}, 1)
    assert len(other.heard.mentions) <= MOST_WAITING
    await other.heard.until_true(lambda: len(other.heard.mentions) == MOST_WAITING)


@on_postgres
async def test_who_was_cut_off_mentions_again(pair: tuple[Node, Node], storage: Storage) -> None:
    one, other = pair
    one.announcer.mention(mention("ann", "before"))
    await other.heard.until_true(lambda: bool(other.heard.mentions))
    gone = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{storage.url.database}'"
    await asyncio.to_thread(run_on_postgres, gone)
    await other.heard.until(missed=2)
    one.announcer.mention(mention("ann", "after"))
    await other.heard.until_true(lambda: len(other.heard.mentions) == 2)
    assert [wire for _, wire in other.heard.mentions] == ["before", "after"]


# --- from who writes to who sees it ----------------------------------------------------------------------------


class Telling(Nobody):
    """An announcer whose other nodes are hubs beside it."""

    def __init__(self, *others: Hub) -> None:
        super().__init__()
        self._others = others

    def mention(self, mention: Mention) -> None:
        for hub in self._others:
            hub.mention(mention.topic, mention.wire)


async def waiting(outbox: Subscriber) -> list[str]:
    async with asyncio.timeout(30):
        return [wire for wire in await outbox.take() if "typing_indicator" in wire]


async def test_who_writes_is_seen_on_the_other_node_by_those_who_follow_and_by_nobody_else(database: Database) -> None:
    clock = ManualClock()
    here, there = (Hub(database, clock, replay_limit_bytes=1_000_000) for _ in range(2))
    typing = Typing(here, Telling(there), clock)
    writer, beside, abroad, stranger = (Subscriber(1_000_000) for _ in range(4))
    for hub, outbox, topic in (
        (here, writer, TALK),
        (here, beside, TALK),
        (there, abroad, TALK),
        (there, stranger, "conversation:d"),
    ):
        await hub.subscribe(outbox, topic)
        await outbox.take()
    for _ in range(3):
        typing.say(writer, "ann", TypingIndicator(type="typing_indicator", conversation_id="c", is_typing=True))
    assert await waiting(abroad) == await waiting(beside)
    assert (writer.waiting_bytes, stranger.waiting_bytes) == (0, 0)
    there.unsubscribe(abroad, TALK)
    clock.advance(NOT_AGAIN_WITHIN_S)
    typing.say(writer, "ann", TypingIndicator(type="typing_indicator", conversation_id="c", is_typing=True))
    assert len(await waiting(beside)) == 1
    assert abroad.waiting_bytes == 0
