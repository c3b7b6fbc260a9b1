"""What the tools answer: the graph's findings as plain JSON, bounded, and saying so where something is left out."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.toolkits.home import search as searching
from parlour.toolkits.home.graph import Edge, Entity, Home, edges, entities_by_id
from parlour.toolkits.home.index import NameIndex
from parlour.toolkits.home.kinds import ROUTINES
from parlour.toolkits.home.path import shortest_path
from parlour.toolkits.home.rooms import (
    Wanted,
    check_class,
    devices_anywhere,
    devices_in,
    places_of,
    routines_in,
    ways_from,
)
from parlour.toolkits.home.similar import most_alike
from parlour.toolkits.home.views import View, brief, listed, sort_of

MOST_LISTED = 200
"""How many things one answer lists; the count is always of all."""


async def devices(connection: AsyncConnection, home: Home, place: Entity | None, wanted: Wanted) -> View:
    """Devices, as wanted, in a place or anywhere."""
    if wanted.device_class is not None:
        await check_class(connection, home, wanted.device_class)
    if place is None or place.type == "home":
        placed, total = await devices_anywhere(connection, home, wanted, MOST_LISTED)
    else:
        placed, total = await devices_in(connection, home, place, wanted, MOST_LISTED)
    shown: list[View] = []
    for one in placed:
        view = listed(one.device, one.place)
        if one.how == "monitors":
            view["only_watches"] = True
        shown.append(view)
    return {
        "room": brief(place) if place else None,
        "device_class": wanted.device_class,
        "state": wanted.state,
        "devices": shown,
        "count": total,
        "truncated": total > len(shown),
    }


async def controls(connection: AsyncConnection, home: Home, device: Entity) -> View:
    """What a device can do, what it controls and what controls it."""
    acts = ("controls", "manages", "automates")
    around = await edges(
        connection,
        home,
        [device.id],
        outgoing=("controls", "depends_on", "controlled_by_app", "located_in", "part_of", "contained_in"),
        incoming=acts,
        limit=MOST_LISTED,
    )

    def ends(outgoing: bool, *types: str) -> list[View]:
        return [listed(thing) for thing in _ends(around, outgoing, types)]

    return {
        "device": listed(device, _place(around)),
        "capabilities": _texts(device, "capabilities"),
        "services": _texts(device, "services"),
        "controls": ends(True, "controls"),
        "controlled_by": ends(False, *acts),
        "depends_on": ends(True, "depends_on"),
        "apps": ends(True, "controlled_by_app"),
    }


async def connections(connection: AsyncConnection, home: Home, place: Entity) -> View:
    """Where the ways out of a place lead."""
    ways = await ways_from(connection, home, place)
    leading: list[View] = [
        listed(way.to) | {"through": listed(way.through) if way.through else None, "via": way.via}
        for way in ways
        if way.to is not None
    ]
    others: list[View] = [listed(way.through) for way in ways if way.to is None and way.through is not None]
    return {"room": brief(place), "connections": leading, "openings": others, "count": len(leading)}


async def found(
    connection: AsyncConnection,
    home: Home,
    index: NameIndex,
    query: str,
    types: Sequence[str],
    limit: int,
    threshold: float,
) -> View:
    """What a search finds, best first."""
    hits = await searching.search(connection, home, index, query, types, limit, threshold)
    where = await places_of(connection, home, [hit.entity for hit in hits])
    results: list[View] = [
        listed(hit.entity, where.get(hit.entity.id))
        | {"score": round(hit.score, 3), "matched": hit.matched, "excerpt": hit.excerpt}
        for hit in hits
    ]
    return {"query": query, "entity_types": list(types) or None, "results": results, "count": len(results)}


async def path(connection: AsyncConnection, home: Home, start: Entity, end: Entity, max_depth: int) -> View:
    """How two things are connected."""
    result = await shortest_path(connection, home, start.id, end.id, max_depth)
    view: View = {"from": brief(start), "to": brief(end), "found": result.steps is not None, "max_depth": max_depth}
    if result.steps is None:
        return view | {"path": [], "steps": [], "length": None, "searched_everything": result.whole}
    ids = [start.id, *(step.end for step in result.steps)]
    things = await entities_by_id(connection, home, ids)
    steps: list[View] = [
        {
            "from": things[step.start].name,
            "to": things[step.end].name,
            "relationship": step.relationship,
            "direction": "forward" if step.along else "backward",
        }
        for step in result.steps
    ]
    return view | {"path": [brief(things[i]) for i in ids], "steps": steps, "length": len(steps)}


async def similar(
    connection: AsyncConnection, home: Home, index: NameIndex, thing: Entity, threshold: float, limit: int
) -> View:
    """What is most like a thing."""
    alike = await most_alike(connection, home, index, thing, threshold, limit)
    where = await places_of(connection, home, [one.entity for one in alike])
    results: list[View] = [
        listed(one.entity, where.get(one.entity.id)) | {"similarity": round(one.likeness, 3)} for one in alike
    ]
    return {"entity": brief(thing), "threshold": threshold, "similar": results, "count": len(results)}


async def procedures(connection: AsyncConnection, home: Home, thing: Entity, task: str | None = None) -> View:
    """How to do things with a device; for a procedure, manual or note: that one, and the devices that it is for.

    With a task only the procedures for that are told, where there are any.
    """
    if thing.type != "device":
        return await _writing(connection, home, thing)
    around = await edges(
        connection,
        home,
        [thing.id],
        outgoing=("documented_by",),
        incoming=("procedure_for",),
        far_types=("procedure", "manual", "note"),
        limit=MOST_LISTED,
    )
    pages = list({e.far.id: e.far for e in around}.values())
    meant = [page for page in pages if task and page.type == "procedure" and is_for(task, page.name)]
    view: View = {"device": brief(thing), "devices": [brief(thing)], "task": task}
    return view | {"task_found": bool(meant)} | _documents(meant or pages)


def is_for(task: str, procedure: str) -> bool:
    """Whether a procedure's name holds every word of a task."""
    words = {word.strip(".,:;!?\"'()") for word in procedure.casefold().split()}
    return set(task.casefold().split()) <= words


