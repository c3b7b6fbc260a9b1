"""A thing of the home gets another name, other properties, another place."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from parlour.journal.unit import Unit
from parlour.protocol.content import PreviewChange
from parlour.toolkits.home.changes import Move, together
from parlour.toolkits.home.drafts import NewEdge
from parlour.toolkits.home.graph import Entity, entity
from parlour.toolkits.home.kinds import OPENINGS
from parlour.toolkits.home.news import News
from parlour.toolkits.home.news import changed as told_of
from parlour.toolkits.home.phrases import a, joined
from parlour.toolkits.home.placing import (
    check_alone,
    check_not_within,
    namesakes,
    places_for,
    placings,
    relationship_for,
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
from parlour.tools.outcomes import BadArguments, Failed

TOLD_BY_ITSELF = ("device", *OPENINGS)
"""What tells its own state; nobody writes that down for it."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What a thing will be, as far as it will be different; None where it stays."""

    name: str | None
    aliases: tuple[str, ...] | None
    content: dict[str, JsonValue] | None
    move: Move | None
    was_in: Entity | None
    place: Entity | None
    """Where it will be, moved or not."""

    @property
    def itself(self) -> bool:
        """Whether the thing gets a new version, rather than only another place."""
        return self.name is not None or self.aliases is not None or self.content is not None


@dataclass(frozen=True, slots=True)
class Update:
    """Somebody wants a thing to be different."""

    entity: str
    name: str | None = None
    aliases: list[str] | None = None
    place: str | None = None
    content: dict[str, JsonValue] | None = None

    async def plan(self, desk: Desk) -> Plan:
        """Think it through. Raises a ToolProblem when it cannot be."""
        thing = await desk.find(self.entity)
        changed = await self._changed(desk, thing)
        if not changed.itself and changed.move is None:
            raise BadArguments(
                f"Nothing would be different: “{thing.name}” is so already.",
                suggestion="Say what is to change: its name, its other names, its place or a property.",
            )
        notes: list[str] = []
        if changed.name or changed.move:
            name = changed.name or thing.name
            same = await namesakes(desk.connection, desk.home, await desk.index(), name, thing.type)
            others = check_alone(same, name, changed.place.id if changed.place else None, besides=thing.id)
            notes = [f"Another “{name}” is {where(other)}." for other in others]
        units: list[Unit] = []
        if changed.itself:
            version = await desk.changes.change(
                desk.connection, thing.id, name=changed.name, aliases=changed.aliases, content=changed.content
            )
            units.append(version)
        if changed.move:
            then = replace(thing, name=changed.name or thing.name, version=thing.version + changed.itself)
            units.append(desk.changes.move(then, changed.move))
        told = _told(thing, changed)
        place = changed.place if changed.move else None
        new = _news(thing, changed.name or thing.name, place)
        deed = Deed(_result(thing, changed, told), together(*units), new)
        return Plan(_label(thing, changed), preview(told, notes), deed)

    async def _changed(self, desk: Desk, thing: Entity) -> Changed:
        name = checked_name(self.name) if self.name is not None else thing.name
        aliases = checked_aliases(self.aliases, name) if self.aliases is not None else thing.aliases
        laid_over = checked_content(self.content, thing.type)
        check_not_joined(laid_over, thing.content)
        if thing.type in TOLD_BY_ITSELF and "state" in laid_over and laid_over["state"] != thing.content.get("state"):
            raise BadArguments(
                f"The state of “{thing.name}” is told by itself; writing it down would not switch anything.",
                suggestion="To switch it, use a tool that controls devices.",
            )
        present = await placings(desk.connection, desk.home, thing)
        old = present[0][1] if present else None
        new = old if self.place is None else await self._place(desk, thing)
        is_elsewhere = self.place is not None and new is not None and [place.id for _, place in present] != [new.id]
        return Changed(
            name=name if name != thing.name else None,
            aliases=aliases if aliases != thing.aliases else None,
            content=laid_over if any(thing.content.get(key) != value for key, value in laid_over.items()) else None,
            move=_move(thing, [edge for edge, _ in present], new) if is_elsewhere and new else None,
            was_in=old,
            place=new,
        )

    async def _place(self, desk: Desk, thing: Entity) -> Entity:
        kinds = places_for(thing.type)
        if not kinds:
            raise BadArguments(
                f"{a(thing.type).capitalize()} is not in a place.",
                suggestion="To say what it is for, join the two by create_relationship.",
            )
        place = await desk.find(str(self.place), kinds, what="room or zone")
        await check_not_within(desk.connection, desk.home, thing, place)
        return place


