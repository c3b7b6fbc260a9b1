"""A new relationship between two things of the home."""

from dataclasses import dataclass

from pydantic import JsonValue
from sqlalchemy import select

from parlour.protocol.content import PreviewChange
from parlour.toolkits.home.details_wording import relationship_words
from parlour.toolkits.home.drafts import NewEdge
from parlour.toolkits.home.graph import Entity, entity
from parlour.toolkits.home.kinds import PLACES, RELATIONSHIP_TYPES, RelationshipType, may_relate
from parlour.toolkits.home.news import News, parted, related
from parlour.toolkits.home.phrases import a, joined
from parlour.toolkits.home.placing import check_not_within, placings
from parlour.toolkits.home.planning import Deed, Desk, Plan, changed_since, checked_content, content_changes, preview
from parlour.toolkits.home.rooms import IN_PLACE
from parlour.toolkits.home.tables import relationships
from parlour.toolkits.home.views import View, brief
from parlour.tools.outcomes import BadArguments, Failed


@dataclass(frozen=True, slots=True)
class Relation:
    """Somebody wants two things to be related."""

    from_entity: str
    relationship_type: RelationshipType
    to_entity: str
    properties: dict[str, JsonValue] | None = None

    async def plan(self, desk: Desk) -> Plan:
        """Think it through. Raises a ToolProblem when it cannot be."""
        start, end = await desk.find(self.from_entity), await desk.find(self.to_entity)
        properties = checked_content(self.properties, "relationship")
        await self._check(desk, start, end)
        edge = NewEdge(start.id, self.relationship_type, end.id, properties)
        verb = relationship_words(edge.type, along=True)
        told = [PreviewChange(what=start.name, after=f"{verb} {end.name}")]
        result: View = {
            "relationship": {
                "type": edge.type,
                "from": brief(start),
                "to": brief(end),
                "properties": properties,
            },
            "created": True,
        }
        return Plan(
            f"Note that “{start.name}” {verb} “{end.name}”",
            preview([*told, *content_changes(f"{start.name} {verb} {end.name}", {}, properties)]),
            Deed(
                result,
                await desk.changes.relate(desk.connection, edge),
                News(related(start.name, edge.type, end.name), (start.id, end.id)),
            ),
        )

    async def _check(self, desk: Desk, start: Entity, end: Entity) -> None:
        kind = self.relationship_type
        verb = relationship_words(kind, along=True)
        if start.id == end.id:
            raise BadArguments(f"“{start.name}” cannot be related to itself.", suggestion="Name two different things.")
        if not may_relate(start.type, kind, end.type):
            raise BadArguments(
                f"{a(start.type).capitalize()} cannot have the relationship “{kind}” to {a(end.type)}.",
                suggestion=_instead(start, end, kind),
            )
        if await _edge_id(desk, start.id, kind, end.id):
            raise BadArguments(
                f"“{start.name}” {verb} “{end.name}” already.", suggestion="There is nothing left to do."
            )
        if kind in IN_PLACE and end.type in PLACES:
            await check_not_within(desk.connection, desk.home, start, end)
            if elsewhere := await placings(desk.connection, desk.home, start):
                raise BadArguments(
                    f"“{start.name}” is in “{elsewhere[0][1].name}” already.",
                    suggestion="To move it, update it and give it another place.",
                )


async def take_back(desk: Desk, result: View) -> Deed:
    """Part two things again. Raises Failed when they are not related so any more."""
    made = result["relationship"]
    start = await entity(desk.connection, desk.home, made["from"]["id"])
    if start is None:
        raise changed_since(made["from"]["name"])
    if not await _edge_id(desk, start.id, made["type"], made["to"]["id"]):
        raise Failed(
            f"“{made['from']['name']}” and “{made['to']['name']}” are not related so any more.",
            suggestion="There is nothing left to take back.",
        )
    unit = await desk.changes.part(desk.connection, start.id, made["type"], made["to"]["id"])
    both = {"from": made["from"], "to": made["to"]}
    new = News(parted(start.name, made["type"], made["to"]["name"]), (start.id, made["to"]["id"]))
    return Deed({"parted": both}, unit, new)


async def _edge_id(desk: Desk, start: str, kind: str, end: str) -> str | None:
    statement = select(relationships.c.id).where(
        desk.home.owns(relationships),
        relationships.c.from_id == start,
        relationships.c.relationship_type == kind,
        relationships.c.to_id == end,
    )
    return (await desk.connection.execute(statement)).scalar_one_or_none()


def _instead(start: Entity, end: Entity, kind: str) -> str:
    """Which relationships two things may have."""
    if may_relate(end.type, kind, start.type):
        return f"It goes the other way: from “{end.name}” to “{start.name}”."
    along = [r for r in RELATIONSHIP_TYPES if may_relate(start.type, r, end.type)]
    against = [r for r in RELATIONSHIP_TYPES if may_relate(end.type, r, start.type)]
    ways = [
        *([f"from “{start.name}” to “{end.name}”: {joined(along, 'or')}"] if along else []),
        *([f"from “{end.name}” to “{start.name}”: {joined(against, 'or')}"] if against else []),
    ]
    return f"Possible are, {'; '.join(ways)}." if ways else f"{a(start.type).capitalize()} and {a(end.type)} have none."
