"""What is in a room, a zone or the whole home, where its ways lead, and what happens in it by itself."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.toolkits.home.graph import (
    Edge,
    Entity,
    Home,
    edges,
    fetch,
    places_within,
    select_entities,
)
from parlour.toolkits.home.kinds import OPENINGS, PLACES, canonical_class, narrower, states_like
from parlour.toolkits.home.labels import label
from parlour.toolkits.home.tables import entities
from parlour.tools.outcomes import BadArguments

IN_PLACE = ("located_in", "part_of", "contained_in")
WATCHES = "monitors"
ACTS = ("automates", "controls", "manages")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which devices are asked for; None means any."""

    device_class: str | None = None
    state: str | None = None

    def fits(self, thing: Entity) -> bool:
        """Whether a thing is one of those."""
        if self.device_class is not None:
            classes = narrower(canonical_class(self.device_class))
            if (thing.device_class or thing.type) not in classes:
                return False
        elif thing.type in OPENINGS:
            return False
        return self.state is None or (thing.state or "") in states_like(self.state)


@dataclass(frozen=True, slots=True)
class Placed:
    """A device, the place it is in, and how it belongs there ("located_in", or "monitors" when it only watches)."""

    device: Entity
    place: Entity | None
    how: str


async def devices_in(
    connection: AsyncConnection, home: Home, place: Entity, wanted: Wanted, limit: int
) -> tuple[list[Placed], int]:
    """The devices in a place and in all places within it, and how many there are if that is more than `limit`.

    Doors and windows are among them only when their class is asked for. What stands elsewhere but watches the
    place comes last.
    """
    places = await places_within(connection, home, place)
    inside = await edges(
        connection, home, list(places), incoming=(*IN_PLACE, WATCHES, "connects_to"), far_types=("device", *OPENINGS)
    )
    found: dict[str, Placed] = {}
    for edge in sorted(inside, key=lambda e: (e.type == WATCHES, e.far.name.casefold(), e.far.id)):
        if wanted.fits(edge.far) and (edge.type != "connects_to" or edge.far.type in OPENINGS):
            found.setdefault(edge.far.id, Placed(edge.far, places[edge.near_id], edge.type))
    return list(found.values())[:limit], len(found)


async def devices_anywhere(
    connection: AsyncConnection, home: Home, wanted: Wanted, limit: int
) -> tuple[list[Placed], int]:
    """The devices of the whole home, as `devices_in`, each with its place."""
    condition = [home.owns(entities)]
    if wanted.device_class is None:
        condition.append(entities.c.entity_type == "device")
    else:
        classes = narrower(canonical_class(wanted.device_class))
        openings = [kind for kind in OPENINGS if kind in classes]
        condition.append(
            entities.c.entity_type.in_(openings) if openings else entities.c.device_class.in_(sorted(classes))
        )
    if wanted.state is not None:
        condition.append(entities.c.state.in_(states_like(wanted.state)))
    total = (await connection.execute(select(func.count()).select_from(entities).where(*condition))).scalar_one()
    things = await fetch(
        connection, select_entities(home).where(*condition).order_by(entities.c.name, entities.c.id).limit(limit)
    )
    where = await places_of(connection, home, things)
    return [Placed(thing, where.get(thing.id), "located_in") for thing in things], total


async def places_of(connection: AsyncConnection, home: Home, things: Sequence[Entity]) -> dict[str, Entity]:
    """The place that each thing is in, as far as it is in one."""
    found: dict[str, Entity] = {}
    outward = await edges(
        connection, home, [t.id for t in things], outgoing=(*IN_PLACE, "connects_to"), far_types=PLACES
    )
    order = {"located_in": 0, "contained_in": 1, "part_of": 2, "connects_to": 3}
    for edge in sorted(outward, key=lambda e: order[e.type]):
        found.setdefault(edge.near_id, edge.far)
    return found


