"""Brings what Home Assistant has into a home, and keeps it so: again brings nothing new, what was renamed there is
renamed here, what is gone there goes here too. What people changed here by hand stays as they made it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.journal.retrying import read_and_commit
from parlour.journal.unit import Unit, Writer
from parlour.store.database import Reads
from parlour.toolkits.devices.homeassistant.belonging import Belonging, Ends, Link, is_touched, read_belonging
from parlour.toolkits.devices.homeassistant.driver import DRIVER
from parlour.toolkits.devices.homeassistant.registry import Wanted
from parlour.toolkits.devices.tables import imports
from parlour.toolkits.home.changes import LARGEST_UNIT, HomeChanges, NewEdge, NewEntity
from parlour.toolkits.home.graph import PLACING, Entity, Home, edges, entities_by_id, entity
from parlour.toolkits.home.kinds import TOLD_BY_DRIVER


@dataclass(frozen=True, slots=True)
class Importer:
    """Brings the things of one connection into one home."""

    connection_id: str
    home: Home
    reads: Reads
    writer: Writer
    clock: Clock

    async def bring(self, things: Sequence[Wanted], *, is_whole: bool = True) -> Mapping[str, str]:
        """Make the home have these things, and none that are gone; the ids of things by the entity they are read as.

        While not everything is there yet (`is_whole` is False), nothing is taken away.
        """
        async with self.reads.read() as connection:
            has = await read_belonging(connection, self.home, self.connection_id)
        await self._create([each for each in things if has.link(each) is None and has.like(each) is None])
        for each in things:
            like = has.like(each) if has.link(each) is None else None
            if like is not None:
                await self._adopt(each, like)
        async with self.reads.read() as connection:
            has = await read_belonging(connection, self.home, self.connection_id)
        for each in things:
            if has.differs(each):
                await self._follow(each, has)
        await self._place(things, has)
        if is_whole:
            kept = {each.remote for each in things}
            ours = [link.entity_id for link in has.links.values()]
            for link in [link for link in has.links.values() if link.remote not in kept]:
                await self._let_go(link, ours)
        return {link.device: link.entity_id for each in things if (link := has.link(each)) and link.device}

    async def known(self) -> Mapping[str, str]:
        """The ids of what came before, by the entity it is read as."""
        async with self.reads.read() as connection:
            mine = imports.c.connection_id == self.connection_id, imports.c.device.is_not(None)
            rows = await connection.execute(select(imports.c.device, imports.c.entity_id).where(*mine))
            return {str(row.device): str(row.entity_id) for row in rows}

    async def _create(self, things: Sequence[Wanted]) -> None:
        changes = HomeChanges(self.home, self.clock, source="home_assistant")
        for start in range(0, len(things), LARGEST_UNIT):
            part = things[start : start + LARGEST_UNIT]
            new = [NewEntity(each.type, each.name, each.aliases, each.content) for each in part]
            rows = [self._row(each, thing.id) for each, thing in zip(part, new, strict=True)]
            for unit in changes.in_parts(new, ()):
                await self.writer.commit(replace(unit, changes=[*unit.changes, insert(imports).values(rows)]))

    async def _adopt(self, thing: Wanted, like: Entity) -> None:
        """What was here before under this very name is taken for it, and is never taken away again."""

        async def build(connection: AsyncConnection) -> tuple[None, Unit | None]:
            row = self._row(thing, like.id) | {"imported": self._imported(thing) | {"adopted": True}}
            unit = Unit(changes=[insert(imports).values(row)])
            if thing.content and await entity(connection, self.home, like.id):
                content = {**dict.fromkeys(TOLD_BY_DRIVER), **thing.content, "removed_there": None}
                made = await self._changes().change(connection, like.id, content=content)
                unit = replace(made, changes=[*made.changes, *unit.changes])
            return None, unit

        await read_and_commit(self.reads, self.writer, build)

    async def _follow(self, thing: Wanted, has: Belonging) -> None:
        """Change what is otherwise there than when it came; what somebody changed here since stays."""

        async def build(connection: AsyncConnection) -> tuple[None, Unit | None]:
            link = has.links[thing.remote]
            now = await entity(connection, self.home, link.entity_id)
            fresh = {**link.imported, **self._imported(thing)}
            kept = update(imports).where(*self._is(thing.remote)).values(imported=fresh, device=thing.device)
            if now is None:
                return None, Unit(changes=[kept])
            content = _content_changes(link, thing, now)
            name = thing.name if now.name == link.imported.get("name") else now.name
            mine = [alias for alias in now.aliases if alias not in _texts(link.imported.get("aliases"))]
            aliases = [*dict.fromkeys([*thing.aliases, *mine])]
            if not content and name == now.name and aliases == [*now.aliases]:
                return None, Unit(changes=[kept])
            unit = await self._changes().change(connection, now.id, name=name, aliases=aliases, content=content)
            return None, replace(unit, changes=[*unit.changes, kept])

        await read_and_commit(self.reads, self.writer, build)

    async def _place(self, things: Sequence[Wanted], has: Belonging) -> None:
        """Put things where they are there, and join scenes with what they set, unless that was changed here."""
        moved = [each for each in things if (link := has.link(each)) and self._edges(each, has) != link.edges]
        for start in range(0, len(moved), LARGEST_UNIT):
            part = moved[start : start + LARGEST_UNIT]

            async def build(connection: AsyncConnection, part: Sequence[Wanted] = part) -> tuple[None, Unit | None]:
                units = [unit for each in part for unit in await self._placing(connection, each, has)]
                return None, _together(units)

            await read_and_commit(self.reads, self.writer, build)

    async def _placing(self, connection: AsyncConnection, thing: Wanted, has: Belonging) -> list[Unit]:
        link, new = has.links[thing.remote], self._edges(thing, has)

        row = select(imports.c.imported).where(*self._is(thing.remote))
        imported = (await connection.execute(row)).scalar_one()
        kept = {**imported, "edges": [list(pair) for pair in sorted(new)]}
        units = [Unit(changes=[update(imports).where(*self._is(thing.remote)).values(imported=kept)])]
        ends = [link.entity_id, *(end for _, end in new)]
        if len(await entities_by_id(connection, self.home, ends)) < len(set(ends)):
            return units
        around = await edges(connection, self.home, [link.entity_id], outgoing=())
        there = {(edge.type, edge.far.id) for edge in around}
        gone = (link.edges - new) & there
        is_placed = any(kind in PLACING for kind, _ in there - gone)
        for kind, end in sorted(gone):
            units.append(await self._changes().part(connection, link.entity_id, kind, end))
        for kind, end in sorted(new - link.edges - there):
            if not (is_placed and kind in PLACING):
                units.append(await self._changes().relate(connection, NewEdge(link.entity_id, kind, end)))
        return units

    async def _let_go(self, link: Link, ours: Sequence[str]) -> None:
        """What is gone there goes here too; but what somebody had a hand in stays, and says that it is gone."""

        async def build(connection: AsyncConnection) -> tuple[None, Unit | None]:
            forgotten = delete(imports).where(*self._is(link.remote))
            thing = await entity(connection, self.home, link.entity_id)
            if thing is None:
                return None, Unit(changes=[forgotten])
            if not link.imported.get("adopted") and not await is_touched(connection, self.home, ours, thing):
                unit = await self._changes().remove(connection, thing.id)
            elif thing.content.get("driver") == DRIVER:
                gone: dict[str, JsonValue] = {"driver": None, "state": None}
                gone["removed_there"] = isoformat(self.clock.now())
                unit = await self._changes().change(connection, thing.id, content=gone)
            else:
                unit = Unit()
            return None, replace(unit, changes=[*unit.changes, forgotten])

        await read_and_commit(self.reads, self.writer, build)

    def _edges(self, thing: Wanted, has: Belonging) -> Ends:
        """Where a thing has to be, and what it works on."""
        works_on = {("controls", link.entity_id) for each in thing.works_on if (link := has.links.get(each))}
        place = has.links.get(thing.place or "")
        top = has.home_id if thing.type in ("zone", "room") else None
        where = place.entity_id if place else top
        kind = {"zone": "part_of", "automation": "automates"}.get(thing.type, "located_in")
        return frozenset(works_on | ({(kind, where)} if where else set()))

    def _changes(self) -> HomeChanges:
        return HomeChanges(self.home, self.clock, source="home_assistant")

    def _imported(self, thing: Wanted) -> dict[str, JsonValue]:
        return {"name": thing.name, "aliases": [*thing.aliases], "content": {**thing.content}}

    def _row(self, thing: Wanted, entity_id: str) -> dict[str, object]:
        return {
            "project_id": self.home.project_id,
            "tenant_id": self.home.tenant_id,
            "connection_id": self.connection_id,
            "remote_id": thing.remote,
            "device": thing.device,
            "entity_id": entity_id,
            "imported": self._imported(thing),
        }

    def _is(self, remote: str):
        return imports.c.connection_id == self.connection_id, imports.c.remote_id == remote


def _content_changes(link: Link, thing: Wanted, now: Entity) -> dict[str, JsonValue]:
    """What of the content has to follow: what changed there, where nobody changed it here."""
    known = link.imported.get("content")
    old: dict[str, JsonValue] = known if isinstance(known, dict) else {}
    changes: dict[str, JsonValue] = {}
    for key in {*old, *thing.content}:
        before, after, present = old.get(key), thing.content.get(key), now.content.get(key)
        if present != after and (key in TOLD_BY_DRIVER or (before != after and present == before)):
            changes[key] = after
    return changes


def _texts(value: JsonValue) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _together(units: Sequence[Unit]) -> Unit:
    """Several units as one: all of them or none. What names a seq names the first one's, which is early enough."""
    return Unit(
        guards=[guard for unit in units for guard in unit.guards],
        changes=[change for unit in units for change in unit.changes],
        events=[said for unit in units for said in unit.events],
    )
