"""What was said before there was a search is found as what is said since."""

from sqlalchemy import select, update

from parlour.journal.unit import Unit
from parlour.store.migrate import downgrade, upgrade
from parlour.store.search.base import Owner
from parlour.store.search.finding import find
from parlour.store.tables import messages, search_words
from tests.house import Lived, anybody, exchange


async def rows(lived: Lived) -> list[tuple[str, str | None, frozenset[str]]]:
    query = select(search_words).order_by(search_words.c.number)
    async with lived.database.read() as connection:
        found = (await connection.execute(query)).all()
    return [(row.conversation_id, row.message_id, frozenset(row.words.replace("'", "").split())) for row in found]


async def test_everything_that_was_said_is_found_after_the_migration(lived: Lived) -> None:
    ann, url = lived.ann, lived.database.url
    torches = await lived.conversations.begin(anybody(ann), title="Café torches")
    await lived.conversations.begin(anybody(lived.bob), title="???")
    first = await exchange(lived, torches, "Where is the torch?", answer="It's on the hook.")
    await exchange(lived, torches, "And the lantern?", answer="…")
    gone = await exchange(lived, torches, "Forget this")
    await exchange(lived, torches, "Are you there?", status="running")
    deleted = update(messages).where(messages.c.id == gone.question_id).values(deleted_at="2026-11-20T12:00:00.000Z")
    await lived.writer.commit(Unit(changes=[deleted]))
    before = await rows(lived)
    assert len(before) == 2 + 3 * 2 - 1 + 1

    await downgrade(url, revision="0001")
    await lived.writer.commit(Unit(changes=[update(messages).values(deleted_at=messages.c.deleted_at)]))
    await upgrade(url)
    assert sorted(await rows(lived), key=str) == sorted(before, key=str)
    async with lived.database.read() as connection:
        for glance in (0, 1_000):
            (hit,) = (await find(connection, Owner(ann.tenant_id, ann.id), "torch", glance=glance)).hits
            assert hit.message_id == first.question_id

    await lived.writer.commit(
        Unit(changes=[update(messages).where(messages.c.id == first.question_id).values(deleted_at="2026")])
    )
    assert first.question_id not in {message_id for _, message_id, _ in await rows(lived)}
