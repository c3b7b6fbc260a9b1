"""Seals secrets for whoever keeps them beside something else than a provider or a connection."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from parlour.identity.master_key import Place
from parlour.identity.vault import Vault
from parlour.journal.unit import Guard


class Whose(Protocol):
    """Whose secret it is, and the one address that it may be used for."""

    @property
    def tenant_id(self) -> str:
        """Of the tenant."""
        ...

    @property
    def datasource_id(self) -> str:
        """Of the datasource that it opens."""
        ...

    @property
    def address(self) -> str:
        """Where it may go."""
        ...


@dataclass(frozen=True, slots=True)
class Sealing:
    """Seals and opens the secrets of datasources under the master key of the house."""

    vault: Vault

    async def seal(self, secret: str, place: Whose) -> tuple[str, Sequence[Guard]]:
        """The secret as it may be kept, and what must hold in the unit that keeps it. Raises BadSetting."""
        sealed = await self.vault.seal(secret, _place(place))
        return sealed.text, sealed.guards

    async def opened(self, sealed: str, place: Whose) -> str:
        """What was sealed. Raises NotAvailable when it does not open."""
        return await asyncio.to_thread(self.vault.opened, sealed, _place(place))


def _place(whose: Whose) -> Place:
    return Place(whose.tenant_id, "secret", whose.datasource_id, whose.address, scope="datasource")
