"""What is done here in the words of MCP: tools, what came of a call, and the question whether it may be made."""

from typing import Any, cast

import mcp_types as mcp
import orjson
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from parlour.api.mcp_calls import Called
from parlour.protocol.content import Approval
from parlour.tools.tool import Tool

KEY = "parlour/idempotency-key"
"""Where the `_meta` of a call has the key that makes it count once."""
ASKED = "approval"
"""What the question of a call is called."""
_YES_OR_NO = {
    "type": "object",
    "properties": {
        "approve": {"type": "boolean", "title": "Do it", "description": "Whether this may be done."},
    },
    "required": ["approve"],
}


def listed(tool: Tool) -> mcp.Tool:
    """A tool as a program is offered it."""
    hints = mcp.ToolAnnotations(
        read_only_hint=tool.effect == "read",
        destructive_hint=tool.effect == "destructive",
        idempotent_hint=tool.effect == "read" or tool.acting.idempotent,
        open_world_hint=tool.open_world,
    )
    return mcp.Tool(
        name=tool.name,
        description=tool.description,
        input_schema=cast("dict[str, Any]", tool.parameters),
        annotations=hints,
    )


def came_of(called: Called, address: str) -> mcp.CallToolResult:
    """What came of a call, or that it waits for a person."""
    if called.waiting is not None:
        return _waits(called.waiting, address)
    part = called.part
    if part is None:
        words = called.answer.error.message if called.answer and called.answer.error else "Nothing came of this call."
        return failed(words)
    if part.status != "completed":
        return failed(part.error.message if part.error else f"The call ended as {part.status}.")
    told = {"result": part.result, "repeated": part.repeated, "cached": part.cached}
    texts = [orjson.dumps(part.result).decode()]
    if part.cached:
        # Whoever reads the text alone is told, too.
        texts.append(f"Remembered from before: {part.summary or 'it was not read again'}.")
    content: list[mcp.ContentBlock] = [mcp.TextContent(type="text", text=text) for text in texts]
    return mcp.CallToolResult(content=content, structured_content=told)


def failed(words: str) -> mcp.CallToolResult:
    """What did not come about, for the model that asked for it to read."""
    return mcp.CallToolResult(content=[mcp.TextContent(type="text", text=words)], is_error=True)


def _waits(waiting: Approval, address: str) -> mcp.CallToolResult:
    wants = "say yes or no" if waiting.form is None else "answer what it wants to know before it goes on,"
    words = (
        f"This waits for a person: {waiting.label}. Nothing was changed yet. Somebody has to {wants} in the "
        f"inbox at {address}, until {waiting.expires_at}; do not ask for the same again. Approval {waiting.id}."
    )
    told = {"waiting": {"approval_id": waiting.id, "label": waiting.label, "expires_at": waiting.expires_at}}
    return mcp.CallToolResult(content=[mcp.TextContent(type="text", text=words)], structured_content=told)


# --- asking --------------------------------------------------------------------------------------------------------


def may_be_asked(client: mcp.ClientCapabilities | None, version: str) -> bool:
    """Whether the person at a client can be asked in the middle of a call."""
    return version in MODERN_PROTOCOL_VERSIONS and client is not None and client.elicitation is not None


def question(waiting: Approval) -> mcp.InputRequiredResult:
    """The question whether a call may be made; `request_state` names what it is about."""
    lines = [waiting.label, *(_change(each.what, each.before, each.after) for each in _changes(waiting))]
    note = waiting.preview.note if waiting.preview else ""
    form = mcp.ElicitRequestFormParams(
        message="\n".join(filter(None, (*lines, note))), requested_schema=cast("Any", _YES_OR_NO)
    )
    return mcp.InputRequiredResult(input_requests={ASKED: mcp.ElicitRequest(params=form)}, request_state=waiting.id)


def answer_to(params: mcp.CallToolRequestParams) -> bool | None:
    """What a person said to the question; None where they said neither yes nor no."""
    said = (params.input_responses or {}).get(ASKED)
    match said:
        case mcp.ElicitResult(action="decline"):
            return False
        case mcp.ElicitResult(action="accept", content=dict(content)):
            return content.get("approve") is True
        case _:
            return None


def _changes(waiting: Approval) -> list[Any]:
    return list(waiting.preview.changes) if waiting.preview else []


def _change(what: str, before: str | None, after: str | None) -> str:
    return f"{what}: {before or 'nothing'} → {after or 'nothing'}"
