"""Who may answer: the built-in model always, a provider's once an admin has allowed its provider."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from parlour.errors import NotAvailable
from parlour.models.base import Model

Connection = TypeVar("Connection")
"""Whatever is read with."""

Allowed = Callable[[Connection, str], Awaitable[frozenset[str]]]
"""From a tenant's id to the providers that its admins have allowed, as a connection sees it."""


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
        allowed: Allowed[Connection],
        hosts: Mapping[str, str] | None = None,
    ) -> None:
        """The first of `others` that is allowed is the default; the built-in one while none is.

        `hosts` tells where the talk goes, by the names of `others`.
        """
        self._built_in = built_in
        self._others = {model.name: model for model in others}
        self._allowed = allowed
        self._hosts = hosts or {}

    async def choose(self, connection: Connection, tenant_id: str, asked: str | None) -> Model:
        """The model called `asked`, or the default. Raises NotAvailable for one that is not there or not allowed."""
        if asked == self._built_in.name or not self._others:
            if asked not in (None, self._built_in.name):
                raise NotAvailable(f"There is no model {asked} on this server.")
            return self._built_in
        allowed = await self._allowed(connection, tenant_id)
        if asked is None:
            usable = (model for model in self._others.values() if provider_of(model.name) in allowed)
            return next(usable, self._built_in)
        if asked not in self._others:
            raise NotAvailable(f"There is no model {asked} on this server.")
        if provider_of(asked) not in allowed:
            raise NotAvailable(f"{asked} may not be asked before an admin has allowed it.")
        return self._others[asked]

    async def candidates(self, connection: Connection, tenant_id: str) -> list[Candidate]:
        """Every model, the built-in one last."""
        default = (await self.choose(connection, tenant_id, None)).name
        allowed = await self._allowed(connection, tenant_id)
        return [
            Candidate(name, provider_of(name), self._hosts.get(name, ""), provider_of(name) in allowed, name == default)
            for name in self._others
        ] + [Candidate(self._built_in.name, self._built_in.name, "", True, default == self._built_in.name)]

    async def close(self) -> None:
        """Let go of every connection."""
        for model in (self._built_in, *self._others.values()):
            await model.close()


def provider_of(name: str) -> str:
    """The provider in a model's name: what stands before the first slash."""
    return name.partition("/")[0]
