"""A call, what a tool says by what it raises, and what comes of the call.

A tool raises one of these when it cannot do what was asked; anything else it raises is a bug, is logged as one,
and reaches the model only as a failure without detail.

    ToolProblem
    ├── Refused        permission_denied    the caller may not
    ├── BadArguments   invalid_arguments    the arguments do not fit; the model may try others
    ├── NotThere       not_found            what was named does not exist, or is not the caller's
    ├── Failed         failed               it was tried and did not work; nothing was changed
    │   ├── running.TimedOut      timed_out           it took too long
    │   ├── running.TooLarge      result_too_large    there is too much of it
    │   ├── away.Unreachable      unreachable         what it works with does not answer
    │   └── away.DatabaseError    database_error      a database could not do what it was asked
    ├── Unsure         unknown              it was tried, and whether it worked cannot be told
    └── NeedsInput     failed               nothing was done: a person is asked, and it is called again
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import JsonValue

from parlour.protocol.content import Json, Undo


class ToolProblem(Exception):
    """A tool's own word that it could not. `message` is safe for people and models; `suggestion` says what to do.

    `is_tainted` where some of these words are another side's, and not to be trusted.
    """

    code: ClassVar[str] = "failed"

    def __init__(self, message: str, *, suggestion: str | None = None, is_tainted: bool = False) -> None:
        self.message = message
        self.suggestion = suggestion
        self.is_tainted = is_tainted
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


class NeedsInput(ToolProblem):
    """It wants to know more from a person before it goes on. Nothing was done: with their answers it is called again.

    `form` is made by `forms.form_of`; `state`, of at most `forms.LARGEST_STATE` characters, comes back with the
    answers as `ToolContext.input`. Where nobody can be asked, it has failed.
    """

    def __init__(self, form: Json, state: str | None = None) -> None:
        self.form = form
        self.state = state
        super().__init__("It wants to know more before it goes on, and nobody can be asked here. Nothing was done.")


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
    cached: bool = False
    """It was read before, and was not read again."""
    age_s: float | None = None
    """How many seconds ago it was read, where it may have become untrue since."""
    not_anew: str = ""
    """Why it could not be read anew, though that was asked for: in the words of that failure."""
    edited: bool = False
    """A person changed the arguments before they said yes."""
    decided_by: str | None = None
    """The name of whoever said yes or no to it."""
    undo: Undo | None = None
    tainted: bool = False
    """It came from outside of this house, or others wrote it, and is not to be trusted."""
    ledger_key: str | None = None
    """Where the ledger has what was done."""
