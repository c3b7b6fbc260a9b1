"""The names of a home, for whoever keeps an index of them: everything once, then only what changed.

The version of the names is the seq of the project's topic: each entity carries the seq of the last change of its
own or of its place, and what is gone leaves a mark with the seq of its going.
"""

from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.store.database import Reads
from parlour.store.prepared import rows
from parlour.store.tables import Id, topics
from parlour.toolkits.home.graph import Home
from parlour.toolkits.home.kinds import lineage
from parlour.toolkits.home.tables import entities, relationships, removed
from parlour.tools.caller import Caller
from parlour.tools.language import NameChanges, Named

_MINE = bindparam("project_id", type_=Id)
_VERSION = select(
    select(func.max(entities.c.seq)).where(entities.c.project_id == _MINE).scalar_subquery().label("there"),
    select(func.max(removed.c.seq)).where(removed.c.project_id == _MINE).scalar_subquery().label("gone"),
)


class HomeNames:
    """The `NameSource` of the home toolkit. It keeps nothing: every answer is read from the database."""

    def __init__(self, database: Reads) -> None:
        self._database = database

    @property
    def key(self) -> str:
        """Names this source among others."""
        return "home"

    async def changes(self, caller: Caller, since: int | None) -> NameChanges:
        """What changed in the caller's home after version `since`; everything when it is None or from the future."""
        async with self._database.read() as connection:
            return await read_names(connection, Home.of(caller), since)


async def read_names(connection: AsyncConnection, home: Home, since: int | None) -> NameChanges:
    """What `HomeNames.changes` answers, at the moment that `connection` sees."""
    version = await names_version(connection, home)
    if since is not None and since == version:
        return NameChanges(version, (), (), whole=False)
    after = since if since is not None and since < version else None
    put = [_named(row) for row in await connection.execute(_changed(home, after))]
    gone: list[str] = []
    if after is not None:
        marks = select(removed.c.entity_id).where(home.owns(removed), removed.c.seq > after)
        gone = list((await connection.execute(marks)).scalars())
    return NameChanges(version, put, gone, whole=after is None)


async def names_version(connection: AsyncConnection, home: Home) -> int:
    """The version that the names of a home have now."""
    statement = select(func.max(topics.c.seq)).where(topics.c.id == f"project:{home.project_id}")
    return (await connection.execute(statement)).scalar_one_or_none() or 0


async def graph_version(connection: AsyncConnection, home: Home) -> str:
    """Another one as soon as a thing of the home, or what joins two of them, is added, changed or taken away.

    How things are at the moment, as their devices say, is none of it.
    """
    (found,) = await rows(connection, _VERSION, project_id=home.project_id)
    return f"{found['there']} {found['gone']}"


def _changed(home: Home, after: int | None) -> Select[*tuple[Any, ...]]:
    place = (
        select(relationships.c.from_id, func.min(relationships.c.to_id).label("place"))
        .where(home.owns(relationships), relationships.c.relationship_type.in_(("located_in", "part_of")))
        .group_by(relationships.c.from_id)
    )
    if after is not None:
        fresh = select(entities.c.id).where(home.owns(entities), entities.c.seq > after)
        place = place.where(relationships.c.from_id.in_(fresh))
    places = place.subquery()
    statement = (
        select(
            entities.c.id,
            entities.c.entity_type,
            entities.c.name,
            entities.c.aliases,
            entities.c.device_class,
            entities.c.content["kind"].as_string().label("sort"),
            entities.c.content["services"].label("services"),
            places.c.place,
        )
        .outerjoin(places, and_(places.c.from_id == entities.c.id))
        .where(home.owns(entities))
    )
    return statement if after is None else statement.where(entities.c.seq > after)


def _named(row: Row[Any]) -> Named:
    return Named(
        id=row.id,
        kind=row.entity_type,
        names=(row.name, *row.aliases),
        classes=classes_of(row.entity_type, row.device_class, row.sort),
        place=row.place,
        services=_told(row.services),
    )


def _told(services: Any) -> tuple[str, ...] | None:
    return tuple(map(str, services)) if isinstance(services, list) else None  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def classes_of(entity_type: str, device_class: str | None, sort: str | None) -> tuple[str, ...]:
    """The nouns that a thing answers to: a lamp to "lamp" and "light", a scene to "scene", a door to "door"."""
    if entity_type == "device":
        return lineage(device_class) if device_class else ()
    return (sort,) if sort else (entity_type,)
