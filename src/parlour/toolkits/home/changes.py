"""How a home is changed: every change is a Unit that the writer commits, with what it says to the project.

Making a unit reads what is there; its guards hold that nothing of that changed meanwhile, so two writers of one
thing never lose a version: the later one gets Moved and reads again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import JsonValue
from sqlalchemy import Executable, and_, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import InvalidRequest, Moved, NotFound
from parlour.ids import new_id
from parlour.journal.unit import Event, Guard, Unit, event, seq_of
from parlour.protocol.events import EntityChanged
from parlour.toolkits.home.fulltext import scope_of
from parlour.toolkits.home.graph import Entity, Home, entities_by_id, entity
from parlour.toolkits.home.kinds import ENTITY_TYPES, may_relate
from parlour.toolkits.home.search import searchable
from parlour.toolkits.home.tables import entities, relationships, removed, texts, versions
from parlour.toolkits.home.words import fold

LARGEST_UNIT = 100
"""How many things or edges one unit of an import holds, so that other writers never wait long."""
LONGEST_NAME = 255

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class NewEntity:
    """A thing to be kept in the home."""

    type: str
    name: str
    aliases: tuple[str, ...] = ()
    content: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class NewEdge:
    """A relationship to be made between two things."""

    from_id: str
    type: str
    to_id: str
    properties: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    id: str = field(default_factory=new_id)


class HomeChanges:
    """Makes the units that change one home. `user_id` is who does it, None for an import."""

    def __init__(self, home: Home, clock: Clock, user_id: str | None = None, source: str = "manual") -> None:
        self._home = home
        self._clock = clock
        self._user_id = user_id
        self._source = source

    async def create(self, connection: AsyncConnection, thing: NewEntity) -> Unit:
        """Make a new thing. Raises InvalidRequest when it cannot be one; Conflict on commit if its id is taken."""
        _check(thing)
        number = await self._last_version(connection, thing.id) + 1
        return Unit(
            changes=self._put_statements([(thing, number, 0)]),
            events=[self._said(thing.id, "created", thing.name, number)],
        )

    async def change(
        self,
        connection: AsyncConnection,
        entity_id: str,
        *,
        name: str | None = None,
        aliases: Sequence[str] | None = None,
        content: Mapping[str, JsonValue] | None = None,
    ) -> Unit:
        """Make a new version of a thing; `content` is laid over what is there, key by key, None taking a key away.

        Its edges stay. Raises NotFound when there is no such thing.
        """
        old = await self._known(connection, entity_id)
        merged = {**old.content, **(content or {})}
        thing = NewEntity(
            type=old.type,
            name=old.name if name is None else name,
            aliases=old.aliases if aliases is None else tuple(aliases),
            content={key: value for key, value in merged.items() if value is not None},
            id=old.id,
        )
        _check(thing)
        number = old.version + 1
        row = self._row(thing, number)
        row.pop("created_at")
        head = update(entities).where(self._is(entity_id), entities.c.version == old.version)
        return Unit(
            guards=[Guard(head.values(version=number), Moved())],
            changes=[
                update(entities).where(self._is(entity_id)).values(row | {"seq": seq_of()}),
                insert(versions).values(self._version(thing, number)),
                update(texts)
                .where(self._home.owns(texts), texts.c.entity_id == entity_id)
                .values(_text(self._home, thing)),
            ],
            events=[self._said(entity_id, "updated", thing.name, number)],
        )

    async def remove(self, connection: AsyncConnection, entity_id: str) -> Unit:
        """Take a thing and its edges away. Its versions stay, so a thing of this id can go on where it ended."""
        old = await self._known(connection, entity_id)
        mark = {**self._owner(), "entity_id": entity_id, "seq": seq_of()}
        return Unit(
            guards=[Guard(delete(entities).where(self._is(entity_id), entities.c.version == old.version), Moved())],
            changes=[insert(removed).values(mark)],
            events=[self._said(entity_id, "deleted", old.name, old.version)],
        )

    async def relate(self, connection: AsyncConnection, edge: NewEdge) -> Unit:
        """Join two things. Raises NotFound for an unknown end and InvalidRequest for one that may not be joined so."""
        ends = await entities_by_id(connection, self._home, (edge.from_id, edge.to_id))
        start, end = ends.get(edge.from_id), ends.get(edge.to_id)
        if start is None or end is None:
            raise NotFound("One end of this relationship is not in this home.")
        _check_edge(edge, start.type, end.type)
        return Unit(
            changes=[insert(relationships).values(self._edge(edge)), self._touched([edge.from_id])],
            events=[self._said(start.id, "related", start.name, start.version)],
        )

    async def part(self, connection: AsyncConnection, from_id: str, relationship: str, to_id: str) -> Unit:
        """Take an edge away. Raises NotFound for an unknown start; Moved on commit when there is no such edge."""
        start = await self._known(connection, from_id)
        edge = delete(relationships).where(
            self._home.owns(relationships),
            relationships.c.from_id == from_id,
            relationships.c.relationship_type == relationship,
            relationships.c.to_id == to_id,
        )
        return Unit(
            guards=[Guard(edge, Moved("There is no such relationship any more."))],
            changes=[self._touched([from_id])],
            events=[self._said(from_id, "related", start.name, start.version)],
        )

    def at_once(self, things: Sequence[NewEntity], edges: Sequence[NewEdge], unit_id: str) -> Unit:
        """A small home as one unit: all of it or nothing, and with the same `unit_id` only once."""
        _check_all(things, edges)
        unit = self._unit_of_things(things)
        made = [insert(relationships).values([self._edge(e) for e in edges])] if edges else []
        return Unit(changes=[*unit.changes, *made], events=unit.events, id=unit_id)

    def in_parts(self, things: Sequence[NewEntity], edges: Sequence[NewEdge]) -> Iterator[Unit]:
        """A home of any size, new things and then the edges between them, as units to be committed in this order.

        Raises InvalidRequest, before the first unit, when a thing or an edge cannot be.
        """
        known = _check_all(things, edges)
        for part in _chunks(things):
            yield self._unit_of_things(part)
        for part in _chunks(edges):
            yield self._unit_of_edges(part, known)

    def _unit_of_things(self, things: Sequence[NewEntity]) -> Unit:
        return Unit(
            changes=self._put_statements([(thing, 1, n) for n, thing in enumerate(things)]),
            events=[self._said(thing.id, "created", thing.name, 1) for thing in things],
        )

    def _unit_of_edges(self, edges: Sequence[NewEdge], known: Mapping[str, NewEntity]) -> Unit:
        starts = list(dict.fromkeys(edge.from_id for edge in edges))
        return Unit(
            changes=[insert(relationships).values([self._edge(e) for e in edges]), self._touched(starts)],
            events=[self._said(i, "related", known[i].name, 1) for i in starts],
        )

    def _put_statements(self, things: Sequence[tuple[NewEntity, int, int]]) -> list[Executable]:
        """The statements that add new things, each given with its version and the index of its event."""
        rows = [self._row(thing, number) | {"seq": seq_of(index)} for thing, number, index in things]
        ids = [thing.id for thing, _, _ in things]
        return [
            delete(removed).where(self._home.owns(removed), removed.c.entity_id.in_(ids)),
            insert(entities).values(rows),
            insert(versions).values([self._version(thing, number) for thing, number, _ in things]),
            insert(texts).values(
                [{**self._owner(), "entity_id": thing.id, **_text(self._home, thing)} for thing, _, _ in things]
            ),
        ]

    def _touched(self, ids: Sequence[str]) -> Executable:
        """Whoever keeps names by seq learns that these have another place now."""
        return update(entities).where(self._home.owns(entities), entities.c.id.in_(ids)).values(seq=seq_of())

    async def _known(self, connection: AsyncConnection, entity_id: str) -> Entity:
        found = await entity(connection, self._home, entity_id)
        if found is None:
            raise NotFound("There is no such thing in this home.")
        return found

    async def _last_version(self, connection: AsyncConnection, entity_id: str) -> int:
        statement = select(func.max(versions.c.version)).where(
            self._home.owns(versions), versions.c.entity_id == entity_id
        )
        return (await connection.execute(statement)).scalar_one() or 0

    def _is(self, entity_id: str):
        return and_(self._home.owns(entities), entities.c.id == entity_id)

    def _owner(self) -> dict[str, str]:
        return {"project_id": self._home.project_id, "tenant_id": self._home.tenant_id}

    def _said(self, entity_id: str, change: str, name: str, version: int) -> Event:
        body = EntityChanged.model_validate(
            {"entity_id": entity_id, "change": change, "name": name, "version": version}
        )
        return event(f"project:{self._home.project_id}", body)

    def _row(self, thing: NewEntity, version: int) -> dict[str, object]:
        now = isoformat(self._clock.now())
        state = thing.content.get("state")
        device_class = thing.content.get("device_class")
        return {
            **self._owner(),
            "id": thing.id,
            "entity_type": thing.type,
            "name": thing.name,
            "aliases": list(thing.aliases),
            "device_class": device_class if isinstance(device_class, str) else None,
            "state": state.casefold() if isinstance(state, str) else None,
            "content": dict(thing.content),
            "source": self._source,
            "version": version,
            "created_at": now,
            "updated_at": now,
        }

    def _version(self, thing: NewEntity, version: int) -> dict[str, object]:
        return {
            **self._owner(),
            "entity_id": thing.id,
            "version": version,
            "entity_type": thing.type,
            "name": thing.name,
            "aliases": list(thing.aliases),
            "content": dict(thing.content),
            "source": self._source,
            "user_id": self._user_id,
            "at": isoformat(self._clock.now()),
        }

    def _edge(self, edge: NewEdge) -> dict[str, object]:
        return {
            **self._owner(),
            "id": edge.id,
            "from_id": edge.from_id,
            "to_id": edge.to_id,
            "relationship_type": edge.type,
            "properties": dict(edge.properties),
            "created_at": isoformat(self._clock.now()),
        }


def _text(home: Home, thing: NewEntity) -> dict[str, str]:
    return {
        "scope": scope_of(home),
        "name": fold(thing.name),
        "aliases": fold("\n".join(thing.aliases)),
        "body": searchable(dict(thing.content)),
    }


def _check(thing: NewEntity) -> None:
    if thing.type not in ENTITY_TYPES:
        raise InvalidRequest(f"There is no type of thing called “{thing.type}”.")
    for name in (thing.name, *thing.aliases):
        if not name.strip() or len(name) > LONGEST_NAME:
            raise InvalidRequest(f"A name has 1 to {LONGEST_NAME} letters.")
    for key in ("device_class", "state"):
        value = thing.content.get(key)
        if value is not None and (not isinstance(value, str) or not 1 <= len(value) <= 60):
            raise InvalidRequest(f"The {key.replace('_', ' ')} of {thing.name} has to be a text of 1 to 60 letters.")


def _check_all(things: Sequence[NewEntity], edges: Sequence[NewEdge]) -> dict[str, NewEntity]:
    known = {thing.id: thing for thing in things}
    for thing in things:
        _check(thing)
    for edge in edges:
        if edge.from_id not in known or edge.to_id not in known:
            raise InvalidRequest(f"A relationship “{edge.type}” has an end that is not part of this home.")
        _check_edge(edge, known[edge.from_id].type, known[edge.to_id].type)
    return known


def _check_edge(edge: NewEdge, start: str, end: str) -> None:
    if edge.from_id == edge.to_id:
        raise InvalidRequest("A thing cannot be related to itself.")
    if not may_relate(start, edge.type, end):
        raise InvalidRequest(f"A {start} cannot have the relationship “{edge.type}” to a {end}.")


def _chunks(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    return (items[i : i + LARGEST_UNIT] for i in range(0, len(items), LARGEST_UNIT))
