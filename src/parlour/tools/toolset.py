"""A toolset: some tools that are opened and closed together. A remote MCP server will be one more."""

from collections.abc import Sequence
from typing import Protocol

from parlour.tools.caller import Caller
from parlour.tools.tool import Tool


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
