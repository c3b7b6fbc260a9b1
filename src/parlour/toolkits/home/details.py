"""What is told about one thing: everything, or only what was asked."""

from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.toolkits.home.graph import Entity, Home, count_edges, edges, places_within
from parlour.toolkits.home.rooms import places_of
from parlour.toolkits.home.tables import versions
from parlour.toolkits.home.views import View, brief, edge_view, full, listed

About = Literal["everything", "state", "place", "properties", "connections", "rooms"]

MOST_RELATIONS = 100
_LATEST_VERSIONS = 20


async def details(connection: AsyncConnection, home: Home, thing: Entity, about: About) -> View:
    """What is known of a thing; `about` says which of it."""
    place = (await places_of(connection, home, [thing])).get(thing.id)
    view: View = {"about": about, "entity": listed(thing), "place": brief(place) if place else None}
    match about:
        case "state" | "place":
            return view
        case "properties":
            return view | {"entity": full(thing)}
        case "rooms":
            return view | await _rooms(connection, home, thing)
        case "connections":
            return view | {"relationships": await _relationships(connection, home, thing)}
        case "everything":
            relationships = await _relationships(connection, home, thing)
            history = await _history(connection, home, thing)
            return view | {"entity": full(thing), "relationships": relationships, "history": history}


async def _relationships(connection: AsyncConnection, home: Home, thing: Entity) -> View:
    around = await edges(connection, home, [thing.id], outgoing=(), incoming=(), limit=MOST_RELATIONS)
    total = await count_edges(connection, home, thing.id)
    return {
        "outgoing": [edge_view(e) for e in around if e.outgoing],
        "incoming": [edge_view(e) for e in around if not e.outgoing],
        "count": total,
        "truncated": total > len(around),
    }


async def _rooms(connection: AsyncConnection, home: Home, place: Entity) -> View:
    """The rooms within a place, by the floor or other zone that each is in."""
    within = await places_within(connection, home, place)
    rooms = sorted((p for p in within.values() if p.type == "room"), key=lambda p: (p.name.casefold(), p.id))
    floors = await places_of(connection, home, rooms)
    return {
        "zones": [brief(p) for p in within.values() if p.type == "zone" and p.id != place.id],
        "rooms": [brief(room) | {"zone": brief(floors[room.id]) if room.id in floors else None} for room in rooms],
        "count": len(rooms),
    }


async def _history(connection: AsyncConnection, home: Home, thing: Entity) -> list[View]:
    rows = await connection.execute(
        select(versions.c.version, versions.c.at)
        .where(home.owns(versions), versions.c.entity_id == thing.id)
        .order_by(versions.c.version.desc())
        .limit(_LATEST_VERSIONS)
    )
    return [{"version": version, "at": at} for version, at in rows]
