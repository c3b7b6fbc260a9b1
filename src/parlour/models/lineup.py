"""Who may answer: the built-in model always, a provider's once an admin has allowed its provider.

Providers come from the settings, and from the app, where they are set up, changed and removed while the server runs.
So whoever chooses reads what was decided in the transaction that it has open, and every process sees it at once.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from parlour.errors import NotAvailable
from parlour.models.base import Model
from parlour.models.connected import Connections, Provider
from parlour.models.direct import DirectModel
from parlour.models.effective import Decision, Effective, Said, effective
from parlour.models.instances import HOUSE, Instance, Instances
from parlour.models.offers import host_of
from parlour.models.route import OnlyOne, Route, Wish
from parlour.models.router import BalancedRoute, Plan, Roster, is_tier, planned
from parlour.protocol.effective import ModelSettings, Scope, kind_of
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
    def shipped(self) -> str | None:
        """Who answers where nobody decided that, as the server was started; None for the first that may."""
        ...

    @property
    def providers(self) -> Sequence[Provider]:
        """Those that were set up in the app. Of two with one name the last is asked."""
        ...

    @property
    def scopes(self) -> Collection[str]:
        """Whose providers these are."""
        ...

    @property
    def barred(self) -> Sequence[Provider]:
        """Those that somebody set up for themselves, and that may not be asked."""
        ...

    @property
    def decisions(self) -> Sequence[Decision]:
        """What the scopes decided; the tenant's model stands apart, as the default."""
        ...

    @property
    def routing(self) -> Routing | None:
        """The routes; None where nobody set any up."""
        ...


Decisions = Callable[[Connection, Wish], Awaitable[Decided]]
"""From a wish to what was decided that concerns it, as a connection sees it."""


