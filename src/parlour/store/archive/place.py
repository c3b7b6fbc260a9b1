"""Where a database is built anew, unseen, until it takes its place in one step; what was there is kept aside."""

from collections.abc import Sequence
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine


class Place(Protocol):
    """A new database, that of `engine`, which is not yet where it is meant to be."""

    engine: AsyncEngine

    async def clear(self) -> None:
        """Begin with nothing; what an earlier try may have left is gone."""
        ...

    async def loosen(self, connection: AsyncConnection) -> Sequence[str]:
        """Let rows come in any order; what `tighten` needs afterwards."""
        ...

    async def tighten(self, connection: AsyncConnection, loosened: Sequence[str]) -> None:
        """Hold rows to each other again. Raises InvalidRequest when they do not fit."""
        ...

    async def settle(self, aside: str) -> str | None:
        """Take the place that is meant, all at once.

        Where that lies now which was there before, kept under a name made of `aside`; None when nothing was there.
        """
        ...

    async def close(self) -> None:
        """Let go, and take away what did not settle."""
        ...
