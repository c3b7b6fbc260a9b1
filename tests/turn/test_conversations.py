"""What is done to a whole conversation is said on its topic and its owner's, and done once."""

import asyncio
from collections.abc import Callable

import orjson
import pytest
from sqlalchemy import func, select, update

from parlour.errors import ConversationNotFound, InvalidRequest, Moved
from parlour.identity.who import Who
from parlour.journal.feed import bounds, read
from parlour.journal.unit import Committed, Unit
from parlour.protocol.content import Conversation
from parlour.store.queries.conversations import stored_conversation
from parlour.store.tables import audit, commands, conversations, messages, metadata, turns
from parlour.turn.conversations import Stop, archived, checked_title, deleted, renamed, unarchived, updated
from tests.house import Lived, anybody, exchange


@pytest.fixture
def ann(lived: Lived) -> Who:
    """Somebody with conversations."""
    return anybody(lived.ann)


async def _kept(lived: Lived, conversation_id: str) -> Conversation:
    async with lived.database.read() as connection:
        found = await stored_conversation(connection, conversation_id)
    assert found is not None
    return found.value


def _said(published: list[Committed]) -> list[tuple[str, str]]:
    return [(item.topic.partition(":")[0], orjson.loads(item.payload)["type"]) for item in published]


async def _never(turn_id: str) -> None:
    raise AssertionError(f"nothing was running, and {turn_id} was to be stopped")


async def test_a_conversation_is_begun_on_both_topics(lived: Lived, ann: Who, published: list[Committed]) -> None:
    published.clear()
    begun = await lived.conversations.begin(ann, title="  The\n kitchen ")
    assert _said(published) == [("conversation", "conversation_created"), ("user", "conversation_created")]
    assert await _kept(lived, begun.id) == begun
    assert (begun.title, begun.title_is_own) == ("The kitchen", True)


async def test_without_a_title_a_made_one_may_come_later(lived: Lived, ann: Who) -> None:
    begun = await lived.conversations.begin(ann)
    assert (begun.title, begun.title_is_own) == ("New chat", False)


async def test_a_title_that_a_person_chose_is_their_own(lived: Lived, ann: Who, published: list[Committed]) -> None:
    begun = await lived.conversations.begin(ann)
    lived.clock.advance(5)
    published.clear()
    after = await lived.conversations.change(ann, begun.id, title="Lamps")
    assert (after.title, after.title_is_own) == ("Lamps", True)
    assert after.updated_at > begun.updated_at
    assert after.last_activity_at == begun.last_activity_at
    assert _said(published) == [("conversation", "conversation_updated"), ("user", "conversation_updated")]
    assert await _kept(lived, begun.id) == after


async def test_archiving_and_bringing_back_leave_no_trace(lived: Lived, ann: Who) -> None:
    begun = await lived.conversations.begin(ann)
    lived.clock.advance(5)
    away = await lived.conversations.change(ann, begun.id, archive=True)
    assert (away.is_archived, away.archived_at is not None) == (True, True)
    back = await lived.conversations.change(ann, begun.id, archive=False)
    assert back == begun.model_copy(update={"updated_at": back.updated_at})


async def test_what_changes_nothing_says_nothing(lived: Lived, ann: Who, published: list[Committed]) -> None:
    begun = await lived.conversations.begin(ann, title="Lamps")
    published.clear()
    assert await lived.conversations.change(ann, begun.id, title=" Lamps ", archive=False) == begun
    assert await lived.conversations.change(ann, begun.id) == begun
    assert published == []


@pytest.mark.parametrize("title", ["", " \n ", "x" * 201, "\x00\x01"])
async def test_a_title_that_cannot_be_one_is_refused(lived: Lived, ann: Who, title: str) -> None:
    begun = await lived.conversations.begin(ann)
    with pytest.raises(InvalidRequest, match="1 to 200"):
        await lived.conversations.change(ann, begun.id, title=title)


def test_a_title_keeps_its_letters() -> None:
    assert checked_title("Büro \U0001f468\u200d\U0001f469\u200d\U0001f467\x07 ok") == (
        "Büro \U0001f468\u200d\U0001f469\u200d\U0001f467 ok"
    )


async def test_many_changes_at_once_all_happen(lived: Lived, ann: Who) -> None:
    begun = await lived.conversations.begin(ann)
    await asyncio.gather(
        *(lived.conversations.change(ann, begun.id, title=f"Name {n}") for n in range(5)),
        lived.conversations.change(ann, begun.id, archive=True),
    )
    after = await _kept(lived, begun.id)
    assert after.is_archived
    assert after.title.startswith("Name")


