"""What it saw: what a model was shown for an answer, request by request, and every tool that ran for it."""

from typing import Literal

from parlour.protocol.content import Usage, Value
from parlour.protocol.rest import ToolRunView


class SeenPiece(Value):
    """One piece of what a model was shown, as it stands now."""

    kind: Literal["system", "question", "answer", "tool_result", "tools", "entities", "notice"]
    message_id: str | None
    """The message it comes from, if it comes from one."""
    text: str | None
    """Its beginning, at most 2,000 characters; None for what has been deleted since."""
    tokens: int
    """As they were estimated for the budget."""
    is_shortened: bool
    """Whether the model was shown less of it than there is."""


class SeenRequest(Value):
    """One request to a model."""

    step: int
    model: str
    at: str
    pieces: list[SeenPiece]
    cut: list[str]
    """What did not fit and was left out or shortened, in words."""
    tokens: int
    """The size of the prompt as it was estimated."""
    limit: int
    """What it was allowed to be; 0 where that was not kept."""
    usage: Usage | None
    """What the provider counted."""


class MessageContext(Value):
    """Everything that went into an answer."""

    message_id: str
    requests: list[SeenRequest]
    runs: list[ToolRunView]
