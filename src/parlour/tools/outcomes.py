"""A call, what a tool says by what it raises, and what comes of the call.

A tool raises one of these when it cannot do what was asked; anything else it raises is a bug, is logged as one,
and reaches the model only as a failure without detail.

    ToolProblem
    ├── Refused        permission_denied    the caller may not
    ├── BadArguments   invalid_arguments    the arguments do not fit; the model may try others
    ├── NotThere       not_found            what was named does not exist, or is not the caller's
    ├── Failed         failed               it was tried and did not work; nothing was changed
    └── Unsure         unknown              it was tried, and whether it worked cannot be told
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import JsonValue

from parlour.protocol.content import Undo


class ToolProblem(Exception):
    """A tool's own word that it could not. `message` is safe for people and models; `suggestion` says what to do."""

    code: ClassVar[str] = "failed"

    def __init__(self, message: str, *, suggestion: str | None = None) -> None:
        self.message = message
        self.suggestion = suggestion
        super().__init__(message)


class Refused(ToolProblem):
    """The caller may not run this."""

    code = "permission_denied"


class BadArguments(ToolProblem):
    """The arguments do not fit the tool."""

    code = "invalid_arguments"


class NotThere(ToolProblem):
    """The thing does not exist, or is not the caller's: the same answer."""

    code = "not_found"


class Failed(ToolProblem):
    """It was tried and did not work. Nothing was changed: it may be tried again."""

    code = "failed"


class Unsure(ToolProblem):
    """It was tried, and whether it worked cannot be told."""

    code = "unknown"


@dataclass(frozen=True, slots=True)
class RequestedCall:
    """A tool that a model asked to run. `arguments` is None when what it wrote, `raw`, was no JSON object."""

    id: str
    name: str
    arguments: dict[str, JsonValue] | None
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one call. Exactly one of `result` (with `sentence`) and `problem` means anything, by `status`."""

    tool_call_id: str
    tool: str
    status: Literal["completed", "failed", "denied", "unknown"]
    arguments: dict[str, JsonValue]
    """As validated: canonical, with defaults filled in; as given when they did not fit."""
    result: JsonValue = None
    sentence: str = ""
    """The result in plain words, complete in itself: what the built-in model answers with."""
    label: str = ""
    """What was done, in words: "Looked at the kitchen"; "" where the words of the call still fit."""
    summary: str = ""
    """The result in two or three words, for the line that shows the call: "9 devices"."""
    code: str | None = None
    problem: str | None = None
    suggestion: str | None = None
    duration_ms: float = 0.0
    repeated: bool = False
    """It had been done before for the same question and was not done again; this is the earlier result."""
    edited: bool = False
    """A person changed the arguments before they said yes."""
    decided_by: str | None = None
    """The name of whoever said yes or no to it."""
    undo: Undo | None = None
    tainted: bool = False
    """It came from outside of this house, and is not to be trusted."""
    ledger_key: str | None = None
    """Where the ledger has what was done."""
