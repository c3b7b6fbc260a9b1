"""Search on PostgreSQL: sets of words that were made before, and a GIN index over them."""

from collections.abc import Sequence

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.store.search.base import Owner, Place
from parlour.store.search.words import Wanted, scope_of
from parlour.store.tables import Id


class PostgresFullText:
    """Implements `FullText`."""

    async def among(
        self, connection: AsyncConnection, owner: Owner, wanted: Wanted, conversation_ids: Sequence[str]
    ) -> list[Place]:
        values = {"query": _query(owner, wanted), "ids": conversation_ids}
        return [Place(*row) for row in await connection.execute(_AMONG, values)]

    async def everywhere(self, connection: AsyncConnection, owner: Owner, wanted: Wanted, count: int) -> list[Place]:
        values = {
            "query": _query(owner, wanted),
            "owner": owner.user_id,
            "tenant": owner.tenant_id,
            "count": count,
        }
        return [Place(*row) for row in await connection.execute(_EVERYWHERE, values)]


def _query(owner: Owner, wanted: Wanted) -> str:
    """What is wanted, in PostgreSQL's words for it. It is never more than words: nothing else is left by folding."""
    scope = scope_of(owner.user_id)
    return " & ".join([*(f"'{scope}{word}'" for word in wanted.words), f"'{scope}{wanted.beginning}':*"])


_AMONG = text("""
SELECT conversation_id, max(number)
FROM search_words
WHERE conversation_id IN :ids AND words @@ CAST(:query AS tsquery)
GROUP BY conversation_id
""").bindparams(bindparam("query"), bindparam("ids", expanding=True, type_=Id))

_EVERYWHERE = text("""
WITH found AS MATERIALIZED (
    SELECT conversation_id, max(number) AS number
    FROM search_words
    WHERE words @@ CAST(:query AS tsquery)
    GROUP BY conversation_id
)
SELECT f.conversation_id, f.number
FROM found f JOIN conversations c ON c.id = f.conversation_id
WHERE c.owner_id = :owner AND c.tenant_id = :tenant AND c.project_id IN (
    SELECT m.project_id FROM members m JOIN projects p ON p.id = m.project_id
    WHERE m.user_id = :owner AND p.status <> 'deleted'
)
ORDER BY c.last_activity_at DESC, c.id DESC
LIMIT :count
""").bindparams(bindparam("query"), bindparam("owner"), bindparam("tenant"), bindparam("count"))
