"""Lists and pages: in the order asked, without a gap or a repeat, one query each."""

import itertools
from collections.abc import Sequence

import pytest
from sqlalchemy import update

from parlour.errors import UnknownCursor
from parlour.ids import new_id
from parlour.journal.unit import Unit
from parlour.protocol.content import Conversation
from parlour.store.queries.conversations import Order, Sort, list_conversations
from parlour.store.queries.messages import StoredMessage, message_page
from parlour.store.tables import messages
from tests.house import Lived, anybody, exchange


async def _begun(lived: Lived, count: int) -> list[Conversation]:
    begun: list[Conversation] = []
    for n in range(count):
        lived.clock.advance(1)
        begun.append(await lived.conversations.begin(anybody(lived.ann), title=f"Talk {n}"))
    return begun


def _titles(found: Sequence[Conversation]) -> list[str]:
    return [conversation.title.removeprefix("Talk ") for conversation in found]


async def test_a_list_is_walked_in_pages_without_a_gap(lived: Lived) -> None:
    await _begun(lived, 25)
    async with lived.database.read() as connection:
        pages = [
            await list_conversations(connection, owner_id=lived.ann.id, limit=10, offset=offset)
            for offset in (0, 10, 20, 30)
        ]
    assert [len(page.conversations) for page in pages] == [10, 10, 5, 0]
    assert [page.has_more for page in pages] == [True, True, False, False]
    assert {page.total for page in pages} == {25}
    assert _titles([c for page in pages for c in page.conversations]) == [str(n) for n in reversed(range(25))]


@pytest.mark.parametrize(
    ("sort", "order", "titles"),
    [
        ("created", "asc", ["0", "1", "2"]),
        ("created", "desc", ["2", "1", "0"]),
        ("updated", "asc", ["1", "2", "renamed"]),
        ("updated", "desc", ["renamed", "2", "1"]),
        ("activity", "asc", ["0", "2", "1"]),
        ("activity", "desc", ["1", "2", "0"]),
    ],
)
async def test_a_list_is_sorted_as_asked(lived: Lived, sort: Sort, order: Order, titles: list[str]) -> None:
    first, second, _ = await _begun(lived, 3)
    lived.clock.advance(1)
    await exchange(lived, second, "hello")
    if sort == "updated":
        await lived.conversations.change(anybody(lived.ann), first.id, title="renamed")
    async with lived.database.read() as connection:
        found = await list_conversations(connection, owner_id=lived.ann.id, sort=sort, order=order)
    assert _titles(found.conversations) == titles


async def test_a_list_leaves_out_what_is_archived_until_asked_for_it(lived: Lived) -> None:
    first, _ = await _begun(lived, 2)
    await lived.conversations.change(anybody(lived.ann), first.id, archive=True)
    async with lived.database.read() as connection:
        shown = await list_conversations(connection, owner_id=lived.ann.id)
        whole = await list_conversations(connection, owner_id=lived.ann.id, archived="with")
        away = await list_conversations(connection, owner_id=lived.ann.id, archived="only")
    assert (_titles(shown.conversations), shown.total) == (["1"], 1)
    assert (_titles(whole.conversations), whole.total) == (["1", "0"], 2)
    assert (_titles(away.conversations), away.total) == (["0"], 1)


async def test_a_list_keeps_to_its_owner_and_project(lived: Lived) -> None:
    await _begun(lived, 2)
    async with lived.database.read() as connection:
        of_bob = await list_conversations(connection, owner_id=lived.bob.id)
        elsewhere = await list_conversations(connection, owner_id=lived.ann.id, project_id=new_id())
        at_home = await list_conversations(connection, owner_id=lived.ann.id, project_id=lived.house.home_project_id)
    assert (of_bob.total, elsewhere.total, at_home.total) == (0, 0, 2)


async def test_a_listed_conversation_shows_its_last_line(lived: Lived) -> None:
    (conversation,) = await _begun(lived, 1)
    await exchange(lived, conversation, "hello", answer="Good evening.")
    async with lived.database.read() as connection:
        found = await list_conversations(connection, owner_id=lived.ann.id)
    last = found.conversations[0].last_message
    assert last is not None
    assert (last.text, last.is_user) == ("Good evening.", False)


async def _spoken(lived: Lived, exchanges: int) -> tuple[str, list[str]]:
    (conversation,) = await _begun(lived, 1)
    said = [await exchange(lived, conversation, f"question {n}") for n in range(exchanges)]
    return conversation.id, list(itertools.chain.from_iterable((ids.question_id, ids.answer_id) for ids in said))


def _ids(found: Sequence[StoredMessage]) -> list[str]:
    return [message.value.id for message in found]


async def test_messages_are_paged_back_and_forth_without_a_gap_or_repeat(lived: Lived) -> None:
    conversation_id, said = await _spoken(lived, 30)
    async with lived.database.read() as connection:
        page = await message_page(connection, conversation_id, limit=17)
        back = _ids(page.messages)
        assert back == said[-17:]
        while page.has_more:
            page = await message_page(connection, conversation_id, limit=17, before=back[0])
            back = _ids(page.messages) + back
        assert back == said
        forth = said[:1]
        while page.has_more or len(forth) == 1:
            page = await message_page(connection, conversation_id, limit=17, after=forth[-1])
            forth += _ids(page.messages)
        assert forth == said


async def test_messages_between_two_are_those_after_the_first(lived: Lived) -> None:
    conversation_id, said = await _spoken(lived, 5)
    async with lived.database.read() as connection:
        page = await message_page(connection, conversation_id, after=said[1], before=said[8], limit=4)
        rest = await message_page(connection, conversation_id, after=said[5], before=said[8], limit=4)
    assert (_ids(page.messages), page.has_more) == (said[2:6], True)
    assert (_ids(rest.messages), rest.has_more) == (said[6:8], False)


async def test_a_page_counts_its_own_tokens(lived: Lived) -> None:
    conversation_id, _ = await _spoken(lived, 2)
    async with lived.database.read() as connection:
        page = await message_page(connection, conversation_id)
    assert page.total_tokens == 2 * (2 + 1), "two words asked and one answered, twice"


async def test_a_cursor_of_another_conversation_is_refused_like_an_unknown_one(lived: Lived) -> None:
    conversation_id, _ = await _spoken(lived, 1)
    _, elsewhere = await _spoken(lived, 1)
    for cursor in (elsewhere[0], new_id(), "nonsense\x00"):
        async with lived.database.read() as connection:
            with pytest.raises(UnknownCursor):
                await message_page(connection, conversation_id, before=cursor)


async def test_deleted_messages_are_left_out_until_asked_for(lived: Lived) -> None:
    conversation_id, said = await _spoken(lived, 2)
    gone = update(messages).where(messages.c.id == said[1]).values(deleted_at="2026-11-20T12:00:00.000Z")
    await lived.writer.commit(Unit(changes=[gone]))
    async with lived.database.read() as connection:
        shown = await message_page(connection, conversation_id)
        whole = await message_page(connection, conversation_id, include_deleted=True)
        from_there = await message_page(connection, conversation_id, after=said[1])
    assert _ids(shown.messages) == [said[0], *said[2:]]
    assert _ids(whole.messages) == said
    assert _ids(from_there.messages) == said[2:]
