"""Writes the reference of the socket from the wire's own classes and docstrings."""

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import parlour
from gen.shapes import section, table
from parlour import errors
from parlour.protocol import commands, content, events, state
from parlour.protocol.content import Value
from parlour.protocol.frame import Envelope

TARGET = Path("docs/reference/socket.md")
SHOWN = (
    content.MessageBody,
    content.Message,
    content.TextPart,
    content.ReasoningPart,
    content.ToolCallPart,
    content.NoticePart,
    content.Conversation,
    content.LastMessage,
    content.Turn,
    content.Approval,
    content.Preview,
    content.PreviewChange,
    content.Notice,
    content.Member,
    content.Account,
    content.Joined,
    content.Problem,
    content.Usage,
    content.Parameters,
    events.FunctionCall,
    events.ToolCallItem,
    state.ConversationState,
    state.UserState,
    state.ProjectState,
)

TYPE = frozenset({"type"})
NOT_YET = "This version does not send it yet."

INTRODUCTION = """# The socket

Written by `python -m gen` from `src/parlour/protocol`. Do not edit.

One socket, `/api/v1/chat/ws`, carries every conversation. A frame is one flat JSON object with a `type`. Sign in
by an `Authorization: Bearer …` header, by the session cookie, or by a ticket from `POST /api/v1/auth/ws-ticket`
in the query (`?ticket=…`, used once, within 60 seconds).

A client follows topics: `conversation:<id>`, `user:<id>`, `project:<id>`. Each topic is a log; its events are
numbered 1, 2, 3 …. Send `subscribe` with the number you have seen last as `after`, and you get what came since,
or a `snapshot` when that is too long ago. Apply a durable frame when its `from_seq` is at most one above your
number, skip it when its `seq` is not above it, and subscribe anew when there is a gap.

What is said has at most `CHAT_MAX_MESSAGE_CHARS` characters. Offsets and lengths of text are UTF-16 code units
within a part. Times are ISO 8601 in UTC.
"""

CLOSES = """## Close codes

| code | reason |
|---|---|
| 1000 | A deliberate end. |
| 1008 | Sign-in is missing or does not hold, the origin is foreign, or the session was revoked. |
| 1009 | A frame above the limit of the transport, which lies well above ours. |
| 1011 | Something went wrong on our side. |
| 1012 | The server restarts; connect again. |
| 1013 | The server has too much to do; connect again later. |
| 4408 | Nothing was heard from the client for 60 seconds. |

After 1000 and 1008 a client does not connect again by itself; after any other code, or none, it does.
"""


def files() -> dict[Path, str]:
    """The reference: path below the checkout, and content."""
    return {TARGET: "\n".join(sections())}


def sections() -> Iterator[str]:
    """The parts of the page, in order."""
    yield INTRODUCTION
    yield "## What a client says\n"
    yield "Every command may carry an `id` (1 to 200 characters), which comes back as `reply_to`.\n"
    for command in members(commands.ClientCommand):
        if type_of(command) in commands.SERVED:
            yield asked(command)
    yield "## What the server says\n"
    yield "### Durable frames\n"
    yield "They are numbered and kept. Beside its own fields each carries:\n"
    yield table(Envelope, link)
    spoken = called()
    for event in members(events.DurableEvent):
        yield said(event, spoken)
    yield "### Frames of the moment\n"
    yield "They are not kept and have no number of their own.\n"
    for frame in members(events.MomentFrame):
        yield said(frame, spoken)
    yield "## What they are made of\n"
    for shape in SHOWN:
        yield section(shape, shape.__name__, link)
    yield "## Error codes\n"
    yield "\n".join(["| code | HTTP | it says |", "|---|---|---|", *error_rows()]) + "\n"
    yield CLOSES


def asked(command: type[Value]) -> str:
    """One command: what it is for, and what is sent with it."""
    fields = table(command, link, hide=TYPE | {"id"}, sent=True)
    return f"#### `{type_of(command)}`\n\n{inspect.getdoc(command)}\n\n{fields}"


def said(frame: type[Value], spoken: frozenset[str]) -> str:
    """One frame of the server, and whether it is sent yet."""
    shown = section(frame, f"`{type_of(frame)}`", link, hide=TYPE)
    return shown if frame.__name__ in spoken else f"{shown}\n{NOT_YET}\n"


def called() -> frozenset[str]:
    """The names of everything that the server makes: a frame that is never made is never sent."""
    source = Path(parlour.__file__).parent
    trees = (ast.parse(path.read_text("utf-8")) for path in source.rglob("*.py") if path.parent.name != "protocol")
    calls = (node.func for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call))
    owners = (call.value if isinstance(call, ast.Attribute) else call for call in calls)
    return frozenset(owner.id for owner in owners if isinstance(owner, ast.Name))


def link(name: str) -> str:
    """How this page leads to a shape."""
    return f"[{name}](#{name.lower()})"


def members(union: object) -> Iterator[type[Value]]:
    """The classes of a discriminated union."""
    for part in get_args(get_args(union)[0]):
        if isinstance(part, type) and issubclass(part, Value):
            yield part


def type_of(shape: type[Value]) -> str:
    """The `type` that marks a frame of this class."""
    return str(get_args(shape.model_fields["type"].annotation)[0])


def error_rows() -> Iterator[str]:
    """One line for each error that can be answered."""
    seen: set[str] = set()
    pending: list[type[errors.ParlourError]] = [errors.ParlourError]
    while pending:
        kind = pending.pop(0)
        pending = [*kind.__subclasses__(), *pending]
        if kind.__module__ == errors.__name__ and kind.code not in seen and kind is not errors.BadSetting:
            seen.add(kind.code)
            yield f"| `{kind.code}` | {kind.status} | {inspect.getdoc(kind)} |"
