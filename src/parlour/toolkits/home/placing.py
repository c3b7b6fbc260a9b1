"""Where a thing is: by which relationship it is in a place, and what is called the same there."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.toolkits.home.drafts import NewEdge
from parlour.toolkits.home.graph import Entity, Home, edges, entities_by_id, fetch, places_within, select_entities
from parlour.toolkits.home.index import NameIndex
from parlour.toolkits.home.kinds import PLACES, may_relate
from parlour.toolkits.home.phrases import a
from parlour.toolkits.home.rooms import IN_PLACE, places_of
from parlour.toolkits.home.tables import entities
from parlour.toolkits.home.words import name_form
from parlour.tools.outcomes import BadArguments

HOUSED = ("room", "zone")
"""What is in the home where nothing else is said."""


def relationship_for(kind: str, place: str) -> str | None:
    """How a thing of type `kind` is in a place of type `place`; None when it cannot be."""
    first = "part_of" if kind == "zone" else "located_in"
    fitting = (r for r in (first, *IN_PLACE) if may_relate(kind, r, place))
    return next(fitting, None)


def places_for(kind: str) -> tuple[str, ...]:
    """The types of place that a thing of type `kind` can be in."""
    return tuple(place for place in PLACES if relationship_for(kind, place))


async def placings(connection: AsyncConnection, home: Home, thing: Entity) -> list[tuple[NewEdge, Entity]]:
    """The edges that say where a thing is now, each with its place."""
    outward = await edges(connection, home, [thing.id], outgoing=IN_PLACE, far_types=PLACES)
    return [(NewEdge(thing.id, edge.type, edge.far.id, edge.properties), edge.far) for edge in outward]


async def the_home(connection: AsyncConnection, home: Home) -> Entity | None:
    """The thing that stands for the whole home, when there is exactly one."""
    found = await fetch(connection, select_entities(home).where(entities.c.entity_type == "home").limit(2))
    return found[0] if len(found) == 1 else None


async def check_not_within(connection: AsyncConnection, home: Home, thing: Entity, place: Entity) -> None:
    """Raise BadArguments when a place would come to be inside itself."""
    if thing.type in PLACES and place.id in await places_within(connection, home, thing):
        raise BadArguments(
            f"“{thing.name}” cannot be in “{place.name}”: that is itself in “{thing.name}”.",
            suggestion="Choose a place outside of it.",
        )


async def namesakes(
    connection: AsyncConnection, home: Home, index: NameIndex, name: str, kind: str
) -> list[tuple[Entity, Entity | None]]:
    """The things of type `kind` that have this very name or alias, each with its place."""
    form = name_form(name)
    same = [n.id for n in index.called(name, (kind,)) if form in map(name_form, n.names)]
    things = list((await entities_by_id(connection, home, same)).values())
    where = await places_of(connection, home, things)
    return [(thing, where.get(thing.id)) for thing in things]


def check_alone(
    called_so: Sequence[tuple[Entity, Entity | None]], name: str, place_id: str | None, besides: str = ""
) -> list[Entity]:
    """Raise BadArguments when another thing of this name is in the place already; the places of those elsewhere."""
    others = [(thing, where) for thing, where in called_so if thing.id != besides]
    for thing, where in others:
        if (where.id if where else None) == place_id:
            there = f"in “{where.name}”" if where else "in this home"
            raise BadArguments(
                f"There is {a(thing.type)} called “{name}” {there} already.",
                suggestion="Choose another name, or change the one that is there.",
            )
    return [where for _, where in others if where]
