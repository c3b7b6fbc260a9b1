"""A new thing in the home."""

from dataclasses import dataclass

from pydantic import JsonValue

from parlour.protocol.content import PreviewChange
from parlour.toolkits.home.drafts import NewEdge, NewEntity
from parlour.toolkits.home.graph import Entity, count_edges, entity
from parlour.toolkits.home.kinds import BROADER, EntityType, canonical_class
from parlour.toolkits.home.news import News, added, removed
from parlour.toolkits.home.phrases import a, joined
from parlour.toolkits.home.placing import (
    HOUSED,
    check_alone,
    namesakes,
    places_for,
    placings,
    relationship_for,
    the_home,
)
from parlour.toolkits.home.planning import (
    Deed,
    Desk,
    Plan,
    changed_since,
    check_not_joined,
    checked_aliases,
    checked_content,
    checked_name,
    content_changes,
    is_as_in,
    named,
    preview,
    where,
)
from parlour.toolkits.home.views import View, brief
from parlour.tools.outcomes import BadArguments

ACTED_ON = ("room", "zone")
"""Where an automation is said to be: in the places that it acts on."""
_CLASSES = frozenset({*BROADER, *BROADER.values(), "switch", "plug", "fan"})


@dataclass(frozen=True, slots=True)
class Creation:
    """Somebody wants a new thing."""

    entity_type: EntityType
    name: str
    place: str | None = None
    aliases: list[str] | None = None
    content: dict[str, JsonValue] | None = None

    async def plan(self, desk: Desk) -> Plan:
        """Think it through. Raises a ToolProblem when it cannot be."""
        name = checked_name(self.name)
        given = checked_content(self.content, self.entity_type)
        check_not_joined(given, {})
        # Null says that there is no such property, here as when a thing is changed.
        content = {key: value for key, value in given.items() if value is not None}
        if self.entity_type == "device" and not content.get("device_class") and (known := class_in(name)):
            content["device_class"] = known
        thing = NewEntity(self.entity_type, name, checked_aliases(self.aliases or (), name), content)
        place = await self._place(desk)
        same = await namesakes(desk.connection, desk.home, await desk.index(), name, self.entity_type)
        others = check_alone(same, name, place.id if place else None)
        if others and self.entity_type in HOUSED and not self.place:
            raise BadArguments(
                f"There is {a(self.entity_type)} called “{name}” {where(others[0])} already.",
                suggestion="Choose another name, or say in which zone this one is.",
            )
        edge = NewEdge(thing.id, _relationship(self.entity_type, place), place.id) if place else None
        unit = await desk.changes.create(desk.connection, thing, edge)
        notes = [f"Another “{name}” is {where(other)}." for other in others]
        if place is None and self.entity_type == "device":
            notes.append("It is in no room yet.")
        label = f"Add “{name}”{f' to {named(place)}' if place else ''}"
        new = News(added(name, place), (place.id,) if place else ())
        return Plan(label, preview(_told(thing, place), notes), Deed(_result(thing, place, edge), unit, new))

    async def _place(self, desk: Desk) -> Entity | None:
        kinds = ACTED_ON if self.entity_type == "automation" else places_for(self.entity_type)
        if self.place and not kinds:
            raise BadArguments(
                f"{a(self.entity_type).capitalize()} is not in a place.",
                suggestion="Leave the place out; once it is there, join it to what it is for by create_relationship.",
            )
        if self.place:
            return await desk.find(self.place, kinds, what="room or zone")
        return await the_home(desk.connection, desk.home) if self.entity_type in HOUSED else None


async def take_back(desk: Desk, result: View) -> Deed:
    """Take a thing away again that was made. Raises Failed when anything was done with it since."""
    made = result["entity"]
    thing = await entity(desk.connection, desk.home, made["id"])
    edges = 1 if result["place"] else 0
    if (
        thing is None
        or not await is_as_in(desk, thing, result["version"])
        or await count_edges(desk.connection, desk.home, thing.id) != edges
        or not await _still_there(desk, thing, result)
    ):
        raise changed_since(made["name"])
    # Whoever was told of it when it was new had asked about its place.
    heard = (thing.id, result["place"]["id"]) if result["place"] else (thing.id,)
    unit = await desk.changes.remove(desk.connection, thing.id, edges)
    return Deed({"removed": brief(thing)}, unit, News(removed(thing.name), heard))


async def _still_there(desk: Desk, thing: Entity, result: View) -> bool:
    if not result["place"] or thing.type == "automation":
        return True
    return [place.id for _, place in await placings(desk.connection, desk.home, thing)] == [result["place"]["id"]]


def class_in(name: str) -> str | None:
    """The class that the last words of a device's name say: "Floor Lamp" is a lamp."""
    words = name.split()
    classes = (canonical_class(" ".join(words[start:])) for start in range(len(words)))
    return next((found for found in classes if found in _CLASSES), None)


def _relationship(kind: str, place: Entity) -> str:
    found = "automates" if kind == "automation" else relationship_for(kind, place.type)
    if found is None:
        raise BadArguments(f"{a(kind).capitalize()} cannot be in {a(place.type)}.")
    return found


def _told(thing: NewEntity, place: Entity | None) -> list[PreviewChange]:
    noun = str(thing.content.get("device_class") or thing.content.get("kind") or thing.type)
    there = f" {where(place)}" if place else ""
    also = f", also called {joined([f'“{alias}”' for alias in thing.aliases])}" if thing.aliases else ""
    rest = {key: value for key, value in thing.content.items() if key not in ("device_class", "kind")}
    return [PreviewChange(what=thing.name, after=f"{a(noun)}{there}{also}"), *content_changes(thing.name, {}, rest)]


def _result(thing: NewEntity, place: Entity | None, edge: NewEdge | None) -> View:
    kind = thing.content.get("kind")
    view: View = {"id": thing.id, "name": thing.name, "type": thing.type}
    if isinstance(kind, str) and thing.type == "automation":
        view["type"] = kind
    if thing.content.get("device_class"):
        view["device_class"] = thing.content["device_class"]
    return {
        "entity": view,
        "place": brief(place) if place else None,
        "relationship": edge.type if edge else None,
        "aliases": list(thing.aliases),
        "content": dict(thing.content),
        "version": 1,
        "created": True,
    }
