"""What came of a call, marked as not to be trusted where it holds words that somebody else wrote."""

from dataclasses import replace

import structlog

from parlour.tools.outcomes import Outcome
from parlour.tools.tool import Tool, ToolContext

log = structlog.get_logger(__name__)


async def as_heard(tool: Tool | None, outcome: Outcome, context: ToolContext) -> Outcome:
    """The outcome, tainted by what its tool can tell of who wrote it; and where that cannot be told."""
    if tool is None or tool.hearsay is None or outcome.tainted or outcome.status not in ("completed", "failed"):
        return outcome
    try:
        return replace(outcome, tainted=await tool.hearsay(context, outcome))
    except Exception:
        log.exception("who wrote what a tool tells cannot be told", tool=tool.name, tool_call_id=outcome.tool_call_id)
        return replace(outcome, tainted=True)
