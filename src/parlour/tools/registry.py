"""Which toolsets there are, and which tools they offer to a caller: a dict and five verbs."""

import asyncio
from collections.abc import Iterator

from parlour.tools.caller import Caller
from parlour.tools.tool import Tool
from parlour.tools.toolset import Toolset


class NameClash(Exception):
    """Two owners of one name. The message names both and says what to do."""


class Registry:
    """The toolsets of a server, in the order in which they were added."""

    def __init__(self, *toolsets: Toolset) -> None:
        self._toolsets: dict[str, Toolset] = {}
        for toolset in toolsets:
            self.add(toolset)

    def add(self, toolset: Toolset) -> None:
        """Take a toolset in. Raises NameClash when another has its name."""
        other = self._toolsets.get(toolset.name)
        if other is not None:
            raise NameClash(
                f"Two toolsets are called “{toolset.name}”: {_kind(other)} and {_kind(toolset)}."
                " Give one of them another name, or remove it."
            )
        self._toolsets[toolset.name] = toolset

    def remove(self, name: str) -> Toolset | None:
        """Let a toolset go, and hand it back; None when there is none of this name. Closing it is the caller's."""
        return self._toolsets.pop(name, None)

    def get(self, name: str) -> Toolset | None:
        """The toolset of this name."""
        return self._toolsets.get(name)

    def __iter__(self) -> Iterator[Toolset]:
        return iter(tuple(self._toolsets.values()))

    async def tools(self, caller: Caller) -> dict[str, Tool]:
        """Every tool that any toolset offers to `caller`, by name. Raises NameClash when two offer one name."""
        toolsets = list(self)
        offers = await asyncio.gather(*(toolset.tools(caller) for toolset in toolsets))
        tools: dict[str, Tool] = {}
        owners: dict[str, str] = {}
        for toolset, offered in zip(toolsets, offers, strict=True):
            for tool in offered:
                if tool.name in tools:
                    raise NameClash(
                        f"Two toolsets offer a tool called “{tool.name}”: {owners[tool.name]} and {toolset.name}."
                        " Rename the tool in one of them, or remove one toolset."
                    )
                tools[tool.name] = tool
                owners[tool.name] = toolset.name
        return tools


def _kind(toolset: Toolset) -> str:
    return f"{type(toolset).__module__}.{type(toolset).__qualname__}"