async def _writing(connection: AsyncConnection, home: Home, thing: Entity) -> View:
    around = await edges(
        connection,
        home,
        [thing.id],
        outgoing=("procedure_for",),
        incoming=("documented_by",),
        far_types=("device",),
        limit=MOST_LISTED,
    )
    its: list[View] = [brief(e.far) for e in around]
    return {"device": its[0] if len(its) == 1 else None, "devices": its} | _documents([thing])


def _documents(pages: Sequence[Entity]) -> View:
    def of(kind: str) -> list[View]:
        return [{"id": p.id, "name": p.name, "content": p.content} for p in pages if p.type == kind]

    return {"procedures": of("procedure"), "manuals": of("manual"), "notes": of("note"), "count": len(pages)}


async def automations(connection: AsyncConnection, home: Home, place: Entity) -> View:
    """What happens in a place by itself."""
    routines = await routines_in(connection, home, place)
    shown: list[View] = [
        listed(one.thing)
        | {"type": sort_of(one.thing), "affects": [brief(t) for t in one.affects]}
        | {"set_off_by": [brief(t) for t in one.triggered_by]}
        | {key: one.thing.content[key] for key in ("trigger", "time", "actions") if key in one.thing.content}
        for one in routines[:MOST_LISTED]
    ]
    sorts = Counter(sort_of(one.thing) for one in routines)
    return {
        "room": brief(place),
        "automations": shown,
        "count": len(routines),
        "by_type": dict(sorted(sorts.items())),
        "truncated": len(routines) > len(shown),
    }


def _ends(around: Sequence[Edge], outgoing: bool, types: Sequence[str]) -> list[Entity]:
    found = {e.far.id: e.far for e in around if e.outgoing is outgoing and e.type in types}
    return sorted(found.values(), key=lambda t: (t.type in ROUTINES, t.name.casefold(), t.id))


def _place(around: Sequence[Edge]) -> Entity | None:
    inside = ("located_in", "contained_in", "part_of")
    outward = [e for e in around if e.outgoing and e.type in inside and e.far.type in ("room", "zone", "home")]
    return min(outward, key=lambda e: inside.index(e.type)).far if outward else None


def _texts(thing: Entity, key: str) -> list[str]:
    value = thing.content.get(key)
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
