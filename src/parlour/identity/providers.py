"""Servers of models that admins set up in the app: an address, the models there, and a key that only we can read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Executable, delete, insert, update

from parlour.clock import Clock, isoformat
from parlour.errors import Duplicate, InvalidRequest, Moved, NotFound, NotNow
from parlour.identity.audit import audited
from parlour.identity.consent import check_admin, consent, unset
from parlour.identity.master_key import Place
from parlour.identity.vault import Vault
from parlour.identity.who import Who
from parlour.ids import new_id
from parlour.journal.unit import Guard, Unit, Writer
from parlour.protocol.content import Json
from parlour.protocol.providers import NewProvider, ProviderChange
from parlour.store.database import Reads
from parlour.store.queries.choices import ALLOWED, DEFAULT, StoredProvider, choices
from parlour.store.tables import providers

LONGEST_NAME = 200
"""Of a model, in characters, its provider and the slash included."""


@dataclass(frozen=True, slots=True)
class Providers:
    """What admins may do to the servers of models of their house. Everybody else gets Forbidden.

    Addresses are handed in as `models.offers.address_of` writes them.
    """

    reads: Reads
    writer: Writer
    clock: Clock
    vault: Vault
    taken: Mapping[str, str]
    """What is not set up in the app, by name: a sentence about where it is changed."""

    async def add(self, who: Who, new: NewProvider) -> None:
        """Set a provider up, and allow it.

        Raises Duplicate for a name that is taken, InvalidRequest for one that is too long, Moved.
        """
        check_admin(who)
        conflict = Duplicate(f"A provider is called {new.name} already. Choose another name, or change that one.")
        if new.name in self.taken:
            raise conflict
        sealed, guards = await self._sealed(who, new.name, new.base_url, new.api_key)
        at = isoformat(self.clock.now())
        row = {
            "id": new_id(),
            "tenant_id": who.tenant_id,
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
        said = _remembered("provider_added", who, new.name, at, details)
        await self.writer.commit(Unit(guards=guards, changes=[*consent(who.tenant_id, new.name, True, at), said]))

    async def change(self, who: Who, name: str, change: ProviderChange) -> None:
        """Change what is given. A kept key never follows to another address: that takes the key anew, or none ("").

        Raises InvalidRequest, Moved, and what `kept` raises.
        """
        before = await self.kept(who, name)
        after: dict[str, Any] = {
            "base_url": change.base_url or before.base_url,
            "models": [*before.models] if change.models is None else _named(name, change.models),
        }
        if change.kind is not None or change.options is not None:
            after["kind"] = change.kind or before.kind
            after["options"] = (before.options if change.options is None else change.options) or None
        guards: list[Guard] = []
        if change.api_key is not None:
            after["sealed_key"], guards = await self._sealed(who, name, after["base_url"], change.api_key)
        elif before.sealed_key is not None and after["base_url"] != before.base_url:
            raise InvalidRequest("A key never follows to another address. Enter the key for the new address too.")
        at = isoformat(self.clock.now())
        after |= {"updated_at": at, "version": before.version + 1}
        guards.append(Guard(update(providers).where(*_unchanged(before)).values(after), Moved()))
        details: Json = change.model_dump(mode="json", exclude={"api_key"}, exclude_none=True)
        said = _remembered("provider_changed", who, name, at, details | {"has_new_key": change.api_key is not None})
        await self.writer.commit(Unit(guards=guards, changes=[said]))

    async def remove(self, who: Who, name: str) -> None:
        """Forget a provider, its key, and that it was allowed or the default. What its models said stays.

        Raises Moved, and what `kept` raises.
        """
        before = await self.kept(who, name)
        async with self.reads.read() as connection:
            default = (await choices(connection, who.tenant_id)).default
        forgotten: list[Executable] = [unset(who.tenant_id, ALLOWED + name)]
        if default is not None and default.startswith(f"{name}/"):
            forgotten.append(unset(who.tenant_id, DEFAULT))
        gone = Guard(delete(providers).where(*_unchanged(before)), Moved())
        said = _remembered("provider_removed", who, name, isoformat(self.clock.now()), {})
        await self.writer.commit(Unit(guards=[gone], changes=[*forgotten, said]))

    async def kept(self, who: Who, name: str) -> StoredProvider:
        """A provider that was set up in the app. Raises NotFound, and NotNow for one that is set up elsewhere."""
        check_admin(who)
        async with self.reads.read() as connection:
            stored = (await choices(connection, who.tenant_id)).providers
        found = next((one for one in stored if one.name == name), None)
        if found is None and name in self.taken:
            raise NotNow(f"{name} was not set up in the app. {self.taken[name]}")
        if found is None:
            raise NotFound("No such provider is set up here.")
        return found

    def opened(self, tenant_id: str, name: str, base_url: str, sealed_key: str | None) -> str:
        """A provider's key, "" where it has none. Reads a file. Raises NotAvailable when it does not open."""
        return "" if sealed_key is None else self.vault.opened(sealed_key, _place(tenant_id, name, base_url))

    async def _sealed(self, who: Who, name: str, base_url: str, api_key: str) -> tuple[str | None, list[Guard]]:
        if not api_key:
            return None, []
        sealed = await self.vault.seal(api_key, _place(who.tenant_id, name, base_url))
        return sealed.text, [*sealed.guards]


def _place(tenant_id: str, name: str, base_url: str) -> Place:
    return Place(tenant_id, "key", name, base_url)


def _named(provider: str, models: Sequence[str]) -> list[str]:
    """The models, each once."""
    if any(len(f"{provider}/{model}") > LONGEST_NAME for model in models):
        raise InvalidRequest(f"A provider and a model may have names of {LONGEST_NAME} characters together.")
    return [*dict.fromkeys(models)]


def _unchanged(before: StoredProvider) -> tuple[ColumnElement[bool], ...]:
    """What a guard asks for: a key that somebody else entered meanwhile is for the address that they meant."""
    return providers.c.id == before.id, providers.c.version == before.version


def _remembered(action: str, who: Who, name: str, at: str, details: Json) -> Executable:
    resource = ("provider", name)
    return audited(action, tenant_id=who.tenant_id, user_id=who.user_id, at=at, resource=resource, details=details)
