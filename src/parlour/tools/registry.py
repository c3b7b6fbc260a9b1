"""Which toolsets there are, and which tools they offer to a caller.

Those of the house are trusted: two of them in each other's way are a fault, and nothing goes on. Guests, which other
packages bring, give way: what is wrong with one is kept in mind for whoever looks, and costs only its own tools.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence

import structlog

from parlour.tools.caller import Caller
from parlour.tools.schema_tool import is_tool_name
from parlour.tools.tool import Tool
from parlour.tools.toolset import Toolset

GUEST_S = 5.0
"""So long may a guest take to say what it offers."""

log = structlog.get_logger(__name__)


class NameClash(Exception):
    """Two owners of one name. The message names both and says what to do."""


class Registry:
    """The toolsets of a server, in the order in which they were added, and its guests after them."""

    def __init__(self, *toolsets: Toolset) -> None:
        self._toolsets: dict[str, Toolset] = {}
        self._guests: dict[str, Toolset] = {}
        self._troubles: dict[str, str] = {}
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

    def invite(self, name: str, toolset: Toolset) -> None:
        """Take a guest in, under a name that is its own among guests."""
        self._guests[name] = toolset

    def remove(self, name: str) -> Toolset | None:
        """Let a toolset go, and hand it back; None when there is none of this name. Closing it is the caller's."""
        return self._toolsets.pop(name, None)

    def get(self, name: str) -> Toolset | None:
        """The toolset of this name."""
        return self._toolsets.get(name)

    def __iter__(self) -> Iterator[Toolset]:
        return iter(tuple(self._toolsets.values()))

    @property
    def troubles(self) -> Mapping[str, str]:
        """What was wrong with each guest when its tools were last asked for, by its name; nothing for the others."""
        return {name: trouble for name, trouble in self._troubles.items() if trouble}

    async def tools(self, caller: Caller) -> dict[str, Tool]:
        """Every tool that is offered to `caller`, by name. Raises NameClash when two of the house offer one name."""
        toolsets = list(self)
        # Most know at once, and all but one: to ask them side by side would cost more than it saves.
        offers = [await toolset.tools(caller) for toolset in toolsets]
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
        if self._guests:
            await self._with_guests(tools, owners, caller)
        return tools

    async def _with_guests(self, tools: dict[str, Tool], owners: dict[str, str], caller: Caller) -> None:
        guests = dict(self._guests)
        offers = await asyncio.gather(*(_asked(each, caller) for each in guests.values()), return_exceptions=True)
        for name, offered in zip(guests, offers, strict=True):
            if isinstance(offered, BaseException):
                self._note(name, f"It could not say what it offers: {type(offered).__name__}.", offered)
                continue
            troubles: list[str] = []
            for tool in offered:
                trouble = _misfit(tool, owners)
                if trouble:
                    troubles.append(trouble)
                    continue
                tools[tool.name] = tool
                owners[tool.name] = name
            self._note(name, " ".join(troubles))

    def _note(self, name: str, trouble: str, error: BaseException | None = None) -> None:
        """Keep in mind what is wrong with a guest, and say it in the log when it is new."""
        if trouble and self._troubles.get(name) != trouble:
            log.error("a plugin is not offered as it should be", plugin=name, problem=trouble, exc_info=error)
        self._troubles[name] = trouble


async def _asked(toolset: Toolset, caller: Caller) -> Sequence[Tool]:
    async with asyncio.timeout(GUEST_S):
        return list(await toolset.tools(caller))


def _misfit(tool: object, owners: Mapping[str, str]) -> str:
    """Why something that a guest offers is left out; "" for what fits."""
    if not isinstance(tool, Tool):
        return f"Something that it offers is no tool but a {type(tool).__name__}."
    if not is_tool_name(tool.name):
        return f"“{tool.name[:80]}” cannot be the name of a tool: letters, digits, _ and - only, 64 at most."
    owner = owners.get(tool.name)
    return f"Its tool {tool.name} is left out, because {owner} has one of that name." if owner else ""


def _kind(toolset: Toolset) -> str:
    return f"{type(toolset).__module__}.{type(toolset).__qualname__}"
