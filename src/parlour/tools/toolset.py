"""A toolset: some tools that are opened and closed together. A remote MCP server is one more."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from parlour.tools.caller import Caller
from parlour.tools.tool import Tool


@runtime_checkable
class Toolset(Protocol):
    """Where tools come from."""

    @property
    def name(self) -> str:
        """Names the toolset in errors and logs."""
        ...

    async def open(self) -> None:
        """Get ready. Raises when it cannot; the server then does not start."""
        ...

    async def close(self) -> None:
        """Let go of everything."""
        ...

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        """The tools it offers to this caller, in a stable order."""
        ...


async def nothing_to_do() -> None:
    """Of a toolset that has nothing to get ready, or to let go of."""


@dataclass(frozen=True, slots=True)
class FixedTools:
    """A toolset that offers the same to everybody."""

    name: str
    offered: tuple[Tool, ...]
    opening: Callable[[], Awaitable[None]] = nothing_to_do
    closing: Callable[[], Awaitable[None]] = nothing_to_do

    async def open(self) -> None:
        """Get ready."""
        await self.opening()

    async def close(self) -> None:
        """Let go of everything."""
        await self.closing()

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        """All of them. Whether somebody may use one is asked elsewhere, as of any tool."""
        return self.offered
