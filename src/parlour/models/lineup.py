"""Who may answer: the built-in model always, a provider's once an admin has allowed its provider.

Providers come from the settings, and from the app, where they are set up, changed and removed while the server runs.
So whoever chooses reads what was decided in the transaction that it has open, and every process sees it at once.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from parlour.errors import NotAvailable
from parlour.models.base import Model
from parlour.models.connected import Connections, Provider
from parlour.models.instances import HOUSE, Instance, Instances
from parlour.models.offers import host_of
from parlour.models.route import OnlyOne, Route, Wish
from parlour.models.router import BalancedRoute, Plan, Roster, planned
from parlour.protocol.routing import Place, Routing

Connection = TypeVar("Connection")
"""Whatever is read with."""

ROUTES = "routes"
"""Stands where the provider stands in a model's name, for a tier: more than one may be behind it."""


class Decided(Protocol):
    """What the admins of a tenant decided."""

    @property
    def allowed(self) -> frozenset[str]:
        """The names of the providers that may be asked."""
        ...

    @property
    def default(self) -> str | None:
        """Who answers where nobody else is asked for; None for the first that may."""
        ...

    @property
    def providers(self) -> Sequence[Provider]:
        """Those that were set up in the app."""
        ...

    @property
    def routing(self) -> Routing | None:
        """The routes; None where nobody set any up."""
        ...


Decisions = Callable[[Connection, str], Awaitable[Decided]]
"""From a tenant's id to what was decided there, as a connection sees it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model or a tier, and whether it may answer."""

    name: str
    provider: str
    host: str
    """Where the talk would go, or could; empty for the built-in model."""
    is_allowed: bool
    is_default: bool


@dataclass(frozen=True, slots=True)
class Watched:
    """A model that may be asked, as it does."""

    host: str
    places: Sequence[Place]
    instance: Instance


class Lineup(Generic[Connection]):
    """Every model of this server."""

    def __init__(
        self,
        built_in: Model,
        others: Sequence[Model],
        decided: Decisions[Connection],
        connections: Connections,
        instances: Instances,
        hosts: Mapping[str, str] | None = None,
    ) -> None:
        """`others` come from the settings; `hosts` tells where the talk goes, by their names.

        A provider of the app stands before one of the same name from the settings.
        """
        self._built_in = built_in
        self._others = {model.name: model for model in others}
        self._decided = decided
        self._connections = connections
        self._instances = instances
        self._hosts = hosts or {}

    async def route(self, connection: Connection, wish: Wish) -> Route:
        """Who answers a wish, and how. Raises NotAvailable for a model that is not there or not allowed."""
        if wish.model == self._built_in.name:
            return OnlyOne(self._built_in, wish.parameters)
        decided, roster = await self._there(connection, wish.tenant_id)
        plan = planned(roster, wish.model)
        if plan is None:
            return OnlyOne(self._built_in, wish.parameters)
        able = await self._instances_of(wish.tenant_id, plan, roster, decided)
        return BalancedRoute(plan, able, roster.routing.strategy, self._instances.picked, wish.parameters)

    async def candidates(self, connection: Connection, tenant_id: str) -> list[Candidate]:
        """Every model, and the tiers if there are any; the default first and otherwise the built-in one last."""
        decided = await self._decided(connection, tenant_id)
        roster, hosts = self._roster(decided), self._hosts_of(decided)
        default, built_in = roster.default, self._built_in.name
        found = [
            Candidate(tier, ROUTES, _hosts_behind(roster, tier, hosts), True, tier == default) for tier in roster.tiers
        ]
        found += [
            Candidate(name, provider_of(name), host, name in roster.usable, name == default)
            for name, host in hosts.items()
        ]
        found.append(Candidate(built_in, built_in, "", is_allowed=True, is_default=built_in == default))
        return sorted(found, key=lambda one: not one.is_default)

    async def watched(self, connection: Connection, tenant_id: str) -> list[Watched]:
        """How every model does that may be asked, besides the built-in one; a tenant's own record."""
        decided, roster = await self._there(connection, tenant_id)
        hosts = self._hosts_of(decided)
        found: list[Watched] = []
        for name in roster.usable:
            model = await self._reached(tenant_id, name, decided)
            if model is not None:
                instance = self._instances.of((tenant_id, HOUSE), model, roster.bounds(name))
                found.append(Watched(hosts[name], roster.places(name), instance))
        return found

    async def close(self) -> None:
        """Let go of every connection."""
        for model in (self._built_in, *self._others.values()):
            await model.close()
        await self._connections.close()

    async def _there(self, connection: Connection, tenant_id: str) -> tuple[Decided, Roster]:
        """What was decided and who is there by that; whoever is there no more is let go of."""
        decided = await self._decided(connection, tenant_id)
        await self._connections.keep_to(tenant_id, decided.providers)
        roster = self._roster(decided)
        self._instances.keep_to((tenant_id, HOUSE), roster.known)
        return decided, roster

    def _roster(self, decided: Decided) -> Roster:
        known = list(self._hosts_of(decided))
        usable = [name for name in known if provider_of(name) in decided.allowed]
        return Roster(self._built_in.name, known, usable, decided.routing or Routing(), decided.default)

    async def _instances_of(self, tenant_id: str, plan: Plan, roster: Roster, decided: Decided) -> dict[str, Instance]:
        """Those of a plan that can be asked. Raises NotAvailable where none can, with why the first cannot."""
        found: dict[str, Instance] = {}
        refused: NotAvailable | None = None
        for name in plan.names:
            try:
                model = await self._model(tenant_id, name, decided)
            except NotAvailable as why:
                refused = refused or why
                continue
            found[name] = self._instances.of((tenant_id, HOUSE), model, roster.bounds(name))
        if refused is not None and not found:
            raise refused
        return found

    async def _reached(self, tenant_id: str, name: str, decided: Decided) -> Model | None:
        try:
            return await self._model(tenant_id, name, decided)
        except NotAvailable:
            return None

    async def _model(self, tenant_id: str, name: str, decided: Decided) -> Model:
        provider = _named(decided, provider_of(name))
        if provider is None:
            return self._others[name]
        return await self._connections.model(tenant_id, provider, name.partition("/")[2])

    def _hosts_of(self, decided: Decided) -> dict[str, str]:
        """Every model but the built-in one, in order, and where the talk with it goes."""
        found = {name: self._hosts.get(name, "") for name in self._others if _named(decided, provider_of(name)) is None}
        for provider in decided.providers:
            host = host_of(provider.base_url)
            found.update({f"{provider.name}/{model}": host for model in provider.models})
        return found


def provider_of(name: str) -> str:
    """The provider in a model's name: what stands before the first slash."""
    return name.partition("/")[0]


def _hosts_behind(roster: Roster, tier: str, hosts: Mapping[str, str]) -> str:
    """Where the talk could go that a tier answers."""
    plan = planned(roster, tier)
    return ", ".join(dict.fromkeys(hosts[name] for name in plan.names if hosts[name])) if plan else ""


def _named(decided: Decided, provider: str) -> Provider | None:
    return next((one for one in decided.providers if one.name == provider), None)
