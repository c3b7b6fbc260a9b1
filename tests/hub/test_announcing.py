"""What nodes tell each other arrives whole, in few words, and nobody hears themselves."""

import asyncio

import pytest

from parlour.hub.announce.notes import LARGEST_NOTE, hear, notes
from parlour.journal.unit import Committed
from tests.hub.hearing import Heard, Node
from tests.storage import Storage, run_on_postgres


def said(topic: str, seq: int) -> Committed:
    return Committed(topic, seq, seq, b"{}", "t", is_delta=False)


def test_whatever_is_told_is_heard_and_no_note_is_too_large() -> None:
    heads = {f"conversation:{n:08}-0000-7000-8000-000000000000": n for n in range(1_000)}
    written = list(notes(heads, ["a turn", "another"], work=True))
    assert len(written) > 1
    assert max(len(note.encode()) for note in written) <= LARGEST_NOTE
    heard = Heard()
    for note in written:
        hear(note, heard.ears)
    assert (heard.heads, heard.stops, heard.works) == (heads, ["a turn", "another"], 1)


def test_nothing_to_tell_is_no_note() -> None:
    assert list(notes({}, [], work=False)) == []


def test_words_of_a_newer_node_are_passed_over() -> None:
    heard = Heard()
    hear('[["conversation:c", 3], {"new": "thing"}, ["louder", "words", 2]]', heard.ears)
    assert heard.heads == {"conversation:c": 3}


on_postgres = pytest.mark.parametrize("storage", ["postgres"], indirect=True)


@on_postgres
async def test_a_node_hears_how_far_topics_have_come_elsewhere_and_never_itself(pair: tuple[Node, Node]) -> None:
    one, other = pair
    one.announcer.committed([said("conversation:c", seq) for seq in range(1, 50)])
    one.announcer.committed([said("user:u", 7)])
    one.announcer.stop("a turn")
    one.announcer.work()
    await other.heard.until(stops=1)
    assert other.heard.heads == {"conversation:c": 49, "user:u": 7}
    assert (other.heard.stops, other.heard.works) == (["a turn"], 1)
    other.announcer.stop("another")
    await one.heard.until(stops=1)
    assert (one.heard.heads, one.heard.stops, one.heard.works) == ({}, ["another"], 0)


@on_postgres
async def test_who_was_cut_off_hears_again_and_is_told_that_something_was_missed(
    pair: tuple[Node, Node], storage: Storage
) -> None:
    one, other = pair
    gone = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{storage.url.database}'"
    await asyncio.to_thread(run_on_postgres, gone)
    await other.heard.until(missed=2)
    await one.heard.until(missed=2)
    one.announcer.stop("a turn")
    await other.heard.until(stops=1)


@on_postgres
async def test_nothing_is_told_of_topics_while_nobody_is_there(pair: tuple[Node, Node]) -> None:
    one, other = pair
    one.announcer.is_heard = lambda: False
    one.announcer.committed([said("conversation:c", 1)])
    one.announcer.stop("a turn")
    await other.heard.until(stops=1)
    assert other.heard.heads == {}