def _move(thing: Entity, away: Sequence[NewEdge], to: Entity) -> Move:
    relationship = relationship_for(thing.type, to.type)
    assert relationship is not None, "the place was found among those that fit"
    return Move(tuple(away), (NewEdge(thing.id, relationship, to.id),))


async def take_back(desk: Desk, result: View) -> Deed:
    """Make a thing what it was before. Raises Failed when it was changed again since."""
    name, was, moved = result["entity"]["name"], result["was"], result["moved"]
    thing = await entity(desk.connection, desk.home, result["entity"]["id"])
    if thing is None or not await is_as_in(desk, thing, result["version"]):
        raise changed_since(name)
    present = await placings(desk.connection, desk.home, thing)
    if moved and [place.id for _, place in present] != [moved["to"]["id"]]:
        raise changed_since(name)
    place_id = moved["from"]["id"] if moved and moved["from"] else present[0][1].id if present and not moved else None
    await _check_name_is_free(desk, thing, was["name"], place_id)
    units: list[Unit] = []
    if was["version"] != result["version"]:
        units.append(await desk.changes.lay_back(desk.connection, thing.id, was["version"], was["keys"]))
    if moved:
        old = [NewEdge(thing.id, edge["type"], edge["to"], edge["properties"]) for edge in moved["edges"]]
        back = Move(tuple(edge for edge, _ in present), tuple(old))
        then = replace(thing, name=was["name"], version=thing.version + len(units))
        units.append(desk.changes.move(then, back))
    place = await entity(desk.connection, desk.home, place_id) if moved and place_id else None
    restored = {"restored": brief(thing) | {"name": was["name"]}}
    return Deed(restored, together(*units), _news(thing, was["name"], place))


def _news(thing: Entity, name: str, place: Entity | None) -> News:
    """What is new of a thing that has this name by now, and is in this place where it came to another."""
    return News(told_of(thing, name, place), (thing.id, place.id) if place else (thing.id,))


async def _check_name_is_free(desk: Desk, thing: Entity, name: str, place_id: str | None) -> None:
    called_so = await namesakes(desk.connection, desk.home, await desk.index(), name, thing.type)
    try:
        check_alone(called_so, name, place_id, besides=thing.id)
    except BadArguments as taken:
        raise Failed(taken.message, suggestion="Give that one another name first.") from taken


def _label(thing: Entity, changed: Changed) -> str:
    if changed.move and changed.place and not changed.itself:
        return f"Move “{thing.name}” to {named(changed.place)}"
    if changed.name and not changed.move and changed.aliases is None and changed.content is None:
        return f"Rename “{thing.name}” to “{changed.name}”"
    return f"Change “{thing.name}”"


def _told(thing: Entity, changed: Changed) -> list[PreviewChange]:
    lines: list[PreviewChange] = []
    if changed.name is not None:
        lines.append(PreviewChange(what=f"{thing.name}, name", before=thing.name, after=changed.name))
    if changed.aliases is not None:
        before, after = joined(thing.aliases) or None, joined(changed.aliases) or None
        lines.append(PreviewChange(what=f"{thing.name}, other names", before=before, after=after))
    if changed.move is not None:
        old = where(changed.was_in) or None
        lines.append(PreviewChange(what=f"{thing.name}, place", before=old, after=where(changed.place)))
    return [*lines, *content_changes(thing.name, thing.content, {**thing.content, **(changed.content or {})})]


def _result(thing: Entity, changed: Changed, told: Sequence[PreviewChange]) -> View:
    old = changed.was_in
    return {
        "entity": brief(thing) | {"name": changed.name or thing.name},
        "place": brief(changed.place) if changed.place else None,
        "changes": [line.model_dump() for line in told],
        "version": thing.version + 1 if changed.itself else thing.version,
        "was": {"name": thing.name, "version": thing.version, "keys": list(changed.content or ())},
        "moved": {
            "from": brief(old) if old else None,
            "to": brief(changed.place),
            "edges": [{"type": e.type, "to": e.to_id, "properties": dict(e.properties)} for e in changed.move.away],
        }
        if changed.move and changed.place
        else None,
        "updated": True,
    }
