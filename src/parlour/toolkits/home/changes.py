"""How a home is changed: every change is a Unit that the writer commits, with what it says to the project.

Making a unit reads what is there; its guards hold that nothing of that changed meanwhile, so two writers of one
thing never lose a version: the later one gets Moved and reads again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import JsonValue
from sqlalchemy import Executable, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import Moved, NotFound
from parlour.journal.unit import Change, Event, FilledRows, Guard, Unit, event, seq_of
from parlour.protocol.events import EntityChanged
from parlour.toolkits.home.drafts import NewEdge, NewEntity, check, check_all, check_edge
from parlour.toolkits.home.fulltext import scope_of
from parlour.toolkits.home.graph import PLACING, Entity, Home, entities_by_id, entity
from parlour.toolkits.home.search import searchable
from parlour.toolkits.home.tables import entities, relationships, removed, texts, versions
from parlour.toolkits.home.words import fold

LARGEST_UNIT = 100
"""How many things or edges one unit of an import holds, so that other writers never wait long."""

Item = TypeVar("Item")

_KEEP = insert(entities)
_KEEP_VERSION = insert(versions)
_KEEP_TEXT = insert(texts).inline()
_KEEP_EDGE = insert(relationships)


@dataclass(frozen=True, slots=True)
class Move:
    """A thing goes elsewhere: the edges that say where it is now, and those that will say it."""

    away: tuple[NewEdge, ...]
    to: tuple[NewEdge, ...]


class HomeChanges:
    """Makes the units that change one home. `user_id` is who does it, None for an import."""

    def __init__(self, home: Home, clock: Clock, user_id: str | None = None, source: str = "manual") -> None:
        self._home = home
        self._clock = clock
        self._user_id = user_id
        self._source = source

    async def create(self, connection: AsyncConnection, thing: NewEntity, place: NewEdge | None = None) -> Unit:
        """Make a new thing, in a place unless that is None. Raises InvalidRequest when it cannot be one.

        On commit it is a Conflict if its id is taken, and Moved when the place is gone, or holds one of its name.
        """
        check(thing)
        number = await self._last_version(connection, thing.id) + 1
        return Unit(
            guards=self._room_for(thing, place.to_id) if place else [],
            changes=[
                *self._put_statements([(thing, number, 0)]),
                *([insert(relationships).values(self._edge(place))] if place else []),
            ],
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
        return self._next_version(old, thing)

    async def lay_back(
        self, connection: AsyncConnection, entity_id: str, version: int, keys: Sequence[str] = ()
    ) -> Unit:
        """Make a thing's name, its other names and these `keys` of its content what they were in an earlier version.

        Its edges stay, and so does what else is known of it by now. Raises NotFound.
        """
        old = await self._known(connection, entity_id)
        statement = select(versions).where(
            self._home.owns(versions), versions.c.entity_id == entity_id, versions.c.version == version
        )
        was = (await connection.execute(statement)).one_or_none()
        if was is None:
            raise NotFound("There is no such version of this thing.")
        then = {key: was.content[key] for key in was.content if key in keys}
        still = {key: value for key, value in old.content.items() if key not in keys}
        order = dict.fromkeys([*was.content, *still])
        content = {key: {**still, **then}[key] for key in order if key in still or key in then}
        return self._next_version(old, NewEntity(old.type, was.name, tuple(was.aliases), content, entity_id))

    async def remove(self, connection: AsyncConnection, entity_id: str, edges: int | None = None) -> Unit:
        """Take a thing and its edges away. Its versions stay, so a thing of this id can go on where it ended.

        On commit it is Moved when it has not just so many `edges`.
        """
        old = await self._known(connection, entity_id)
        mark = {**self._owner(), "entity_id": entity_id, "seq": seq_of()}
        at_it = or_(relationships.c.from_id == entity_id, relationships.c.to_id == entity_id)
        counted = (
            update(relationships).where(self._home.owns(relationships), at_it).values(tenant_id=self._home.tenant_id)
        )
        return Unit(
            guards=[
                *([Guard(counted, Moved(), rows=edges)] if edges is not None else []),
                Guard(delete(entities).where(self._is(entity_id), entities.c.version == old.version), Moved()),
            ],
            changes=[insert(removed).values(mark)],
            events=[self._said(entity_id, "deleted", old.name, old.version)],
        )

    def move(self, thing: Entity, move: Move) -> Unit:
        """Take a thing elsewhere.

        On commit it is Moved when it is not where it was any more, or where it goes to is gone or holds its name.
        """
        return Unit(
            guards=[
                *(Guard(self._parting(edge.from_id, edge.type, edge.to_id), Moved()) for edge in move.away),
                *(guard for edge in move.to for guard in self._room_for(thing, edge.to_id)),
                *(Guard(insert(relationships).values(self._edge(edge)), Moved()) for edge in move.to),
            ],
            changes=[self._touched([thing.id])],
            events=[self._said(thing.id, "related", thing.name, thing.version)],
        )

    async def relate(self, connection: AsyncConnection, edge: NewEdge) -> Unit:
        """Join two things. Raises NotFound for an unknown end and InvalidRequest for one that may not be joined so."""
        ends = await entities_by_id(connection, self._home, (edge.from_id, edge.to_id))
        start, end = ends.get(edge.from_id), ends.get(edge.to_id)
        if start is None or end is None:
            raise NotFound("One end of this relationship is not in this home.")
        check_edge(edge, start.type, end.type)
        return Unit(
            guards=[Guard(insert(relationships).values(self._edge(edge)), Moved())],
            changes=[self._touched([edge.from_id])],
            events=[self._said(start.id, "related", start.name, start.version)],
        )

    async def part(self, connection: AsyncConnection, from_id: str, relationship: str, to_id: str) -> Unit:
        """Take an edge away. Raises NotFound for an unknown start; Moved on commit when there is no such edge."""
        start = await self._known(connection, from_id)
        edge = self._parting(from_id, relationship, to_id)
        return Unit(
            guards=[Guard(edge, Moved("There is no such relationship any more."))],
            changes=[self._touched([from_id])],
            events=[self._said(from_id, "related", start.name, start.version)],
        )

    def at_once(self, things: Sequence[NewEntity], edges: Sequence[NewEdge], unit_id: str) -> Unit:
        """A small home as one unit: all of it or nothing, and with the same `unit_id` only once."""
        check_all(things, edges)
        unit = self._unit_of_things(things)
        made = FilledRows(_KEEP_EDGE, [self._edge(e) for e in edges])
        return Unit(changes=[*unit.changes, made], events=unit.events, id=unit_id)

    def in_parts(self, things: Sequence[NewEntity], edges: Sequence[NewEdge]) -> Iterator[Unit]:
        """A home of any size, new things and then the edges between them, as units to be committed in this order.

        Raises InvalidRequest, before the first unit, when a thing or an edge cannot be.
        """
        known = check_all(things, edges)
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
            changes=[FilledRows(_KEEP_EDGE, [self._edge(e) for e in edges]), self._touched(starts)],
            events=[self._said(i, "related", known[i].name, 1) for i in starts],
        )

    def _put_statements(self, things: Sequence[tuple[NewEntity, int, int]]) -> list[Change]:
        """The statements that add new things, each given with its version and the index of its event."""
        rows = [self._row(thing, number) | {"seq": seq_of(index)} for thing, number, index in things]
        ids = [thing.id for thing, _, _ in things]
        return [
            delete(removed).where(self._home.owns(removed), removed.c.entity_id.in_(ids)),
            FilledRows(_KEEP, rows),
            FilledRows(_KEEP_VERSION, [self._version(thing, number) for thing, number, _ in things]),
            FilledRows(
                _KEEP_TEXT,
                [{**self._owner(), "entity_id": thing.id, **_text(self._home, thing)} for thing, _, _ in things],
            ),
        ]

    def _touched(self, ids: Sequence[str]) -> Executable:
        """Whoever keeps names by seq learns that these have another place now."""
        return update(entities).where(self._home.owns(entities), entities.c.id.in_(ids)).values(seq=seq_of())

    def _next_version(self, old: Entity, thing: NewEntity) -> Unit:
        check(thing)
        number = old.version + 1
        row = self._row(thing, number)
        row.pop("created_at")
        same = (entities.c.version == old.version, entities.c.observed == old.observed)
        head = update(entities).where(self._is(old.id), *same)
        return Unit(
            guards=[Guard(head.values(version=number), Moved())],
            changes=[
                update(entities).where(self._is(old.id)).values(row | {"seq": seq_of()}),
                insert(versions).values(self._version(thing, number)),
                update(texts)
                .where(self._home.owns(texts), texts.c.entity_id == old.id)
                .values(_text(self._home, thing)),
            ],
            events=[self._said(old.id, "updated", thing.name, number)],
        )

    def _room_for(self, thing: NewEntity | Entity, place_id: str) -> list[Guard]:
        """That the place is there and, once nobody else can change it, holds no other thing of this type and name."""
        place = update(entities).where(self._is(place_id)).values(tenant_id=self._home.tenant_id)
        called_so = (
            select(relationships.c.from_id)
            .join(
                texts,
                and_(texts.c.project_id == relationships.c.project_id, texts.c.entity_id == relationships.c.from_id),
            )
            .where(self._home.owns(relationships), relationships.c.to_id == place_id)
            .where(relationships.c.relationship_type.in_(PLACING), texts.c.name == fold(thing.name))
        )
        twin = update(entities).where(
            self._home.owns(entities),
            entities.c.id.in_(called_so),
            entities.c.id != thing.id,
            entities.c.entity_type == thing.type,
        )
        return [Guard(place, Moved()), Guard(twin.values(tenant_id=self._home.tenant_id), Moved(), rows=0)]

    def _parting(self, from_id: str, relationship: str, to_id: str) -> Executable:
        return delete(relationships).where(
            self._home.owns(relationships),
            relationships.c.from_id == from_id,
            relationships.c.relationship_type == relationship,
            relationships.c.to_id == to_id,
        )

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


def together(first: Unit, *others: Unit) -> Unit:
    """Changes of one home as one unit: all of it or nothing. What it touches has the seq of its first event."""
    every = (first, *others)
    return Unit(
        guards=[guard for unit in every for guard in unit.guards],
        changes=[change for unit in every for change in unit.changes],
        events=[said for unit in every for said in unit.events],
    )


def _chunks(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    return (items[i : i + LARGEST_UNIT] for i in range(0, len(items), LARGEST_UNIT))
