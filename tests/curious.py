"""Small real tools that want to know more before they go on, and do in the world what they are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from parlour.errors import Moved
from parlour.journal.unit import Guard, Unit
from parlour.protocol.content import Json
from parlour.store.tables import settings
from parlour.tools.caller import Caller
from parlour.tools.forms import form_of
from parlour.tools.kept import Kept
from parlour.tools.outcomes import NeedsInput
from parlour.tools.tool import Acting, Tool, ToolContext, make_tool
from tests.acting import NOTE, SOMEWHEN, World

WHERE: Json = {
    "type": "object",
    "properties": {
        "to": {"type": "string", "title": "To whom", "maxLength": 20},
        "count": {"type": "integer", "title": "How many", "minimum": 1, "maximum": 9},
        "speed": {"type": "string", "enum": ["slow", "fast"], "default": "slow"},
    },
    "required": ["to", "count"],
}
TOLD: Json = {"to": "Ann", "count": 2}


@dataclass
class Curious:
    """A toolset whose tools ask before they do anything."""

    world: World
    name: str = "curious"
    timeout_s: float = 30.0

    async def open(self) -> None:
        return None

    async def close(self) -> None:
        return None

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        del caller
        return [
            make_tool(self.deliver, effect="control", timeout_s=self.timeout_s),
            make_tool(self.insist, effect="control"),
            make_tool(self.ship, effect="write"),
            make_tool(self.keep_for, effect="write", acting=Acting(keeps=True)),
            make_tool(self.look_up, effect="read"),
        ]

    async def deliver(self, context: ToolContext, what: str) -> str:
        """Deliver something, unasked but for where to."""
        return self._sent(context, what)

    async def ship(self, context: ToolContext, what: str) -> str:
        """Ship something, which is asked before."""
        return self._sent(context, what)

    async def insist(self, context: ToolContext, what: str) -> str:
        """Ask again and again."""
        raise NeedsInput(form_of(f"Really {what}?", WHERE), "again")

    async def keep_for(self, context: ToolContext, what: str) -> Kept:
        """Keep something for somebody, in our own database."""
        told = self._told(context, what)
        key = {"tenant_id": context.caller.tenant_id, "key": f"{NOTE}{what} for {told['to']}"}
        return Kept(told, Unit([Guard(insert(settings).values(**key, value=1, updated_at=SOMEWHEN), Moved())]))

    async def look_up(self, context: ToolContext, what: str) -> str:
        """Tell what something costs."""
        told = self._told(context, what)
        return f"{what} for {told['to']}: {told['count'] * 7}"

    def _sent(self, context: ToolContext, what: str) -> str:
        told = self._told(context, what)
        self.world.change(f"{told['count']} {what} to {told['to']}")
        return "sent"

    def _told(self, context: ToolContext, what: str) -> dict[str, Any]:
        if context.input is None:
            self.world.meets(f"asks about {what}")
            raise NeedsInput(form_of(f"Where does the {what} go?", WHERE), f"about {what}")
        assert context.input.state == f"about {what}"
        return context.input.answers
