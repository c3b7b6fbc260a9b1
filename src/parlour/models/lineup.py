"""Who may answer: the built-in model always, a provider's once an admin has allowed its provider.

Providers come from the settings, and from the app, where they are set up, changed and removed while the server runs.
So whoever chooses reads what was decided in the transaction that it has open, and every process sees it at once.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from parlour.models.base import Model
from parlour.models.connected import Connections, Provider
from parlour.models.effective import Decision, Effective, Said, effective
from parlour.models.offers import host_of, offer_of
from parlour.models.route import OnlyOne, Route, Wish
from parlour.protocol.content import Parameters
from parlour.protocol.effective import ModelSettings, Scope, kind_of

Connection = TypeVar("Connection")
"""Whatever is read with."""


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
        """Those that were set up in the app. Of two with one name the last is asked."""
        ...

    @property
    def scopes(self) -> Collection[str]:
        """Whose providers these are."""
        ...

    @property
    def barred(self) -> Sequence[Provider]:
        """Those that were set up by somebody for themselves, and may not be asked."""
        ...

    @property
    def decisions(self) -> Sequence[Decision]:
        """What each scope decided."""
        ...


Decisions = Callable[[Connection, Wish], Awaitable[Decided]]
"""From a wish to what was decided that concerns it, as a connection sees it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model, and whether it may answer."""

    name: str
    provider: str
    host: str
    """Where the talk would go; empty for the built-in model."""
    is_allowed: bool
    is_default: bool
    window: int = 0
    """How many tokens a request and its answer may have together."""
    scope: Scope = "tenant"
    """Whose provider it is."""


class Lineup(Generic[Connection]):
    """Every model of this server."""

    def __init__(
        self,
        built_in: Model,
        others: Sequence[Model],
        decided: Decisions[Connection],
        connections: Connections,
        hosts: Mapping[str, str] | None = None,
    ) -> None:
        """`others` come from the settings; `hosts` tells where the talk goes, by their names.

        A provider of the app stands before one of the same name from the settings.
        """
        self._built_in = built_in
        self._others = {model.name: model for model in others}
        self._decided = decided
        self._connections = connections
        self._hosts = hosts or {}

    async def choose(self, connection: Connection, wish: Wish) -> Model:
        """Who answers a wish. Raises NotAvailable where it names one that is not there or not allowed."""
        return (await self._chosen(connection, wish))[0]

    async def route(self, connection: Connection, wish: Wish) -> Route:
        """Who answers a wish, and how. Raises NotAvailable for a model that is not there or not allowed."""
        return OnlyOne(*await self._chosen(connection, wish))

    async def settled(self, connection: Connection, wish: Wish) -> Effective:
        """Who answers a wish, and how, and who decided that. Raises NotAvailable as `route` does."""
        return self._settled(await self._decided(connection, wish), wish)

    async def candidates(self, connection: Connection, wish: Wish) -> list[Candidate]:
        """Every model that a wish could name, the default first and otherwise the built-in one last."""
        decided = await self._decided(connection, wish)
        default, built_in = self._default(decided), self._built_in
        found = [
            Candidate(
                name,
                provider_of(name),
                host,
                provider_of(name) in decided.allowed,
                name == default,
                self._window_of(decided, name),
                kind_of(provider.scope) if (provider := _named(decided, provider_of(name))) else "tenant",
            )
            for name, host in self._hosts_of(decided).items()
        ]
        is_default = built_in.name == default
        found.append(Candidate(built_in.name, built_in.name, "", True, is_default, built_in.window))
        return sorted(found, key=lambda one: not one.is_default)

    async def close(self) -> None:
        """Let go of every connection."""
        for model in (self._built_in, *self._others.values()):
            await model.close()
        await self._connections.close()

    async def _chosen(self, connection: Connection, wish: Wish) -> tuple[Model, Parameters]:
        if wish.model == self._built_in.name:
            return self._built_in, wish.parameters
        decided = await self._decided(connection, wish)
        await self._connections.keep_to(wish.tenant_id, decided.scopes, decided.providers)
        settled = self._settled(decided, wish)
        name = settled.model or self._built_in.name
        if name == self._built_in.name:
            return self._built_in, settled.parameters
        provider = _named(decided, provider_of(name))
        if provider is None:
            return self._others[name], settled.parameters
        return await self._connections.model(wish.tenant_id, provider, name.partition("/")[2]), settled.parameters

    def _settled(self, decided: Decided, wish: Wish) -> Effective:
        mine = Said("message", ModelSettings(model=wish.model, parameters=wish.parameters))
        house = Said("tenant", ModelSettings(model=decided.default))
        first = Said("system", ModelSettings(model=self._first(decided)))
        return effective([mine, *decided.decisions, house, first], lambda name: self._why_not(decided, name))

    def _why_not(self, decided: Decided, name: str) -> str | None:
        """Why a model cannot answer, in words; None where it can."""
        if name == self._built_in.name:
            return None
        if name not in self._hosts_of(decided):
            if any(f"{one.name}/{model}" == name for one in decided.barred for model in one.models):
                return f"{name} may not be asked while this house lets nobody bring keys of their own."
            return f"There is no model {name} on this server."
        if provider_of(name) not in decided.allowed:
            return f"{name} may not be asked before an admin has allowed it."
        return None

    def _default(self, decided: Decided) -> str:
        may = decided.default is not None and self._why_not(decided, decided.default) is None
        return decided.default if may and decided.default else self._first(decided)

    def _first(self, decided: Decided) -> str:
        """The first that may answer; the built-in model where nobody else may."""
        usable = (name for name in self._hosts_of(decided) if provider_of(name) in decided.allowed)
        return next(usable, self._built_in.name)

    def _hosts_of(self, decided: Decided) -> dict[str, str]:
        """Every model but the built-in one, in order, and where the talk with it goes."""
        found = {name: self._hosts.get(name, "") for name in self._others if _named(decided, provider_of(name)) is None}
        for provider in decided.providers:
            if provider is _named(decided, provider.name):
                host = host_of(provider.base_url)
                found.update({f"{provider.name}/{model}": host for model in provider.models})
        return found

    def _window_of(self, decided: Decided, name: str) -> int:
        if provider := _named(decided, provider_of(name)):
            return offer_of(provider.name, name.partition("/")[2], provider.base_url, "").window
        return self._others[name].window


def provider_of(name: str) -> str:
    """The provider in a model's name: what stands before the first slash."""
    return name.partition("/")[0]


def _named(decided: Decided, provider: str) -> Provider | None:
    return next((one for one in reversed(decided.providers) if one.name == provider), None)
