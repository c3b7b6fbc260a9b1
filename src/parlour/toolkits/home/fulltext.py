"""Full-text search behind one protocol: FTS5 on SQLite, tsvector on PostgreSQL.

Both indexes follow the table of texts by themselves (triggers there, a generated column here), so whatever
changes a text, and however, the index knows.
"""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.toolkits.home.graph import Home

Terms = Sequence[Sequence[str]]
"""For each word that was said, the words that will do for it."""


class FullText(Protocol):
    """Finds the entities whose texts hold given words."""

    async def hits(
        self, connection: AsyncConnection, home: Home, terms: Terms, limit: int, *, every: bool
    ) -> list[str]:
        """The ids of the best `limit` entities whose texts hold a word of `every` one of `terms`, or of any."""
        ...


class SqliteFullText:
    """FTS5 with stemming; the project is a word of the index too, so that other homes cost nothing."""

    async def hits(
        self, connection: AsyncConnection, home: Home, terms: Terms, limit: int, *, every: bool
    ) -> list[str]:
        """The ids of the best entities, by BM25 with names above aliases above bodies."""
        groups = [" OR ".join(f'"{word}"{_prefix(word)}' for word in group) for group in terms]
        alternatives = (" AND " if every else " OR ").join(f"({group})" for group in groups)
        if not alternatives:
            return []
        match = f'scope : "{scope_of(home)}" AND {{name aliases body}} : ({alternatives})'
        found = await connection.execute(_SQLITE, {"match": match, "limit": limit})
        return list(found.scalars())


class PostgresFullText:
    """A generated tsvector with a GIN index."""

    async def hits(
        self, connection: AsyncConnection, home: Home, terms: Terms, limit: int, *, every: bool
    ) -> list[str]:
        """The ids of the best entities, by cover density with names above aliases above bodies."""
        groups = [" | ".join(f"'{word}'{':*' if _prefix(word) else ''}" for word in group) for group in terms]
        alternatives = (" & " if every else " | ").join(f"({group})" for group in groups)
        if not alternatives:
            return []
        values = {"project": home.project_id, "tenant": home.tenant_id, "query": alternatives, "limit": limit}
        return list((await connection.execute(_POSTGRES, values)).scalars())


def full_text(connection: AsyncConnection) -> FullText:
    """The full-text search of the database that `connection` leads to."""
    return SqliteFullText() if connection.dialect.name == "sqlite" else PostgresFullText()


def scope_of(home: Home) -> str:
    """The project's id as the single word by which the index knows it."""
    return home.project_id.replace("-", "")


def _prefix(word: str) -> str:
    return "*" if len(word) >= 4 else ""


_SQLITE = text(
    "SELECT t.entity_id FROM home_texts_index i JOIN home_texts t ON t.number = i.rowid"
    " WHERE i.home_texts_index MATCH :match ORDER BY bm25(home_texts_index, 0.0, 8.0, 6.0, 1.0), t.number LIMIT :limit"
).bindparams(bindparam("match"), bindparam("limit"))

_POSTGRES = text(
    "SELECT t.entity_id FROM home_texts t, to_tsquery('english', :query) AS q"
    " WHERE t.project_id = :project AND t.tenant_id = :tenant AND t.found_by @@ q"
    " ORDER BY ts_rank_cd(t.found_by, q) DESC, t.number LIMIT :limit"
).bindparams(bindparam("query"), bindparam("project"), bindparam("tenant"), bindparam("limit"))
