"""What may be done to the datasources of a project. Who may is asked before, at the door."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from pydantic import BaseModel
from sqlalchemy import Executable, delete, insert, update

from parlour.clock import Clock, isoformat
from parlour.errors import Duplicate, InvalidRequest, Moved, NotAvailable, NotFound
from parlour.ids import new_id
from parlour.journal.unit import Guard, Unit, Writer
from parlour.protocol.content import Json
from parlour.protocol.datasources import DatasourceChange, NewDatasource
from parlour.store.database import Reads
from parlour.store.tables import audit
from parlour.toolkits.data.datasource import Datasource, datasources_of
from parlour.toolkits.data.kinds import Kind, Source, taken_apart, understood
from parlour.toolkits.data.tables import datasources
from parlour.tools.caller import Caller
from parlour.tools.outcomes import ToolProblem

TRIAL_S = 20.0
"""How long a trial waits for an answer."""


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """Whose secret it is, and the one address that it may be used for."""

    tenant_id: str
    datasource_id: str
    address: str


class Seals(Protocol):
    """Keeps secrets so that only this house can read them."""

    async def seal(self, secret: str, place: SecretPlace) -> tuple[str, Sequence[Guard]]:
        """The secret as it may be kept, and what must hold in the unit that keeps it."""
        ...

    async def opened(self, sealed: str, place: SecretPlace) -> str:
        """What was sealed. Raises NotAvailable when it does not open."""
        ...


@dataclass(frozen=True, slots=True)
class DatasourceDesk:
    """Keeps datasources, tries them out and opens them."""

    reads: Reads
    writer: Writer
    clock: Clock
    kinds: Mapping[str, Kind]
    seals: Seals

    async def kept(self, project_id: str) -> list[Datasource]:
        """The datasources of a project, by name."""
        async with self.reads.read() as connection:
            return await datasources_of(connection, project_id)

    async def one(self, project_id: str, datasource_id: str) -> Datasource:
        """One of them. Raises NotFound."""
        found = [each for each in await self.kept(project_id) if each.id == datasource_id]
        if not found:
            raise NotFound("Datasource not found.")
        return found[0]

    async def add(self, who: Caller, new: NewDatasource) -> str:
        """Give the project a datasource; its id. Raises InvalidRequest, Duplicate for a name that is taken, Moved."""
        kind = self._kind(new.kind)
        settings = understood(kind, new.settings)
        plain, secrets = taken_apart(settings)
        datasource_id, at = new_id(), isoformat(self.clock.now())
        address = _address(kind, settings)
        sealed, guards = await self._sealed(secrets, SecretPlace(who.tenant_id, datasource_id, address))
        row = {
            "id": datasource_id,
            "tenant_id": who.tenant_id,
            "project_id": who.project_id,
            "name": new.name,
            "kind": kind.name,
            "description": new.description,
            "settings": plain,
            "address": address,
            "secret_names": sorted(secrets),
            "sealed_secrets": sealed,
            "writable": new.writable,
            "created_by": who.user_id,
            "created_at": at,
            "updated_at": at,
            "rev": 1,
        }
        said = _remembered("datasource_added", who, datasource_id, at, {"name": new.name, "kind": kind.name})
        entered = Guard(insert(datasources).values(row), _taken(new.name))
        await self.writer.commit(Unit(guards=[*guards, entered], changes=[said]))
        return datasource_id

    async def change(self, who: Caller, datasource_id: str, change: DatasourceChange) -> None:
        """Change what is given. Raises InvalidRequest, Duplicate, Moved, and what `one` raises."""
        before = await self.one(who.project_id, datasource_id)
        after: dict[str, Any] = change.model_dump(exclude={"settings"}, exclude_none=True)
        guards: Sequence[Guard] = ()
        if change.settings is not None:
            settings = await self._changed(before, change.settings)
            plain, secrets = taken_apart(settings)
            address = _address(self._kind(before.kind), settings)
            sealed, guards = await self._sealed(secrets, SecretPlace(who.tenant_id, datasource_id, address))
            after |= {"settings": plain, "address": address, "secret_names": sorted(secrets), "sealed_secrets": sealed}
        at = isoformat(self.clock.now())
        after |= {"updated_at": at, "rev": before.rev + 1}
        conflict = _taken(change.name) if change.name not in (None, before.name) else Moved()
        changed = Guard(update(datasources).where(*_unchanged(before)).values(after), conflict)
        details: Json = {
            "changed": ", ".join(sorted(change.model_dump(exclude_none=True))),
            "name": change.name or before.name,
        }
        said = _remembered("datasource_changed", who, datasource_id, at, details)
        await self.writer.commit(Unit(guards=[*guards, changed], changes=[said]))

    async def remove(self, who: Caller, datasource_id: str) -> None:
        """Forget a datasource and its secrets; what it leads to stays as it is. Raises Moved, and what `one` raises."""
        before = await self.one(who.project_id, datasource_id)
        gone = Guard(delete(datasources).where(*_unchanged(before)), Moved())
        at = isoformat(self.clock.now())
        said = _remembered("datasource_removed", who, datasource_id, at, {"name": before.name})
        await self.writer.commit(Unit(guards=[gone], changes=[said]))

    async def tried(self, kind_name: str, given: Json) -> str:
        """Try settings out: what is there, in a sentence. Raises InvalidRequest, ToolProblem."""
        kind = self._kind(kind_name)
        return await _tried(kind, understood(kind, given))

    async def tried_again(self, datasource: Datasource, given: Json) -> str:
        """Try a datasource out, with these settings in the place of its own. Raises as `tried` does."""
        return await _tried(self._kind(datasource.kind), await self._changed(datasource, given))

    async def connect(self, datasource: Datasource) -> Source:
        """Open a datasource. Raises ToolProblem, NotAvailable."""
        kind = self._kind(datasource.kind)
        settings = understood(kind, {**datasource.settings, **await self._secrets(datasource)})
        kind.address(settings)
        return await kind.connect(settings, writable=datasource.writable)

    def _kind(self, name: str) -> Kind:
        kind = self.kinds.get(name)
        if kind is None:
            known = ", ".join(sorted(self.kinds))
            raise InvalidRequest(f"This server knows no kind of datasource “{name}”; it knows {known}.")
        return kind

    async def _changed(self, before: Datasource, given: Json) -> BaseModel:
        """The settings after a change. Raises InvalidRequest where secrets would go where they were not entered for."""
        kind = self._kind(before.kind)
        wanted = {**before.settings, **given}
        left = [name for name in before.secret_names if name not in given]
        if left:
            wanted |= {name: value for name, value in (await self._secrets(before)).items() if name in left}
        settings = understood(kind, {name: value for name, value in wanted.items() if value is not None})
        if left and _address(kind, settings) != before.address:
            raise InvalidRequest(f"Secrets never follow to another address. Enter anew: {', '.join(left)}.")
        return settings

    async def _sealed(self, secrets: Json, place: SecretPlace) -> tuple[str | None, Sequence[Guard]]:
        if not secrets:
            return None, ()
        return await self.seals.seal(orjson.dumps(secrets).decode(), place)

    async def _secrets(self, datasource: Datasource) -> Json:
        if not datasource.secret_names:
            return {}
        if datasource.sealed_secrets is None:
            raise NotAvailable(f"What is secret about “{datasource.name}” was dropped. An admin can enter it anew.")
        place = SecretPlace(datasource.tenant_id, datasource.id, datasource.address)
        return orjson.loads(await self.seals.opened(datasource.sealed_secrets, place))


async def _tried(kind: Kind, settings: BaseModel) -> str:
    _address(kind, settings)
    async with asyncio.timeout(TRIAL_S):
        source = await kind.connect(settings, writable=False)
        try:
            return await kind.trial(source)
        finally:
            await source.close()


def _address(kind: Kind, settings: BaseModel) -> str:
    try:
        return kind.address(settings)
    except ToolProblem as problem:
        raise InvalidRequest(problem.message) from problem


def _taken(name: str | None) -> Duplicate:
    return Duplicate(f"This project has a datasource called “{name}” already.")


def _unchanged(before: Datasource) -> tuple[Any, ...]:
    return datasources.c.id == before.id, datasources.c.rev == before.rev


def _remembered(action: str, who: Caller, datasource_id: str, at: str, details: Json) -> Executable:
    return insert(audit).values(
        id=new_id(),
        tenant_id=who.tenant_id,
        user_id=who.user_id,
        action=action,
        resource_type="datasource",
        resource_id=datasource_id,
        details={"project_id": who.project_id, **details},
        at=at,
    )
