"""The bodies of `/approvals`: what waits for a person, what they say to it, and what they need not be asked again."""

from typing import Literal

from parlour.protocol.commands import Command, Id
from parlour.protocol.content import Approval, Json, Value


class ApprovalList(Value):
    """What waits for one's word, the oldest first."""

    approvals: list[Approval]


class Decision(Value):
    """A word on a change that waits. The same `command_id` decides once, however often it is sent."""

    decision: Literal["approve", "deny"]
    arguments: Json | None = None
    """What to do instead: the call with other arguments. Left out, it is what was asked."""
    answers: Json | None = None
    """What the tool wants to know, as the approval's `form` asks for it."""
    remember: bool = False
    """Never to ask again for what the approval's `remember` says."""
    command_id: Id | None = None


class RuleView(Value):
    """Something that one need not be asked again."""

    id: str
    project_id: str
    project_name: str
    tool_name: str
    words: str
    """ "Always here, for lights"."""
    created_at: str


class RuleList(Value):
    """One's own rules, the newest first."""

    rules: list[RuleView]


class UndoToolCall(Command):
    """Take back what a call in an answer did."""

    type: Literal["undo_tool_call"] = "undo_tool_call"
    message_id: Id
    tool_call_id: str
    command_id: Id


class Undoing(Value):
    """Takes back what a tool did. The same `command_id` does it once."""

    command_id: Id | None = None
