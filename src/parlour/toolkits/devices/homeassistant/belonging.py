"""What of a home came from a connection, and what was there before that it may be taken for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.toolkits.devices.homeassistant.registry import Wanted
from parlour.toolkits.devices.tables import imports
from parlour.toolkits.home.graph import PLACING, Entity, Home, edges, fetch, select_entities
from parlour.toolkits.home.tables import entities, versions
from parlour.toolkits.home.words import name_form

Ends = frozenset[tuple[str, str]]
"""Relationships of a thing, each with the id of its other end."""


@dataclass(frozen=True, slots=True)
class Link:
    """A thing of the home that came from a connection, and how it came."""

    remote: str
    device: str | None
    entity_id: str
    imported: Mapping[str, JsonValue]

    @property
    def edges(self) -> Ends:
        """The relationships that were made for it."""
        kept = self.imported.get("edges")
        pairs = kept if isinstance(kept, list) else []
        return frozenset((str(pair[0]), str(pair[1])) for pair in pairs if isinstance(pair, list) and len(pair) == 2)


@dataclass(frozen=True, slots=True)
class Belonging:
    """What came from one connection, and what of the rest could be meant by it."""

    links: Mapping[str, Link]
    """By remote name."""
    home_id: str | None
    """The home itself, in which floors and rooms are."""
    places: Mapping[tuple[str, str], Entity]
    """Rooms and zones that nobody brought, by type and name."""
    devices: Mapping[str, Entity]
    """What was brought once, and is no more, by what it is read as."""

    def link(self, thing: Wanted) -> Link | None:
        """What came for this thing."""
        return self.links.get(thing.remote)

    def like(self, thing: Wanted) -> Entity | None:
        """What was there before that this thing is taken for."""
        if thing.type in ("zone", "room"):
            return self.places.get((thing.type, name_form(thing.name)))
        return self.devices.get(thing.device or "")

    def differs(self, thing: Wanted) -> bool:
        """Whether a thing that came is otherwise there now."""
        link = self.links.get(thing.remote)
        if link is None:
            return False
        known = (link.imported.get("name"), link.imported.get("aliases"), link.imported.get("content"), link.device)
        return known != (thing.name, [*thing.aliases], {**thing.content}, thing.device)


async def read_belonging(connection: AsyncConnection, home: Home, connection_id: str) -> Belonging:
    """What came from a connection, and what could be meant by more of it."""
    mine = select(imports).where(imports.c.connection_id == connection_id)
    rows = (await connection.execute(mine)).all()
    links = {row.remote_id: Link(row.remote_id, row.device, row.entity_id, row.imported) for row in rows}
    unlinked = ~exists().where(imports.c.project_id == entities.c.project_id, imports.c.entity_id == entities.c.id)
    free = select_entities(home).where(unlinked)
    places = await fetch(connection, free.where(entities.c.entity_type.in_(("zone", "room"))))
    known = entities.c.content["entity_id"].as_string().is_not(None)
    devices = await fetch(connection, free.where(known))
    homes = await fetch(connection, select_entities(home).where(entities.c.entity_type == "home").limit(2))
    return Belonging(
        links=links,
        home_id=homes[0].id if len(homes) == 1 else None,
        places={(each.type, name_form(each.name)): each for each in places},
        devices={str(each.content.get("entity_id")): each for each in devices},
    )


async def is_touched(connection: AsyncConnection, home: Home, links: Sequence[str], thing: Entity) -> bool:
    """Whether somebody had a hand in a thing that came: changed it, or joined it with things of their own."""
    by_hand = select(versions.c.version).where(
        home.owns(versions), versions.c.entity_id == thing.id, versions.c.user_id.is_not(None)
    )
    if (await connection.execute(by_hand.limit(1))).first() is not None:
        return True
    ours = frozenset(links)
    around = await edges(connection, home, [thing.id], outgoing=(), incoming=())
    return any(edge.far.id not in ours and not (edge.outgoing and edge.type in PLACING) for edge in around)
