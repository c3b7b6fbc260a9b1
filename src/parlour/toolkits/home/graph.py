"""Reading the graph: things by id and type, edges in both directions, places and what is in them.

Every query is bound to a `Home`, so nothing of another project can be reached, and asks for many things at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue
from sqlalchemy import ColumnElement, Row, Select, Table, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.toolkits.home.tables import entities, relationships
from parlour.tools.caller import Caller

PLACING = frozenset({"located_in", "part_of", "contained_in"})
"""The relationships that say where something is."""
CHUNK = 500
"""How many ids one query names; SQLite's limit on variables lies far above."""


@dataclass(frozen=True, slots=True)
class Home:
    """Whose home is read: the graph of one project of one tenant."""

    tenant_id: str
    project_id: str

    @classmethod
    def of(cls, caller: Caller) -> "Home":
        """The home of the project that the caller is in."""
        return cls(caller.tenant_id, caller.project_id)

    def owns(self, table: Table) -> ColumnElement[bool]:
        """The condition that a row of `table` is of this home."""
        return and_(table.c.project_id == self.project_id, table.c.tenant_id == self.tenant_id)


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing of the home as it is now."""

    id: str
    type: str
    name: str
    aliases: tuple[str, ...]
    device_class: str | None
    state: str | None
    content: dict[str, JsonValue]
    version: int
    created_at: str
    updated_at: str
    observed: int = 0
    """Counts what devices said of it; that makes no version."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One relationship, and the thing at its far end as seen from where it was asked."""

    type: str
    near_id: str
    outgoing: bool
    properties: dict[str, JsonValue]
    far: Entity


_ENTITY = (
    entities.c.id,
    entities.c.entity_type,
    entities.c.name,
    entities.c.aliases,
    entities.c.device_class,
    entities.c.state,
    entities.c.content,
    entities.c.version,
    entities.c.created_at,
    entities.c.updated_at,
    entities.c.observed,
)


def _entity(row: Row[Any]) -> Entity:
    return Entity(
        id=row.id,
        type=row.entity_type,
        name=row.name,
        aliases=tuple(row.aliases),
        device_class=row.device_class,
        state=row.state,
        content=row.content,
        version=row.version,
        created_at=row.created_at,
        updated_at=row.updated_at,
        observed=row.observed,
    )


def select_entities(home: Home) -> Select[*tuple[Any, ...]]:
    """The statement that reads entities; its rows go to `rows_to_entities`."""
    return select(*_ENTITY).where(home.owns(entities))


async def fetch(connection: AsyncConnection, statement: Select[*tuple[Any, ...]]) -> list[Entity]:
    """What a statement that began as `select_entities` finds."""
    return [_entity(row) for row in await connection.execute(statement)]


async def entity(connection: AsyncConnection, home: Home, entity_id: str) -> Entity | None:
    """The thing with this id, or None."""
    found = await fetch(connection, select_entities(home).where(entities.c.id == entity_id))
    return found[0] if found else None


async def entities_by_id(connection: AsyncConnection, home: Home, ids: Iterable[str]) -> dict[str, Entity]:
    """The things with these ids, as far as there are any."""
    wanted = list(dict.fromkeys(ids))
    found: dict[str, Entity] = {}
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        for thing in await fetch(connection, select_entities(home).where(entities.c.id.in_(part))):
            found[thing.id] = thing
    return found


async def edges(
    connection: AsyncConnection,
    home: Home,
    ids: Sequence[str],
    *,
    outgoing: Sequence[str] | None = None,
    incoming: Sequence[str] | None = None,
    far_types: Sequence[str] = (),
    limit: int | None = None,
) -> list[Edge]:
    """The edges at any of `ids`, sorted by the name of their far end.

    `outgoing` and `incoming` name the relationship types wanted in that direction: an empty sequence stands for
    every type, None for none. `limit` bounds each direction.
    """
    found: list[Edge] = []
    for types, is_outgoing in ((outgoing, True), (incoming, False)):
        if types is not None:
            for start in range(0, len(ids), CHUNK):
                statement = _edges(home, ids[start : start + CHUNK], types, far_types, is_outgoing)
                rows = await connection.execute(statement if limit is None else statement.limit(limit))
                found += [
                    Edge(row.relationship_type, row.near_id, is_outgoing, row.properties, _entity(row)) for row in rows
                ]
    return sorted(found, key=lambda e: (e.far.name.casefold(), e.far.id))


def _edges(
    home: Home, ids: Sequence[str], types: Sequence[str], far_types: Sequence[str], outgoing: bool
) -> Select[*tuple[Any, ...]]:
    near, far = relationships.c.from_id, relationships.c.to_id
    if not outgoing:
        near, far = far, near
    statement = (
        select(relationships.c.relationship_type, relationships.c.properties, near.label("near_id"), *_ENTITY)
        .join(entities, and_(entities.c.project_id == relationships.c.project_id, entities.c.id == far))
        .where(home.owns(relationships), near.in_(ids))
        .order_by(entities.c.name, entities.c.id)
    )
    if types:
        statement = statement.where(relationships.c.relationship_type.in_(types))
    if far_types:
        statement = statement.where(entities.c.entity_type.in_(far_types))
    return statement


async def neighbours(connection: AsyncConnection, home: Home, ids: Sequence[str]) -> list[tuple[str, str, str, bool]]:
    """Every step away from `ids`: (near id, far id, relationship, whether it goes along the edge).

    What things do with each other comes before where they are, so that of two equally short ways the telling one
    is met first.
    """
    found: list[tuple[str, str, str, bool]] = []
    for near, far, along in (
        (relationships.c.from_id, relationships.c.to_id, True),
        (relationships.c.to_id, relationships.c.from_id, False),
    ):
        for start in range(0, len(ids), CHUNK):
            statement = select(near, far, relationships.c.relationship_type).where(
                home.owns(relationships), near.in_(ids[start : start + CHUNK])
            )
            found += [(a, b, kind, along) for a, b, kind in await connection.execute(statement)]
    return sorted(found, key=lambda step: (step[2] in PLACING, step))


async def count_edges(connection: AsyncConnection, home: Home, entity_id: str) -> int:
    """How many edges a thing has, in both directions."""
    total = 0
    for end in (relationships.c.from_id, relationships.c.to_id):
        statement = select(func.count()).select_from(relationships).where(home.owns(relationships), end == entity_id)
        total += (await connection.execute(statement)).scalar_one()
    return total


async def places_within(connection: AsyncConnection, home: Home, place: Entity) -> dict[str, Entity]:
    """A place and every place that lies in it: a zone with its rooms, a home with everything."""
    found = {place.id: place}
    frontier = [place.id] if place.type != "room" else []
    while frontier:
        inner = await edges(connection, home, frontier, incoming=("located_in", "part_of"), far_types=("room", "zone"))
        fresh = {e.far.id: e.far for e in inner if e.far.id not in found}
        found |= fresh
        frontier = [thing.id for thing in fresh.values() if thing.type != "room"]
    return found
