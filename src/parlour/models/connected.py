"""The models of providers that were set up in the app: made when they are first asked, let go of when that changes."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from parlour.models.base import Model


class Provider(Protocol):
    """A server of models as it was set up."""

    @property
    def scope(self) -> str:
        """Whose it is: the tenant's, a project's or a person's. Nobody else's question is asked with its key."""
        ...

    @property
    def name(self) -> str:
        """What stands before the slash in the names of its models."""
        ...

    @property
    def base_url(self) -> str:
        """Where it is asked."""
        ...

    @property
    def sealed_key(self) -> str | None:
        """Its key as it is kept; another text whenever the key was entered anew."""
        ...

    @property
    def kind(self) -> str:
        """The format that it speaks."""
        ...

    @property
    def options(self) -> Mapping[str, str]:
        """What else its kind needs."""
        ...

    @property
    def models(self) -> Sequence[str]:
        """As the provider calls them."""
        ...


class Remote(Model, Protocol):
    """A model with connections of its own."""

    async def retire(self) -> None:
        """Let go of connections, now and after every answer to whoever still holds the model."""
        ...


Connect = Callable[[str, Provider, str], Remote]
"""Makes a model of a tenant's provider. It may take a moment and read a file, so it is called in a thread."""


@dataclass(frozen=True, slots=True)
class _Connected:
    access: tuple[object, ...]
    model: Remote

    def is_of(self, provider: Provider | None) -> bool:
        return provider is not None and self.access == _access(provider)


class Connections:
    """Every model that was made and may still be asked, with its connections."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._models: dict[tuple[str, str, str, str], _Connected] = {}

    async def model(self, tenant_id: str, provider: Provider, model: str) -> Model:
        """The model of a provider as it is set up now. Raises NotAvailable when its key cannot be opened."""
        place = (tenant_id, provider.scope, provider.name, model)
        found = self._models.get(place)
        if found is None or not found.is_of(provider):
            made = await asyncio.to_thread(self._connect, tenant_id, provider, model)
            # Of two who made it at once the first one's stays; the other's has no connections yet.
            found = self._models.get(place)
            if found is None or not found.is_of(provider):
                found = self._models[place] = _Connected(_access(provider), made)
        return found.model

    async def keep_to(self, tenant_id: str, scopes: Collection[str], providers: Sequence[Provider]) -> None:
        """Retire what the providers of these scopes of a tenant, of which `providers` are all, are no more."""
        mine = {(provider.scope, provider.name): provider for provider in providers}
        gone = [
            (place, one)
            for place, one in self._models.items()
            if place[0] == tenant_id and place[1] in scopes and not one.is_of(mine.get(place[1:3]))
        ]
        for place, _ in gone:
            del self._models[place]
        for _, one in gone:
            await one.model.retire()

    async def close(self) -> None:
        """Let go of every connection."""
        models, self._models = self._models, {}
        for one in models.values():
            await one.model.close()


def _access(provider: Provider) -> tuple[object, ...]:
    """What a model has to be made anew for when it changes."""
    return provider.base_url, provider.sealed_key, provider.kind, {**provider.options}
