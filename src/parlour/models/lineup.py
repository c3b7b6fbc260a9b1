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
from parlour.models.offers import host_of
from parlour.models.route import OnlyOne, Route, Wish

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
        """Those that were set up in the app."""
        ...


Decisions = Callable[[Connection, str], Awaitable[Decided]]
"""From a tenant's id to what was decided there, as a connection sees it."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model, and whether it may answer."""

    name: str
    provider: str
    host: str
    """Where the talk would go; empty for the built-in model."""
    is_allowed: bool
    is_default: bool


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

    async def choose(self, connection: Connection, tenant_id: str, asked: str | None) -> Model:
        """The model called `asked`, or the default. Raises NotAvailable for one that is not there or not allowed."""
        if asked == self._built_in.name:
            return self._built_in
        decided = await self._decided(connection, tenant_id)
        await self._connections.keep_to(tenant_id, decided.providers)
        name = self._default(decided) if asked is None else asked
        if name == self._built_in.name:
            return self._built_in
        if name not in self._hosts_of(decided):
            raise NotAvailable(f"There is no model {name} on this server.")
        if provider_of(name) not in decided.allowed:
            raise NotAvailable(f"{name} may not be asked before an admin has allowed it.")
        provider = _named(decided, provider_of(name))
        if provider is None:
            return self._others[name]
        return await self._connections.model(tenant_id, provider, name.partition("/")[2])

    async def route(self, connection: Connection, wish: Wish) -> Route:
        """Who answers a wish, and how. Raises NotAvailable for a model that is not there or not allowed."""
        return OnlyOne(await self.choose(connection, wish.tenant_id, wish.model), wish.parameters)

    async def candidates(self, connection: Connection, tenant_id: str) -> list[Candidate]:
        """Every model, the default first and otherwise the built-in one last."""
        decided = await self._decided(connection, tenant_id)
        default, built_in = self._default(decided), self._built_in.name
        found = [
            Candidate(name, provider_of(name), host, provider_of(name) in decided.allowed, name == default)
            for name, host in self._hosts_of(decided).items()
        ]
        found.append(Candidate(built_in, built_in, "", is_allowed=True, is_default=built_in == default))
        return sorted(found, key=lambda one: not one.is_default)

    async def close(self) -> None:
        """Let go of every connection."""
        for model in (self._built_in, *self._others.values()):
            await model.close()
        await self._connections.close()

    def _default(self, decided: Decided) -> str:
        usable = [name for name in self._hosts_of(decided) if provider_of(name) in decided.allowed]
        if decided.default in (self._built_in.name, *usable):
            return decided.default
        return usable[0] if usable else self._built_in.name

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


def _named(decided: Decided, provider: str) -> Provider | None:
    return next((one for one in decided.providers if one.name == provider), None)
