"""Reports of what requests to models used: summed by day, by model, by person, and so on."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.spending import Grouping, Spent
from parlour.store.queries.spending import SUMS, spent_from
from parlour.store.tables import conversations, projects, spending, users

_KEYS: dict[Grouping, ColumnElement[str]] = {
    "day": func.substr(spending.c.at, 1, 10),
    "model": spending.c.model,
    "provider": spending.c.provider,
    "user": spending.c.user_id,
    "project": spending.c.project_id,
    "conversation": spending.c.conversation_id,
}
MOST_NAMES = 1_000


async def spent_by(
    connection: AsyncConnection, by: Grouping, wanted: Sequence[ColumnElement[bool]]
) -> list[tuple[str, Spent]]:
    """What was used, by the key of each group: days in order, anything else the dearest first."""
    key = _KEYS[by].label("key")
    # A sum that nobody knows is the least of all in SQLite and the greatest in PostgreSQL.
    dearest = func.coalesce(func.sum(spending.c.cost), -1).desc()
    order = [key] if by == "day" else [dearest, func.count().desc(), key]
    found = await connection.execute(select(key, *SUMS).where(*wanted).group_by(key).order_by(*order))
    return [(row["key"], spent_from(row)) for row in found.mappings()]


async def names_of(
    connection: AsyncConnection, by: Grouping, keys: Sequence[str], tenant_id: str, user_id: str
) -> dict[str, str]:
    """What people call these groups, at most a thousand; of conversations only `user_id`'s own."""
    wanted = list(keys[:MOST_NAMES])
    match by:
        case "user":
            people = users.c.tenant_id == tenant_id, users.c.id.in_(wanted)
            found = await connection.execute(select(users.c.id, users.c.full_name, users.c.username).where(*people))
            return {row.id: row.full_name or row.username for row in found}
        case "project":
            mine = projects.c.tenant_id == tenant_id, projects.c.id.in_(wanted)
            found = await connection.execute(select(projects.c.id, projects.c.name).where(*mine))
            return {row.id: row.name for row in found}
        case "conversation":
            own = conversations.c.owner_id == user_id, conversations.c.id.in_(wanted)
            found = await connection.execute(select(conversations.c.id, conversations.c.title).where(*own))
            return {row.id: row.title for row in found}
        case "day" | "model" | "provider":
            return {key: key for key in wanted}
