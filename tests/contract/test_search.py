"""What search promises, on both databases: exactly what is there and one's own, the latest active first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import create_async_engine

from parlour.journal.unit import Unit, Writer
from parlour.protocol.content import Conversation
from parlour.protocol.search import SearchHit, SearchResults
from parlour.store.database import Database
from parlour.store.queries.people import Person
from parlour.store.search.base import Owner
from parlour.store.search.finding import GLANCE, find
from parlour.store.tables import members, messages, search_words, users
from tests.conftest import ManualClock
from tests.house import Exchanged, Lived, anybody, exchange, lived_in
from tests.storage import Storage

NOW = "2026-11-20T12:00:00.000Z"
GLANCES = {"in the latest conversations": GLANCE, "in the index": 0}


SPELLINGS = {
    "Das Café in Zürich": "cafe ZURICH",
    "the decomposed e\u0301clair": "decomposed \u00e9clair",
    "an eclair without": "Éclair WITHOUT",
    "In welcher Straße?": "STRASSE",
    "İstanbul": "istanbul",
    "ΟΔΟΣ Σίσυφος": "οδος σισυφος",
    "co\u00adoperate \u202bright\u202c": "cooperate right",
    "get_devices_in_room": "devices room",
    "It's 20 m² wide": "it's 20 m2",
    "ﬁnd it": "find",
    "今日は厨房のライトを消した": "厨房",
    "रसोई की बत्ती": "बत्ती",
    "Кухня: ёлка": "кухня елка",
    "x" * 5_000: "x" * 5_000,
}
"""Something said, and how somebody may look for it."""

COMMANDS = {
    "this AND that": "AND",
    "to be OR NOT to be": "NOT OR",
    "'; drop table users": "'; drop table",
    "the kitchen": "kit*",
    "the scullery": "-scullery",
    "the pantry": '"pantry"',
    "NEAR(x, y)": "NEAR(x",
    "p:q & r | !s": "p:q & r | !s",
    "words : larder": "words:larder",
    "back\\slash's": "back\\slash's",
    "100 %_ sure": "100 %_ s",
}
"""Something said, and what a database could take for more than words."""


@dataclass(frozen=True, slots=True)
class Searched:
    """A house in which things are said, and searched for in one way or the other."""

    lived: Lived
    glance: int

    async def begins(self, title: str = "Talk", person: Person | None = None) -> Conversation:
        """A new conversation, Ann's unless it is somebody else's."""
        self.lived.clock.advance(1)
        return await self.lived.conversations.begin(anybody(person or self.lived.ann), title=title)

    async def said(self, conversation: Conversation, question: str, answer: str = "Quite.") -> Exchanged:
        """A question and its answer."""
        self.lived.clock.advance(1)
        return await exchange(self.lived, conversation, question, answer=answer)

    async def finds(self, query: str, person: Person | None = None, **page: int) -> SearchResults:
        """What somebody finds, Ann unless it is somebody else."""
        asking = person or self.lived.ann
        async with self.lived.database.read() as connection:
            return await find(connection, Owner(asking.tenant_id, asking.id), query, glance=self.glance, **page)

    async def titles(self, query: str) -> list[str]:
        """The titles of what Ann finds."""
        return [hit.title for hit in (await self.finds(query)).hits]


@pytest.fixture(params=GLANCES)
async def house(request: pytest.FixtureRequest, database: Database, writer: Writer, clock: ManualClock) -> Searched:
    """Wherever a search looks, it must find the same."""
    return Searched(await lived_in(database, writer, clock), GLANCES[request.param])


def stretches(line: str, hit: SearchHit) -> list[str]:
    """The marked words of a line, cut out as a page in a browser would."""
    wide = line.encode("utf-16-le")
    marks = hit.marks if line == hit.excerpt else hit.title_marks
    return [wide[mark.start * 2 : mark.end * 2].decode("utf-16-le") for mark in marks]


async def test_a_question_an_answer_and_a_title_are_found_each_with_its_place(house: Searched) -> None:
    conversation = await house.begins("The cellar")
    ids = await house.said(conversation, "Where is the torch?", "On the hook.")
    (asked,) = (await house.finds("torch")).hits
    assert (asked.conversation_id, asked.message_id, asked.role) == (conversation.id, ids.question_id, "user")
    assert (asked.excerpt, stretches(asked.excerpt, asked)) == ("Where is the torch?", ["torch"])
    assert asked.title_marks == []
    (answered,) = (await house.finds("hook")).hits
    assert (answered.message_id, answered.role) == (ids.answer_id, "assistant")
    (named,) = (await house.finds("cellar")).hits
    assert (named.message_id, named.role, named.excerpt, named.marks, named.created_at) == (None, None, "", [], None)
    assert stretches(named.title, named) == ["cellar"]


async def test_every_word_must_occur_in_one_message_or_in_the_title(house: Searched) -> None:
    conversation = await house.begins("Warm evenings")
    await house.said(conversation, "Is the lamp on?", "The lamp in the kitchen is off.")
    assert await house.titles("kitchen lamp") == ["Warm evenings"]
    assert await house.titles("warm evenings") == ["Warm evenings"]
    assert await house.titles("lamp on") == ["Warm evenings"]
    assert await house.titles("kitchen on") == [], "one in the answer, one in the question"
    assert await house.titles("evenings lamp") == [], "one in the title, one in a message"


async def test_the_last_word_may_go_on_and_no_other(house: Searched) -> None:
    await house.said(await house.begins(), "Switch the lights in the kitchen")
    assert len((await house.finds("kit")).hits) == 1
    assert len((await house.finds("lights kit")).hits) == 1
    assert (await house.finds("ligh kitchen")).hits == []
    assert (await house.finds("itchen")).hits == []


async def test_case_and_accents_do_not_matter(house: Searched) -> None:
    for words in SPELLINGS:
        await house.said(await house.begins("Talk"), words)
    for words, query in SPELLINGS.items():
        (hit,) = (await house.finds(query)).hits
        assert hit.excerpt.startswith(words[:20])
        assert hit.marks != []


async def test_marks_and_commands_of_any_database_are_only_words(house: Searched) -> None:
    for words in COMMANDS:
        await house.said(await house.begins("Talk"), words)
    for words, query in COMMANDS.items():
        assert [hit.excerpt for hit in (await house.finds(query)).hits] == [words], query


async def test_what_is_no_word_finds_nothing(house: Searched) -> None:
    await house.said(await house.begins(), 'a " * - %_ 🎉 () \\ & | !')
    for query in ('"', "*", "-", "%_", "'';--", "\x00", "🎉", "()", "\\", "&", "|", "!", ":*", "{}^~"):
        assert await house.finds(query) == SearchResults(hits=[], has_more=False), query


async def test_a_conversation_is_found_once_with_its_newest_place(house: Searched) -> None:
    conversation = await house.begins("The torch")
    await house.said(conversation, "Where is the torch?", "The torch is gone.")
    newest = await house.said(conversation, "Is the torch back?", "No.")
    await house.said(conversation, "And now?", "No.")
    (hit,) = (await house.finds("torch")).hits
    assert hit.message_id == newest.question_id
    assert stretches(hit.title, hit) == ["torch"]


async def test_the_latest_active_comes_first_and_pages_have_no_gap(house: Searched) -> None:
    talks = [await house.begins(f"Talk {n}") for n in range(7)]
    for conversation in talks:
        await house.said(conversation, "about the torch")
    await house.said(talks[2], "and about something else")
    await house.said(await house.begins("Other"), "nothing of it")
    order = [f"Talk {n}" for n in (2, 6, 5, 4, 3, 1, 0)]
    assert await house.titles("torch") == order
    pages = [await house.finds("torch", limit=3, offset=offset) for offset in (0, 3, 6, 9)]
    assert [hit.title for page in pages for hit in page.hits] == order
    assert [page.has_more for page in pages] == [True, True, False, False]


async def test_a_stranger_finds_nothing(house: Searched) -> None:
    await house.said(await house.begins("The torch"), "Where is the torch?")
    assert (await house.finds("torch", house.lived.bob)).hits == []
    assert (await house.finds("torch", house.lived.house.admin)).hits == []
    ann = house.lived.ann
    async with house.lived.database.read() as connection:
        elsewhere = await find(connection, Owner("another tenant", ann.id), "torch", glance=house.glance)
    assert elsewhere.hits == []


async def test_owners_whose_words_look_the_same_in_the_index_find_their_own_only(house: Searched) -> None:
    ann = house.lived.ann
    twin = "01999999-9999-7999-8999-999999" + ann.id[-6:]
    row = {"id": twin, "tenant_id": ann.tenant_id, "username": "twin", "role": "user", "is_active": True}
    joined = {"project_id": house.lived.house.home_project_id, "user_id": twin, "tenant_id": ann.tenant_id}
    account = insert(users).values(**row, created_at=NOW)
    await house.lived.writer.commit(Unit(changes=[account, insert(members).values(**joined, joined_at=NOW)]))
    other = Person(twin, ann.tenant_id, "twin", "", "user", True, None)
    await house.said(await house.begins("Hers"), "the torch")
    await house.said(await house.begins("Theirs", other), "the torch")
    assert await house.titles("torch") == ["Hers"]
    assert [hit.title for hit in (await house.finds("torch", other)).hits] == ["Theirs"]


async def test_what_is_archived_is_found_and_marked(house: Searched) -> None:
    conversation = await house.begins("The torch")
    await house.lived.conversations.change(anybody(house.lived.ann), conversation.id, archive=True)
    (hit,) = (await house.finds("torch")).hits
    assert hit.is_archived


async def test_a_new_title_is_found_and_the_old_one_no_more(house: Searched) -> None:
    conversation = await house.begins("???")
    for title in ("The torch", "The lantern"):
        await house.lived.conversations.change(anybody(house.lived.ann), conversation.id, title=title)
    assert await house.titles("lantern") == ["The lantern"]
    assert await house.titles("torch") == []


async def test_a_deleted_message_is_forgotten(house: Searched) -> None:
    conversation = await house.begins("Talk")
    ids = await house.said(conversation, "Where is the torch?")
    kept = await house.said(conversation, "Where is the torch now?")
    assert await kept_for(house, [ids.question_id]) == 1
    marked = update(messages).where(messages.c.id == kept.question_id).values(deleted_at=NOW)
    await house.lived.writer.commit(Unit(changes=[marked]))
    assert [hit.message_id for hit in (await house.finds("torch")).hits] == [ids.question_id]
    await house.lived.writer.commit(Unit(changes=[delete(messages).where(messages.c.id == ids.question_id)]))
    assert (await house.finds("torch")).hits == []
    assert await kept_for(house, [ids.question_id, kept.question_id]) == 0


async def test_a_deleted_conversation_is_forgotten(house: Searched, storage: Storage) -> None:
    conversation = await house.begins("The torch")
    await house.said(conversation, "Where is the torch?")
    await house.said(await house.begins("Other"), "Where is the lantern?")

    async def stop(_: str) -> None:
        raise AssertionError("nothing runs")

    await house.lived.conversations.delete(anybody(house.lived.ann), conversation.id, stop)
    assert (await house.finds("torch")).hits == []
    assert await house.titles("lantern") == ["Other"]
    async with house.lived.database.read() as connection:
        assert await connection.scalar(select(func.count()).select_from(search_words)) == 3
    await _index_is_whole(storage)


async def test_a_text_of_more_words_than_an_index_holds_is_kept_all_the_same(house: Searched) -> None:
    conversation = await house.begins("Long")
    huge = " ".join(f"{n:x}ß" * 9 for n in range(20_000))
    ids = await house.said(conversation, f"first {huge}")
    (hit,) = (await house.finds("first")).hits
    assert hit.message_id == ids.question_id


async def kept_for(house: Searched, message_ids: Sequence[str]) -> int:
    """How many rows search has for these messages."""
    query = select(func.count()).select_from(search_words).where(search_words.c.message_id.in_(message_ids))
    async with house.lived.database.read() as connection:
        count: Any = await connection.scalar(query)
    return count


async def _index_is_whole(storage: Storage) -> None:
    """SQLite's index follows the table by triggers; nothing of what is gone may be left in it."""
    if storage.kind != "sqlite":
        return
    engine = create_async_engine(storage.url)
    async with engine.begin() as connection:
        check = "INSERT INTO search_words_index (search_words_index, rank) VALUES ('integrity-check', 1)"
        await connection.execute(text(check))
    await engine.dispose()
