"""Toolsets and callers to try an executor with."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from parlour.tools.caller import Caller
from parlour.tools.tool import Tool, ToolContext


@dataclass
class Shelf:
    """A toolset that holds what it is given."""

    name: str
    held: list[Tool] = field(default_factory=list[Tool])
    is_open: bool = False

    async def open(self) -> None:
        self.is_open = True

    async def close(self) -> None:
        self.is_open = False

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        del caller
        return self.held


@pytest.fixture
def reader() -> Caller:
    """Somebody who may read and no more."""
    return Caller("tenant", "user", "project", frozenset({"tools:read"}))


@pytest.fixture
def context(reader: Caller) -> ToolContext:
    return ToolContext(reader, "conversation", "turn", "call")
