"""Search on SQLite: FTS5, over words that were made before."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.store.search.base import Owner, Place
from parlour.store.search.words import Wanted, scope_of
from parlour.store.tables import search_words


class SqliteFullText:
    """Implements `FullText`. A row's words have a blank before and behind each, so a few rows are compared as text."""

    async def among(
        self, connection: AsyncConnection, owner: Owner, wanted: Wanted, conversation_ids: Sequence[str]
    ) -> list[Place]:
        scope = scope_of(owner.user_id)
        looked_for = [*(f" {scope}{word} " for word in wanted.words), f" {scope}{wanted.beginning}"]
        query = (
            select(search_words.c.conversation_id, func.max(search_words.c.number))
            .where(
                search_words.c.conversation_id.in_(conversation_ids),
                *(func.instr(search_words.c.words, each) > 0 for each in looked_for),
            )
            .group_by(search_words.c.conversation_id)
        )
        return [Place(*row) for row in await connection.execute(query)]

    async def everywhere(self, connection: AsyncConnection, owner: Owner, wanted: Wanted, count: int) -> list[Place]:
        scope = scope_of(owner.user_id)
        match = " ".join([*(f'"{scope}{word}"' for word in wanted.words), f'"{scope}{wanted.beginning}" *'])
        values = {"match": match, "owner": owner.user_id, "tenant": owner.tenant_id, "count": count}
        return [Place(*row) for row in await connection.execute(_EVERYWHERE, values)]


# CROSS JOIN is SQLite's word for: in this order.
_EVERYWHERE = text("""
WITH found AS (
    SELECT w.conversation_id, max(w.number) AS number
    FROM search_words_index i CROSS JOIN search_words w ON w.number = i.rowid
    WHERE i.search_words_index MATCH :match
    GROUP BY w.conversation_id
)
SELECT f.conversation_id, f.number
FROM found f CROSS JOIN conversations c ON c.id = f.conversation_id
WHERE c.owner_id = :owner AND c.tenant_id = :tenant AND c.project_id IN (
    SELECT m.project_id FROM members m JOIN projects p ON p.id = m.project_id
    WHERE m.user_id = :owner AND p.status <> 'deleted'
)
ORDER BY c.last_activity_at DESC, c.id DESC
LIMIT :count
""").bindparams(bindparam("match"), bindparam("owner"), bindparam("tenant"), bindparam("count"))
