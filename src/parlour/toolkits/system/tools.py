"""What can be done here, and by whom; and, for admins, how every part of the house does."""

from collections.abc import Awaitable, Callable, Sequence

from pydantic import JsonValue

from parlour.protocol.content import Json
from parlour.protocol.system import SystemStatus
from parlour.toolkits.system.wording import COMMANDS, STATUS
from parlour.tools.caller import Caller
from parlour.tools.outcomes import Failed
from parlour.tools.policy import roles_that_may
from parlour.tools.tool import Tool, ToolContext, make_tool

Offered = Callable[[Caller], Awaitable[Sequence[Tool]]]
"""The tools that somebody may use."""
Looked = Callable[[Caller], Awaitable[SystemStatus]]
"""How everything does, looked at now."""


async def _nothing(_: Caller) -> Sequence[Tool]:
    return ()


async def _nobody_looks(_: Caller) -> SystemStatus:
    raise Failed("Nobody can tell how this server does before its doors are open.")


class SystemToolkit:
    """The toolset over the house itself. What it tells of is set once that is there."""

    def __init__(self) -> None:
        self.offered: Offered = _nothing
        self.looked: Looked = _nobody_looks
        self._commands = make_tool(self.get_available_commands, effect="read", wording=COMMANDS)
        self._status = make_tool(
            self.get_system_status, effect="read", permission="house:manage", wording=STATUS, open_world=True
        )

    @property
    def name(self) -> str:
        """Names the toolset."""
        return "system"

    async def open(self) -> None:
        """Nothing to get ready."""

    async def close(self) -> None:
        """Nothing to let go of."""

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        """Both of them; how the house does is for admins."""
        return (self._commands, self._status)

    async def get_available_commands(self, context: ToolContext) -> Json:
        """List what can be done here for whoever asks: each tool, what comes of it, and who else may use it."""
        offered = await self.offered(context.caller)
        commands: list[JsonValue] = [
            {
                "name": tool.name,
                "what": tool.description.partition("\n\n")[0],
                "effect": tool.effect,
                "who": [*roles_that_may(tool.effect, tool.permission)],
            }
            for tool in offered
            if context.caller.may(f"tools:{tool.effect}") and tool.name != self._commands.name
        ]
        return {"commands": commands}

    async def get_system_status(self, context: ToolContext) -> Json:
        """Look how this server does: its database, disk, models, datasources, connections and plugins, with what to do
        where something is wrong."""
        status = await self.looked(context.caller)
        return status.model_dump(mode="json")
