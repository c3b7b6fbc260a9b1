"""What a full-text index does for search, on either database."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.store.search.words import Wanted


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose conversations are searched."""

    tenant_id: str
    user_id: str


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation in which something was found, and the newest row of `search_words` that holds it."""

    conversation_id: str
    number: int


class FullText(Protocol):
    """Finds the rows that hold every word that is wanted, and a word that begins as is wanted."""

    async def among(
        self, connection: AsyncConnection, owner: Owner, wanted: Wanted, conversation_ids: Sequence[str]
    ) -> list[Place]:
        """The places in these conversations of the owner's, in no order. It takes as long as they are."""
        ...

    async def everywhere(self, connection: AsyncConnection, owner: Owner, wanted: Wanted, count: int) -> list[Place]:
        """The first `count` places, the conversation of the latest activity first. It takes as long as there are."""
        ...
