"""Writes the reference of the socket from the wire's own classes and docstrings."""

import ast
import inspect
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from types import UnionType
from typing import Annotated, Literal, get_args, get_origin

from pydantic_core import PydanticUndefined

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
    content.Notice,
    content.Member,
    content.Problem,
    content.Usage,
    events.FunctionCall,
    events.ToolCallItem,
    state.ConversationState,
    state.UserState,
    state.ProjectState,
)

INTRODUCTION = """# The socket

Written by `python -m gen` from `src/parlour/protocol`. Do not edit.

One socket, `/api/v1/chat/ws`, carries every conversation. A frame is one flat JSON object with a `type`. Sign in
by an `Authorization: Bearer …` header, by the session cookie, or by a ticket from `POST /api/v1/auth/ws-ticket`
in the query (`?ticket=…`, used once, within 60 seconds).

A client follows topics: `conversation:<id>`, `user:<id>`, `project:<id>`. Each topic is a log; its events are
numbered 1, 2, 3 …. Send `subscribe` with the number you have seen last as `after`, and you get what came since,
or a `snapshot` when that is too long ago. Apply a durable frame when its `from_seq` is at most one above your
number, skip it when its `seq` is not above it, and subscribe anew when there is a gap.

Offsets and lengths of text are UTF-16 code units within a part. Times are ISO 8601 in UTC.
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
            yield section(command, f"`{type_of(command)}`", hide={"id", "type"})
    yield "## What the server says\n"
    yield "### Durable frames\n"
    yield "They are numbered and kept. Beside its own fields each carries:\n"
    yield table(Envelope, set())
    for event in members(events.DurableEvent):
        yield section(event, f"`{type_of(event)}`", hide={"type"})
    yield "### Frames of the moment\n"
    yield "They are not kept and have no number of their own.\n"
    for frame in members(events.MomentFrame):
        yield section(frame, f"`{type_of(frame)}`", hide={"type"})
    yield "## What they are made of\n"
    for shape in SHOWN:
        yield section(shape, shape.__name__, hide=set())
    yield "## Error codes\n"
    yield "\n".join(["| code | HTTP | it says |", "|---|---|---|", *error_rows()]) + "\n"
    yield CLOSES


def section(shape: type[Value], title: str, hide: set[str]) -> str:
    """One class: heading, docstring, fields."""
    return f"#### {title}\n\n{inspect.getdoc(shape)}\n\n{table(shape, hide)}"


def table(shape: type[Value], hide: set[str]) -> str:
    """The fields of a class as a table."""
    said = field_docs(shape)
    rows = ["| field | type | |", "|---|---|---|"]
    for name, field in shape.model_fields.items():
        if name not in hide:
            default = "" if field.is_required() else default_words(shape, field.default)
            words = " ".join(part for part in (said.get(name, ""), default) if part)
            rows.append(f"| `{name}` | {worded(field.annotation)} | {words} |")
    return "\n".join(rows) + "\n" if len(rows) > 2 else "No fields of its own.\n"


def default_words(shape: type[Value], default: object) -> str:
    """How a default is told: a client may leave the field out, a server always sends it."""
    if issubclass(shape, commands.Command):
        return "May be left out."
    if default is None or default is PydanticUndefined or default is False:
        return ""
    return f"Default `{default}`."


def field_docs(shape: type[Value]) -> dict[str, str]:
    """The docstrings below the fields of a class and its bases."""
    found: dict[str, str] = {}
    for owner in reversed(shape.__mro__):
        if not issubclass(owner, Value):
            continue
        body = ast.parse(inspect.getsource(owner)).body[0]
        statements = body.body if isinstance(body, ast.ClassDef) else []
        for before, after in pairwise(statements):
            if isinstance(before, ast.AnnAssign) and isinstance(after, ast.Expr):
                found[ast.unparse(before.target)] = " ".join(str(ast.literal_eval(after.value)).split())
    return found


def worded(annotation: object) -> str:
    """A type in words a reader of JSON knows."""
    plain = {str: "text", int: "whole number", float: "number", bool: "true or false", type(None): "null"}
    if isinstance(annotation, type) and annotation in plain:
        return plain[annotation]
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return worded(inner[0])
    if origin is Literal:
        return ", ".join(f"`{word}`" for word in inner)
    if origin is list:
        return f"list of {worded(inner[0])}"
    if origin is dict:
        return "object"
    if origin is UnionType or len(inner) > 1:
        return " or ".join(dict.fromkeys(worded(part) for part in inner))
    return f"[{annotation.__name__}](#{annotation.__name__.lower()})" if isinstance(annotation, type) else "any JSON"


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
