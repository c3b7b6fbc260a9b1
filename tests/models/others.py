"""Models with formats of their own, as the tests of them need them: behind the loopback, their clock in one's hand."""

from importlib import import_module

from parlour.clock import Clock
from parlour.models.openai_limits import Limits
from parlour.models.other_kinds import OTHER_KINDS, Access
from parlour.models.pydantic_ai import PydanticAIModel
from parlour.tools.tool import ToolContext, make_tool
from tests import anthropic as said
from tests.providers import Provider

# Loaded here, so that no test waits for it: it takes seconds on a busy machine.
for name in ("parlour.models.pydantic_ai_connection", "pydantic_ai.models.anthropic"):
    import_module(name)


def claude(loopback: Provider, clock: Clock, model: str = "claude-fake-1", **options: str) -> PydanticAIModel:
    """A model behind a loopback that speaks Anthropic's format."""
    return PydanticAIModel(
        name=f"anthropic/{model}",
        access=Access(OTHER_KINDS["anthropic"], loopback.base_url, said.KEY, options),
        limits=Limits(total_s=100, first_event_s=20, silence_s=30),
        clock=clock,
        chance=lambda: 0.0,
    )


async def look(ctx: ToolContext, room: str) -> dict[str, str]:
    """Look into a room."""
    return {"room": room}


LOOK = make_tool(look, effect="read")
