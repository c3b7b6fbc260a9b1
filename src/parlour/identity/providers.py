"""Servers of models that are set up in the app: an address, the models there, and a key that only we can read.

Admins set them up for the house, whoever manages a project for that, and people for themselves. What is asked with a
key of somebody's own goes to a place that they chose, so owners of projects and people need the house's word for it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from sqlalchemy import ColumnElement, Executable, delete, insert, update

from parlour.clock import Clock, isoformat
from parlour.errors import Duplicate, Forbidden, InvalidRequest, Moved, NotFound, NotNow
from parlour.identity.audit import audited
from parlour.identity.consent import check_admin, consent, unset
from parlour.identity.master_key import Place
from parlour.identity.projects import Projects
from parlour.identity.scopes import HOUSE, Whose
from parlour.identity.vault import Vault
from parlour.identity.who import Who
from parlour.ids import new_id
from parlour.journal.unit import Guard, Unit, Writer
from parlour.protocol.content import Json
from parlour.protocol.providers import NewProvider, ProviderChange
from parlour.store.database import Reads
from parlour.store.queries.choices import (
    ALLOWED,
    ALLOWED_IN,
    DEFAULT,
    TENANT,
    Choices,
    StoredProvider,
    choices,
)
from parlour.store.tables import providers

LONGEST_NAME = 200
"""Of a model, in characters, its provider and the slash included."""


class WithKey(Protocol):
    """A provider as it is kept, as far as its key is concerned."""

    @property
    def scope(self) -> str:
        """Whose it is."""
        ...

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def base_url(self) -> str:
        """Where its key may go."""
        ...

    @property
    def sealed_key(self) -> str | None:
        """The key as it is kept; None where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Providers:
    """What may be done to servers of models; those of the house only by admins. Everybody else gets Forbidden.

    A project that somebody does not see raises NotFound. Addresses are handed in as `models.offers.address_of` writes
    them.
    """

    reads: Reads
    writer: Writer
    clock: Clock
    vault: Vault
    taken: Mapping[str, str]
    """What is not set up in the app, by name: a sentence about where it is changed."""
    reserved: frozenset[str] = frozenset({"built-in"})
    """Names that nobody may give to a provider of their own."""

    async def add(self, who: Who, new: NewProvider, whose: Whose = HOUSE) -> None:
        """Set a provider up; an admin allows it by doing so.

        Raises Duplicate for a name that is taken, InvalidRequest for one that is too long, Moved.
        """
        await self._check(who, whose, "set up")
        conflict = Duplicate(f"A provider is called {new.name} already. Choose another name, or change that one.")
        if new.name in (self.taken if whose == HOUSE else self.reserved):
            raise conflict
        sealed, guards = await self._sealed(who, whose, new.name, new.base_url, new.api_key)
        at = isoformat(self.clock.now())
        row = {
            "id": new_id(),
            "tenant_id": who.tenant_id,
            "scope": whose.scope,
            **whose.columns,
            "name": new.name,
            "base_url": new.base_url,
            "sealed_key": sealed,
            "models": _named(new.name, new.models),
            "kind": new.kind,
            "options": new.options or None,
            "created_at": at,
            "updated_at": at,
            "version": 1,
        }
        guards.append(Guard(insert(providers).values(row), conflict))
        details: Json = {"base_url": new.base_url, "models": [*new.models], "has_key": sealed is not None}
        if new.kind != "openai":
            details["kind"] = new.kind
        said = _remembered("provider_added", who, whose, new.name, at, details)
        await self.writer.commit(Unit(guards=guards, changes=[*_consent(who, whose, new.name, at), said]))

    async def change(self, who: Who, name: str, change: ProviderChange, whose: Whose = HOUSE) -> None:
        """Change what is given. A kept key never follows to another address: that takes the key anew, or none ("").

        Raises InvalidRequest, Moved, and what `kept` raises.
        """
        await self._check(who, whose, "change")
        before = await self.kept(who, name, whose)
        after: dict[str, Any] = {
            "base_url": change.base_url or before.base_url,
            "models": [*before.models] if change.models is None else _named(name, change.models),
        }
        if change.kind is not None or change.options is not None:
            after["kind"] = change.kind or before.kind
            after["options"] = (before.options if change.options is None else change.options) or None
        guards: list[Guard] = []
        if change.api_key is not None:
            after["sealed_key"], guards = await self._sealed(who, whose, name, after["base_url"], change.api_key)
        elif before.sealed_key is not None and after["base_url"] != before.base_url:
            raise InvalidRequest("A key never follows to another address. Enter the key for the new address too.")
        at = isoformat(self.clock.now())
        after |= {"updated_at": at, "version": before.version + 1}
        guards.append(Guard(update(providers).where(*_unchanged(before)).values(after), Moved()))
        details: Json = change.model_dump(mode="json", exclude={"api_key"}, exclude_none=True)
        details |= {"has_new_key": change.api_key is not None}
        said = _remembered("provider_changed", who, whose, name, at, details)
        # An admin's word for a provider of a project is for what it was when they gave it.
        again = _consent(who, whose, name, at) if whose.kind == "project" else []
        await self.writer.commit(Unit(guards=guards, changes=[*again, said]))

    async def remove(self, who: Who, name: str, whose: Whose = HOUSE) -> None:
        """Forget a provider, its key, and that it was allowed or the default. What its models said stays.

        Raises Moved, and what `kept` raises.
        """
        await self._check(who, whose, "remove")
        before = await self.kept(who, name, whose)
        async with self.reads.read() as connection:
            default = (await choices(connection, who.tenant_id)).default
        forgotten: list[Executable] = [unset(who.tenant_id, allowed_key(whose, name))]
        if whose == HOUSE and default is not None and default.startswith(f"{name}/"):
            forgotten.append(unset(who.tenant_id, DEFAULT))
        gone = Guard(delete(providers).where(*_unchanged(before)), Moved())
        said = _remembered("provider_removed", who, whose, name, isoformat(self.clock.now()), {})
        await self.writer.commit(Unit(guards=[gone], changes=[*forgotten, said]))

    async def listed(self, who: Who, whose: Whose) -> list[tuple[StoredProvider, bool]]:
        """The providers of a project or of somebody's own, each with whether it may be asked."""
        await self._check(who, whose, "see")
        decided = await self._decided(who, whose)
        found = [(one, True) for one in decided.providers] + [(one, False) for one in decided.barred]
        return [(one, may) for one, may in found if one.scope == whose.scope]

    async def kept(self, who: Who, name: str, whose: Whose = HOUSE) -> StoredProvider:
        """A provider that was set up in the app. Raises NotFound, and NotNow for one that is set up elsewhere."""
        await self._check(who, whose, "see")
        decided = await self._decided(who, whose)
        mine = [one for one in (*decided.providers, *decided.barred) if one.scope == whose.scope and one.name == name]
        if not mine and whose == HOUSE and name in self.taken:
            raise NotNow(f"{name} was not set up in the app. {self.taken[name]}")
        if not mine:
            raise NotFound("No such provider is set up here.")
        return mine[0]

    async def check_may_set_up(self, who: Who, whose: Whose) -> None:
        """Raise Forbidden for whoever may set no provider up there, and NotFound for a project they do not see."""
        await self._check(who, whose, "set up")

    def opened(self, tenant_id: str, provider: WithKey) -> str:
        """A provider's key, "" where it has none. Reads a file. Raises NotAvailable when it does not open."""
        if provider.sealed_key is None:
            return ""
        place = _place(tenant_id, provider.scope, provider.name, provider.base_url)
        return self.vault.opened(provider.sealed_key, place)

    async def _decided(self, who: Who, whose: Whose) -> Choices:
        async with self.reads.read() as connection:
            project_id, user_id = whose.id_of("project"), whose.id_of("user")
            return await choices(connection, who.tenant_id, project_id=project_id, user_id=user_id)

    async def _check(self, who: Who, whose: Whose, to: Literal["see", "set up", "change", "remove"]) -> None:
        """Raise Forbidden or NotFound for whoever may not do this to providers of a scope."""
        if whose == HOUSE:
            return check_admin(who)
        if whose.kind == "project":
            project = await Projects(self.reads, self.writer, self.clock).one(who, whose.id)
            if not project.may_manage:
                raise Forbidden("Only its owner or an admin decides which providers a project has.")
            if who.may("house:manage"):
                return None
        if to in ("set up", "change") and not (await self._decided(who, whose)).of("tenant").settings.own_keys:
            raise Forbidden("An admin has to let people bring keys of their own first.")
        return None

    async def _sealed(
        self, who: Who, whose: Whose, name: str, base_url: str, api_key: str
    ) -> tuple[str | None, list[Guard]]:
        if not api_key:
            return None, []
        sealed = await self.vault.seal(api_key, _place(who.tenant_id, whose.scope, name, base_url))
        return sealed.text, [*sealed.guards]