async def test_a_change_of_what_no_longer_stands_is_refused(lived: Lived, ann: Who) -> None:
    begun = await lived.conversations.begin(ann)
    async with lived.database.read() as connection:
        before = await stored_conversation(connection, begun.id)
    assert before is not None
    at = begun.updated_at
    await lived.writer.commit(updated(before, renamed(before.value, "First", at)))
    for late in (updated(before, archived(before.value, at)), deleted(before, ann, at)):
        with pytest.raises(Moved):
            await lived.writer.commit(late)
    assert unarchived(before.value, at) is before.value


async def test_a_stranger_changes_and_deletes_nothing(lived: Lived, ann: Who) -> None:
    begun = await lived.conversations.begin(ann)
    bob = anybody(lived.bob)
    with pytest.raises(ConversationNotFound):
        await lived.conversations.change(bob, begun.id, title="Mine")
    with pytest.raises(ConversationNotFound):
        await lived.conversations.delete(bob, begun.id, _never)
    assert await _kept(lived, begun.id) == begun


async def test_deleting_takes_everything_and_remembers_that_it_was_done(lived: Lived, ann: Who) -> None:
    begun = await lived.conversations.begin(ann, title="Hush")
    stays = await lived.conversations.begin(ann, title="Stays")
    await exchange(lived, begun, "my secret word", answer="my secret answer")
    await exchange(lived, stays, "hello")
    await lived.conversations.delete(ann, begun.id, _never)
    async with lived.database.read() as connection:
        for table in metadata.tables.values():
            rows = (await connection.execute(select(table))).all()
            kept = [row for row in rows if "secret" in str(row) or (begun.id in str(row) and "Hush" in str(row))]
            assert kept == [], table.name
        counts = [
            (await connection.execute(select(func.count()).select_from(table))).scalar()
            for table in (conversations, messages, turns)
        ]
        remembered = (await connection.execute(select(audit.c.action, audit.c.resource_id))).all()
    assert counts == [1, 2, 1]
    assert ("conversation_deleted", begun.id) in [tuple(row) for row in remembered]


async def test_after_deleting_only_the_deletion_is_left_to_replay(
    lived: Lived, ann: Who, published: list[Committed]
) -> None:
    begun = await lived.conversations.begin(ann)
    await exchange(lived, begun, "hello")
    await lived.conversations.delete(ann, begun.id, _never)
    for topic in (f"conversation:{begun.id}", f"user:{ann.user_id}"):
        async with lived.database.read() as connection:
            kept = await bounds(connection, topic)
            left = await read(connection, topic, kept.floor)
        assert [(item.seq, orjson.loads(item.payload)["type"]) for item in left] == [(kept.seq, "conversation_deleted")]
        assert kept.floor == kept.seq - 1
    assert _said(published)[-2:] == [("conversation", "conversation_deleted"), ("user", "conversation_deleted")]


async def test_what_was_once_carried_out_stays_known_after_deleting(lived: Lived, ann: Who) -> None:
    begun = await lived.conversations.begin(ann)
    done = {"user_id": ann.user_id, "command_id": "c1", "kind": "send_message", "digest": "0" * 64}
    row = commands.insert().values(**done, ids={"conversation_id": begun.id}, seq=1, at=begun.created_at)
    await lived.writer.commit(Unit(changes=[row]))
    await lived.conversations.delete(ann, begun.id, _never)
    async with lived.database.read() as connection:
        assert (await connection.execute(select(commands.c.command_id))).scalars().all() == ["c1"]


async def test_what_runs_is_stopped_before_it_is_deleted(lived: Lived, ann: Who) -> None:
    begun = await lived.conversations.begin(ann)
    first = await exchange(lived, begun, "hello", status="running")
    second = await exchange(lived, begun, "and then", status="queued")
    stopped: list[str] = []
    await lived.conversations.delete(ann, begun.id, _stopping(lived, stopped.append))
    assert stopped == [second.turn_id, first.turn_id]
    with pytest.raises(ConversationNotFound):
        await lived.conversations.delete(ann, begun.id, _never)


async def test_nothing_is_deleted_while_something_runs_that_does_not_stop(lived: Lived, ann: Who) -> None:
    begun = await lived.conversations.begin(ann)
    await exchange(lived, begun, "hello", status="running")

    async def deaf(_: str) -> None:
        return None

    with pytest.raises(Moved):
        await lived.conversations.delete(ann, begun.id, deaf)
    assert (await _kept(lived, begun.id)).id == begun.id


def _stopping(lived: Lived, note: Callable[[str], None]) -> Stop:
    async def stop(turn_id: str) -> None:
        note(turn_id)
        ended = update(turns).where(turns.c.id == turn_id).values(status="stopped")
        await lived.writer.commit(Unit(changes=[ended]))

    return stop