WindowOf = Callable[[Provider, str], int | None]
"""From a provider and a model there to how many tokens that takes at once."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model or a tier, and whether it may answer."""

    name: str
    provider: str
    host: str
    """Where the talk would go, or could; empty for the built-in model."""
    is_allowed: bool
    is_default: bool
    window: int | None = None
    """How many tokens a request and its answer may have together; None for a tier."""
    scope: Scope = "tenant"
    """Whose provider it is."""
    is_tier: bool = False


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
        window_of: WindowOf = lambda provider, model: None,
    ) -> None:
        """`others` come from the settings; `hosts` tells where the talk goes, by their names.

        `window_of` tells how much a model of a provider of the app takes, as far as that is known without asking.

        A provider of the app stands before one of the same name from the settings.
        """
        self._built_in = built_in
        self._direct = DirectModel()
        self._others = {model.name: model for model in others}
        self._decided = decided
        self._connections = connections
        self._instances = instances
        self._hosts = hosts or {}
        self._window_at = window_of

    async def route(self, connection: Connection, wish: Wish) -> Route:
        """Who answers a wish, and how. Raises NotAvailable for a model that is not there or not allowed."""
        for always_there in (self._built_in, self._direct):
            if wish.model == always_there.name:
                return OnlyOne(always_there, wish.parameters)
        decided, roster = await self._there(connection, wish)
        settled = self._settled(roster, decided, wish)
        plan = planned(roster, settled.model)
        if plan is None:
            return OnlyOne(self._built_in, settled.parameters)
        able = await self._instances_of(wish.tenant_id, plan, roster, decided)
        return BalancedRoute(plan, able, roster.routing.strategy, self._instances, settled.parameters)

    async def settled(self, connection: Connection, wish: Wish) -> Effective:
        """Who answers a wish, how, and who decided that. Raises NotAvailable as `route` does."""
        decided = await self._decided(connection, wish)
        return self._settled(self._roster(decided), decided, wish)

    async def candidates(self, connection: Connection, wish: Wish) -> list[Candidate]:
        """Whom a wish could name: every model, and the tiers if there are any; the default first and otherwise the
        built-in one last."""
        decided = await self._decided(connection, wish)
        roster, hosts = self._roster(decided), self._hosts_of(decided)
        default, built_in = roster.default, self._built_in.name
        found = [
            Candidate(tier, ROUTES, _hosts_behind(roster, tier, hosts), True, tier == default, is_tier=True)
            for tier in roster.tiers
        ]
        found += [
            Candidate(
                name,
                provider_of(name),
                host,
                name in roster.usable,
                name == default,
                self._window_of(name, decided),
                kind_of(_whose(name, decided)),
            )
            for name, host in hosts.items()
        ]
        found.append(Candidate(built_in, built_in, "", True, built_in == default, self._built_in.window))
        return sorted(found, key=lambda one: not one.is_default)

    async def watched(self, connection: Connection, wish: Wish) -> list[Watched]:
        """How every model does that a wish could reach, besides the built-in one; a tenant's own record."""
        decided, roster = await self._there(connection, wish)
        hosts = self._hosts_of(decided)
        found: list[Watched] = []
        for name in roster.usable:
            model = await self._reached(wish.tenant_id, name, decided)
            if model is not None:
                whose = (wish.tenant_id, _whose(name, decided))
                instance = self._instances.of(whose, model, roster.bounds(name))
                found.append(Watched(hosts[name], roster.places(name), instance))
        return found

    async def close(self) -> None:
        """Let go of every connection."""
        for model in (self._built_in, *self._others.values()):
            await model.close()
        await self._connections.close()

    async def _there(self, connection: Connection, wish: Wish) -> tuple[Decided, Roster]:
        """What was decided and who is there by that; whoever is there no more is let go of."""
        decided = await self._decided(connection, wish)
        await self._connections.keep_to(wish.tenant_id, decided.scopes, decided.providers)
        for scope in decided.scopes:
            self._instances.keep_to((wish.tenant_id, scope), self._names_of(scope, decided))
        return decided, self._roster(decided)

    def _roster(self, decided: Decided) -> Roster:
        known = list(self._hosts_of(decided))
        usable = [name for name in known if provider_of(name) in decided.allowed]
        return Roster(
            self._built_in.name, known, usable, decided.routing or Routing(), decided.default or decided.shipped
        )

    def _settled(self, roster: Roster, decided: Decided, wish: Wish) -> Effective:
        wanted = wish.model if roster.tiers or not is_tier(wish.model or "") else None
        by_default = Roster(roster.built_in, roster.known, roster.usable, roster.routing).default
        said = [
            Said("message", ModelSettings(model=wanted, parameters=wish.parameters)),
            *decided.decisions,
            Said("tenant", ModelSettings(model=decided.default)),
            Said("system", ModelSettings(model=decided.shipped)),
            Said("system", ModelSettings(model=by_default)),
        ]
        return effective(said, lambda name: self._why_not(name, roster, decided))

    def _why_not(self, name: str, roster: Roster, decided: Decided) -> str | None:
        """Why a model or a tier cannot answer, in words; None where it can."""
        if name == roster.built_in:
            return None
        if is_tier(name):
            return None if roster.tiers else f"No model stands behind {name}."
        if name not in roster.known and any(name in names_at(one) for one in decided.barred):
            return f"{name} may not be asked while this house lets nobody bring keys of their own."
        try:
            roster.called(name)
        except NotAvailable as why:
            return why.safe
        return None

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
            whose = (tenant_id, _whose(name, decided))
            found[name] = self._instances.of(whose, model, roster.bounds(name))
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
            if provider is _named(decided, provider.name):
                found.update(dict.fromkeys(names_at(provider), host_of(provider.base_url)))
        return found

    def _names_of(self, scope: str, decided: Decided) -> set[str]:
        """Every model of a scope, asked or not."""
        mine = [one for one in decided.providers if one.scope == scope]
        found = {name for one in mine for name in names_at(one)}
        if scope != HOUSE:
            return found
        return found | {name for name in self._others if provider_of(name) not in {one.name for one in mine}}

    def _window_of(self, name: str, decided: Decided) -> int | None:
        provider = _named(decided, provider_of(name))
        if provider is None:
            return self._others[name].window
        return self._window_at(provider, name.partition("/")[2])


def provider_of(name: str) -> str:
    """The provider in a model's name: what stands before the first slash."""
    return name.partition("/")[0]


def names_at(provider: Provider) -> list[str]:
    """The models of a provider, by their whole names."""
    return [f"{provider.name}/{model}" for model in provider.models]


def _whose(name: str, decided: Decided) -> str:
    """Whose the provider of a model is."""
    provider = _named(decided, provider_of(name))
    return HOUSE if provider is None else provider.scope


def _hosts_behind(roster: Roster, tier: str, hosts: Mapping[str, str]) -> str:
    """Where the talk could go that a tier answers."""
    plan = planned(roster, tier)
    return ", ".join(dict.fromkeys(hosts[name] for name in plan.names if hosts[name])) if plan else ""


def _named(decided: Decided, provider: str) -> Provider | None:
    return next((one for one in reversed(decided.providers) if one.name == provider), None)
