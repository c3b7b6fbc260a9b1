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
from parlour.toolkits.data.kinds import ForOne, Kind, Own, Preparing, Renewing, Source, taken_apart, understood
from parlour.toolkits.data.tables import datasources
from parlour.tools.caller import Caller
from parlour.tools.outcomes import ToolProblem

TRIAL_S = 20.0
"""How long a trial waits for an answer."""
MOST_OWN = 20
"""So many datasources may somebody have for themselves alone in one project."""


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

    async def kept(self, project_id: str, user_id: str = "") -> list[Datasource]:
        """The datasources of a project, by name: those that are everybody's there, and what is `user_id`'s alone."""
        async with self.reads.read() as connection:
            return await datasources_of(connection, project_id, user_id)

    async def one(self, project_id: str, datasource_id: str, user_id: str = "") -> Datasource:
        """One of them. Raises NotFound."""
        found = [each for each in await self.kept(project_id, user_id) if each.id == datasource_id]
        if not found:
            raise NotFound("Datasource not found.")
        return found[0]

    async def add(self, who: Caller, new: NewDatasource) -> str:
        """Give the project a datasource, or `who` alone; its id.

        Raises InvalidRequest, Duplicate for a name that is taken, Moved.
        """
        owner = who.user_id if new.is_mine else ""
        kind = self._kind(new.kind, owner)
        if owner and sum(each.owner == owner for each in await self.kept(who.project_id, owner)) >= MOST_OWN:
            raise InvalidRequest(f"You have {MOST_OWN} datasources of your own here, as many as there may be.")
        settings = await _entered(kind, understood(kind, new.settings))
        plain, secrets = taken_apart(settings)
        datasource_id, at = new_id(), isoformat(self.clock.now())
        address = _address(kind, settings)
        sealed, guards = await self._sealed(secrets, SecretPlace(who.tenant_id, datasource_id, address))
        row = {
            "id": datasource_id,
            "tenant_id": who.tenant_id,
            "project_id": who.project_id,
            "owner": owner,
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
        before = await self.one(who.project_id, datasource_id, who.user_id)
        after: dict[str, Any] = change.model_dump(exclude={"settings"}, exclude_none=True)
        guards: Sequence[Guard] = ()
        if change.settings is not None:
            kind = self.kind_of(before)
            settings = await _entered(kind, await self._changed(before, change.settings))
            plain, secrets = taken_apart(settings)
            address = _address(kind, settings)
            sealed, guards = await self._sealed(secrets, SecretPlace(who.tenant_id, datasource_id, address))
            after |= {"settings": plain, "address": address, "secret_names": sorted(secrets), "sealed_secrets": sealed}
            if address != before.address:
                after["known"] = None
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

    async def remember(self, datasource: Datasource, known: Json) -> None:
        """Keep what its kind has learned of a datasource, unless that has been changed since."""
        same = (datasources.c.id == datasource.id, datasources.c.rev == datasource.rev)
        learned = update(datasources).where(*same).values(known=known)
        await self.writer.commit(Unit(changes=[learned]))

    async def remove(self, who: Caller, datasource_id: str) -> None:
        """Forget a datasource and its secrets; what it leads to stays as it is. Raises Moved, and what `one` raises."""
        before = await self.one(who.project_id, datasource_id, who.user_id)
        gone = Guard(delete(datasources).where(*_unchanged(before)), Moved())
        at = isoformat(self.clock.now())
        said = _remembered("datasource_removed", who, datasource_id, at, {"name": before.name})
        await self.writer.commit(Unit(guards=[gone], changes=[said]))

    async def tried(self, project_id: str, kind_name: str, given: Json, owner: str = "") -> str:
        """Try settings out for a project, or for one person in it: what is there, in a sentence.

        Raises InvalidRequest, ToolProblem.
        """
        kind = self._kind(kind_name, owner)
        return await _tried(kind, understood(kind, given), project_id)

    async def tried_again(self, datasource: Datasource, given: Json) -> str:
        """Try a datasource out, with these settings in the place of its own. Raises as `tried` does."""
        settings = await self._changed(datasource, given)
        return await _tried(self.kind_of(datasource), settings, datasource.project_id)

    async def connect(self, datasource: Datasource) -> Source:
        """Open a datasource. Raises ToolProblem, NotAvailable."""
        kind = self.kind_of(datasource)
        settings = understood(kind, {**datasource.settings, **await self._secrets(datasource)})
        kind.address(settings)
        source = await kind.connect(settings, project_id=datasource.project_id, writable=datasource.writable)
        if isinstance(kind, Renewing):
            kind.renews(source, self.own(datasource))
        return source

    def own(self, datasource: Datasource) -> Own:
        """Where its kind reads and keeps the secrets of a datasource. No door shows what is there."""
        return _Own(self, datasource)

    async def secrets_of(self, datasource: Datasource) -> Json:
        """Its secrets, opened: for its kind alone. Raises NotAvailable."""
        return await self._secrets(datasource)

    async def reseal(self, before: Datasource, secrets: Json) -> None:
        """Keep other secrets for what is otherwise as it was: what is open stays open. Raises Moved."""
        place = SecretPlace(before.tenant_id, before.id, before.address)
        sealed, guards = await self._sealed(secrets, place)
        after = {"secret_names": sorted(secrets), "sealed_secrets": sealed}
        kept = Guard(update(datasources).where(*_unchanged(before)).values(after), Moved())
        await self.writer.commit(Unit(guards=[*guards, kept]))

    def kind_of(self, datasource: Datasource) -> Kind:
        """Its kind, as it is for whoever has it. Raises InvalidRequest for one that is not to be had here any more."""
        return self._kind(datasource.kind, datasource.owner)

    def own_kinds(self) -> list[Kind]:
        """The kinds as somebody may add them for themselves alone."""
        found = [kind.for_one() for kind in self.kinds.values() if isinstance(kind, ForOne)]
        return [kind for kind in found if kind is not None]

    def _kind(self, name: str, owner: str) -> Kind:
        kind = self.kinds.get(name)
        if kind is None:
            known = ", ".join(sorted(self.kinds))
            raise InvalidRequest(f"This server knows no kind of datasource “{name}”; it knows {known}.")
        if not owner:
            return kind
        own = kind.for_one() if isinstance(kind, ForOne) else None
        if own is None:
            raise InvalidRequest(f"In this house nobody has a datasource of the kind “{name}” for themselves alone.")
        return own

    async def _changed(self, before: Datasource, given: Json) -> BaseModel:
        """The settings after a change. Raises InvalidRequest where secrets would go where they were not entered for."""
        kind = self.kind_of(before)
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


@dataclass(frozen=True, slots=True)
class _Own:
    """The secrets of one datasource."""

    desk: DatasourceDesk
    datasource: Datasource

    async def read(self) -> tuple[Datasource, Json]:
        now = await self.desk.one(self.datasource.project_id, self.datasource.id, self.datasource.owner)
        return now, await self.desk.secrets_of(now)

    async def keep(self, before: Datasource, secrets: Json) -> None:
        await self.desk.reseal(before, secrets)


async def _tried(kind: Kind, settings: BaseModel, project_id: str) -> str:
    _address(kind, settings)
    async with asyncio.timeout(TRIAL_S):
        settings = await kind.ready(settings) if isinstance(kind, Preparing) else settings
        source = await kind.connect(settings, project_id=project_id, writable=False)
        try:
            return await kind.trial(source)
        finally:
            await source.close()


async def _entered(kind: Kind, settings: BaseModel) -> BaseModel:
    """The settings as they are kept. Raises InvalidRequest for those that cannot be completed."""
    if not isinstance(kind, Preparing):
        return settings
    _address(kind, settings)
    try:
        async with asyncio.timeout(TRIAL_S):
            return await kind.ready(settings)
    except ToolProblem as problem:
        raise InvalidRequest(problem.message) from problem
    except TimeoutError as error:
        raise InvalidRequest("What these settings refer to did not answer in time.") from error


def _address(kind: Kind, settings: BaseModel) -> str:
    try:
        return kind.address(settings)
    except ToolProblem as problem:
        raise InvalidRequest(problem.message) from problem


def _taken(name: str | None) -> Duplicate:
    return Duplicate(f"There is a datasource called “{name}” already.")


def _unchanged(before: Datasource) -> tuple[Any, ...]:
    """Nobody has changed it, nor a kind its secrets."""
    secrets = datasources.c.sealed_secrets.is_not_distinct_from(before.sealed_secrets)
    return datasources.c.id == before.id, datasources.c.rev == before.rev, secrets


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