def _place(tenant_id: str, scope: str, name: str, base_url: str) -> Place:
    return Place(tenant_id, "key", name, base_url, "" if scope == TENANT else scope)


def allowed_key(whose: Whose, name: str) -> str:
    """The key of the setting that says whether a provider may be asked."""
    return ALLOWED + name if whose == HOUSE else f"{ALLOWED_IN}{whose.id}:{name}"


def _consent(who: Who, whose: Whose, name: str, at: str) -> list[Executable]:
    """An admin's word that a provider may be asked; of what others set up there is none."""
    if who.may("house:manage") and whose.kind != "user":
        return consent(who.tenant_id, allowed_key(whose, name), True, at)
    return [unset(who.tenant_id, allowed_key(whose, name))]


def _named(provider: str, models: Sequence[str]) -> list[str]:
    """The models, each once."""
    if any(len(f"{provider}/{model}") > LONGEST_NAME for model in models):
        raise InvalidRequest(f"A provider and a model may have names of {LONGEST_NAME} characters together.")
    return [*dict.fromkeys(models)]


def _unchanged(before: StoredProvider) -> tuple[ColumnElement[bool], ...]:
    """What a guard asks for: a key that somebody else entered meanwhile is for the address that they meant."""
    return providers.c.id == before.id, providers.c.version == before.version


def _remembered(action: str, who: Who, whose: Whose, name: str, at: str, details: Json) -> Executable:
    resource = ("provider", name)
    details = details if whose == HOUSE else details | {"scope": whose.scope}
    return audited(action, tenant_id=who.tenant_id, user_id=who.user_id, at=at, resource=resource, details=details)
