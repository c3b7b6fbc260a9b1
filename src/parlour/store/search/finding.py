"""Search as it is asked for: a page of one's conversations that hold some words, the latest active first.

A common word is found at once in the latest conversations, and a rare one in few rows of the index. So the former are
looked through first, and the index is asked only when they do not fill the page. What is found is the same either way.
"""

from collections.abc import Sequence

from sqlalchemy import RowMapping, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.content import Json
from parlour.protocol.search import SearchHit, SearchResults
from parlour.store.queries.people import joined_by
from parlour.store.search.base import FullText, Owner, Place
from parlour.store.search.excerpt import excerpt_of, marks_in
from parlour.store.search.postgres import PostgresFullText
from parlour.store.search.sqlite import SqliteFullText
from parlour.store.search.words import Wanted, wanted
from parlour.store.tables import conversations, messages, search_words

GLANCE = 2_000
MOST = 200
"""A glance takes in so many conversations at most."""

_LATEST = (
    select(conversations.c.id, conversations.c.message_count)
    .where(
        conversations.c.owner_id == bindparam("owner"),
        conversations.c.tenant_id == bindparam("tenant"),
        conversations.c.project_id.in_(joined_by(bindparam("owner"))),
    )
    .order_by(conversations.c.last_activity_at.desc(), conversations.c.id.desc())
    .limit(MOST)
)
_FOUND = (
    select(
        search_words.c.number,
        conversations.c.id.label("conversation_id"),
        *(conversations.c[name] for name in ("project_id", "title", "archived_at", "last_activity_at")),
        *(messages.c[name] for name in ("role", "parts", "created_at")),
        messages.c.id.label("message_id"),
    )
    .join_from(search_words, conversations, conversations.c.id == search_words.c.conversation_id)
    .outerjoin(messages, messages.c.id == search_words.c.message_id)
    .where(search_words.c.number.in_(bindparam("numbers", expanding=True)))
)


def full_text(connection: AsyncConnection) -> FullText:
    """The full-text search of the database that `connection` leads to."""
    return SqliteFullText() if connection.dialect.name == "sqlite" else PostgresFullText()


async def find(
    connection: AsyncConnection, owner: Owner, query: str, *, limit: int = 20, offset: int = 0, glance: int = GLANCE
) -> SearchResults:
    """The owner's conversations in which every word of `query` occurs, in the title or in one message.

    The last word may go on. A query without a word finds nothing. `glance` is how many messages of the latest
    conversations are looked through before the index is asked, about; it changes how long it takes and nothing else.
    """
    looked_for = wanted(query)
    if looked_for is None:
        return SearchResults(hits=[], has_more=False)
    places = await _places(connection, owner, looked_for, offset + limit + 1, glance)
    page = places[offset : offset + limit]
    rows = await _rows(connection, page)
    hits = [_hit(rows[place.number], looked_for) for place in page]
    return SearchResults(hits=hits, has_more=len(places) > offset + limit)


async def _places(
    connection: AsyncConnection, owner: Owner, looked_for: Wanted, count: int, glance: int
) -> list[Place]:
    """The first `count` places of all."""
    search = full_text(connection)
    latest, is_all = await _latest(connection, owner, glance)
    found = {place.conversation_id: place for place in await search.among(connection, owner, looked_for, latest)}
    if is_all or len(found) >= count:
        return [found[each] for each in latest if each in found][:count]
    return await search.everywhere(connection, owner, looked_for, count)


async def _latest(connection: AsyncConnection, owner: Owner, glance: int) -> tuple[list[str], bool]:
    """The owner's latest conversations, as many as a glance takes in, and whether these are all."""
    rows = (await connection.execute(_LATEST, {"owner": owner.user_id, "tenant": owner.tenant_id})).all()
    seen, left = list[str](), glance
    for conversation_id, message_count in rows:
        left -= message_count + 1
        if left < 0:
            return seen, False
        seen.append(conversation_id)
    return seen, len(rows) < MOST


async def _rows(connection: AsyncConnection, page: Sequence[Place]) -> dict[int, RowMapping]:
    """For each place its conversation, and its message unless it is the title alone."""
    found = await connection.execute(_FOUND, {"numbers": [place.number for place in page]})
    return {row["number"]: row for row in found.mappings()}


def _hit(row: RowMapping, looked_for: Wanted) -> SearchHit:
    excerpt, marks = excerpt_of(_text(row["parts"]), looked_for) if row["message_id"] else ("", [])
    return SearchHit(
        conversation_id=row["conversation_id"],
        project_id=row["project_id"],
        title=row["title"],
        title_marks=marks_in(row["title"], looked_for),
        is_archived=row["archived_at"] is not None,
        last_activity_at=row["last_activity_at"],
        message_id=row["message_id"],
        role=row["role"],
        excerpt=excerpt,
        marks=marks,
        created_at=row["created_at"],
    )


def _text(parts: Sequence[Json]) -> str:
    return "\n".join(str(part["text"]) for part in parts if part["kind"] == "text")