async def check_class(connection: AsyncConnection, home: Home, device_class: str) -> None:
    """Raise BadArguments, with what there is, when nothing in the home is of this class."""
    statement = (
        select(entities.c.device_class).where(home.owns(entities), entities.c.device_class.is_not(None)).distinct()
    )
    known: set[str] = set((await connection.execute(statement)).scalars())
    if not narrower(canonical_class(device_class)) & (known | set(OPENINGS)):
        shown = ", ".join(label(each) for each in sorted(known)[:40])
        raise BadArguments(
            f"No device in this home is of the class “{device_class}”.", suggestion=f"There are: {shown or 'none'}."
        )


# --- ways ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Way:
    """From a place to the next: through a door, or open when `through` is None. `to` is None for a window."""

    to: Entity | None
    through: Entity | None
    via: str | None


async def ways_from(connection: AsyncConnection, home: Home, place: Entity) -> list[Way]:
    """Every way out of a place, found in whichever direction it was drawn; inside a zone's rooms are not ways out."""
    inside = await places_within(connection, home, place)
    at_place = await edges(
        connection,
        home,
        list(inside),
        outgoing=("connects_to",),
        incoming=("connects_to",),
        far_types=("room", "zone", *OPENINGS),
    )
    beyond = await _behind(connection, home, [e.far.id for e in at_place if e.far.type in OPENINGS])
    found: dict[tuple[str, str], Way] = {}
    for edge in at_place:
        if edge.far.type not in OPENINGS:
            if edge.far.id not in inside:
                via = edge.properties.get("via")
                found[edge.far.id, ""] = Way(edge.far, None, via if isinstance(via, str) else None)
            continue
        sides = beyond.get(edge.far.id, [])
        others = [side for side in sides if side.id not in inside]
        for side in others:
            found[side.id, edge.far.id] = Way(side, edge.far, None)
        if len(sides) < 2:
            found["", edge.far.id] = Way(None, edge.far, None)
    return sorted(found.values(), key=lambda w: (w.to is None, (w.to or w.through or place).name.casefold()))


async def _behind(connection: AsyncConnection, home: Home, openings: Sequence[str]) -> dict[str, list[Entity]]:
    """The places on each side of doors and windows."""
    sides: dict[str, dict[str, Entity]] = {}
    for edge in await edges(
        connection,
        home,
        openings,
        outgoing=("connects_to", "contained_in", "located_in"),
        incoming=("connects_to",),
        far_types=("room", "zone"),
    ):
        sides.setdefault(edge.near_id, {})[edge.far.id] = edge.far
    return {opening: list(places.values()) for opening, places in sides.items()}


# --- automations ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Routine:
    """An automation, scene or schedule, what of the place it touches, and what there can set it off."""

    thing: Entity
    affects: tuple[Entity, ...]
    triggered_by: tuple[Entity, ...]


async def routines_in(connection: AsyncConnection, home: Home, place: Entity) -> list[Routine]:
    """What happens in a place by itself: what acts on it or on a device in it, scenes too, or is set off there."""
    places = await places_within(connection, home, place)
    inside = await edges(
        connection, home, list(places), incoming=(*IN_PLACE, "connects_to"), far_types=("device", *OPENINGS)
    )
    things = places | {e.far.id: e.far for e in inside}
    touching = await edges(
        connection,
        home,
        list(things),
        incoming=(*ACTS, WATCHES, "triggered_by"),
        far_types=("automation", "schedule"),
    )
    found: dict[str, list[Edge]] = {}
    for edge in touching:
        found.setdefault(edge.far.id, []).append(edge)
    return [_routine(its, things) for its in found.values()]


def _routine(its: Sequence[Edge], things: dict[str, Entity]) -> Routine:
    affects = {e.near_id: things[e.near_id] for e in its if e.type in ACTS}
    causes = {e.near_id: things[e.near_id] for e in its if e.type not in ACTS}
    return Routine(its[0].far, tuple(affects.values()), tuple(causes.values()))
