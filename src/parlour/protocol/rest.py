"""The bodies of the REST doors: what is sent to them, and what they answer."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from parlour.protocol.commands import Id
from parlour.protocol.content import (
    Account,
    Conversation,
    Json,
    Message,
    Part,
    Problem,
    ToolCallPart,
    ToolStatus,
    Turn,
    Value,
    Words,
)

Line = Id
"""Some text on one line, not blank; also what ids look like before anybody knows them."""

Title = Annotated[Words, Field(max_length=200)]
Wait = Annotated[float, Field(ge=0, le=120)]
MessageType = Literal["user_input", "assistant_response", "system_message", "tool_result"]


# --- errors --------------------------------------------------------------------------------------------------------


class ErrorDetail(Value):
    """What went wrong. `request_id` finds it in the server's log."""

    code: str
    message: str
    request_id: str
    details: Json | None = None
    """Where something was asked too often: which `limit`, its `current` and `maximum`, `reset_at`, `retry_after`."""


class ErrorBody(Value):
    """Every answer that is not the one asked for."""

    detail: str
    """The same sentence as `error.message`."""
    error: ErrorDetail


# --- who -----------------------------------------------------------------------------------------------------------


class SignIn(Value):
    """The secret of a one-time link; it is used up by this."""

    link: Line


class Me(Account):
    """Who is asking, and what they may do."""

    email: str | None
    has_password: bool
    """Whether they can sign in with one; links always work."""


class Ticket(Value):
    """Opens one socket, as `?ticket=…`, until it expires."""

    ticket: str
    expires_at: str


class NewToken(Value):
    """What to call a new token, and in how many days it ends; without them it lasts until it is revoked."""

    name: Annotated[Line, Field(max_length=100)]
    days: Annotated[int, Field(ge=1, le=3_650)] | None = None


class TokenView(Value):
    """A token as it can be listed: its secret is gone."""

    id: str
    name: str
    created_at: str
    expires_at: str | None
    last_used_at: str | None


class TokenMade(TokenView):
    """A new token. `token` is shown this once; it goes into `Authorization: Bearer …`."""

    token: str


class TokenList(Value):
    """One's own tokens, the newest first."""

    tokens: list[TokenView]


# --- conversations -------------------------------------------------------------------------------------------------


class NewConversation(Value):
    """A conversation to begin. With `initial_message` that is said first, and answered."""

    project_id: Line | None = None
    title: Title | None = None
    initial_message: Words | None = None
    client_message_id: Line | None = None
    model: Line | None = None


class ConversationChange(Value):
    """What to change; what is left out stays."""

    title: Title | None = None
    is_archived: bool | None = None


class ConversationView(Conversation):
    """A conversation, and where it is heard."""

    websocket_url: str


class ConversationList(Value):
    """A page of conversations."""

    conversations: list[ConversationView]
    total: int
    has_more: bool


# --- messages ------------------------------------------------------------------------------------------------------


class NewMessage(Value):
    """Something to say, and how many seconds to wait for the answer. Without `conversation_id` one is begun."""

    content: Words
    conversation_id: Line | None = None
    project_id: Line | None = None
    client_message_id: Line | None = None
    """Chosen by the client: however often it is sent, it counts once. Without it every call counts."""
    model: Line | None = None
    wait: Wait = 30


class Again(Value):
    """Asks for another answer to the last question; `content` changes the question."""

    command_id: Line | None = None
    content: Words | None = None
    wait: Wait = 30


class MessageView(Message):
    """A message, with what can be told from it said outright."""

    content: str
    """The words of its text parts, joined."""
    is_user: bool
    message_type: MessageType
    is_edited: bool
    is_deleted: bool
    token_count: int
    model_used: str | None
    tool_calls: list[ToolCallPart]
    tool_name: str | None
    """The first tool that was called for it."""
    tool_success: bool | None
    """Whether every tool that was called for it came back well; None when none was called."""


class MessageList(Value):
    """Messages in their order. `total_tokens` counts those of this page."""

    messages: list[MessageView]
    has_more: bool
    total_tokens: int


class ConversationDetail(ConversationView):
    """A conversation with its newest messages."""

    messages: list[MessageView]
    has_more: bool


class Exchange(Value):
    """What was said and what was answered. `ai_message` is None until the answer has begun."""

    conversation_id: str
    user_message: MessageView
    ai_message: MessageView | None
    turn: Turn
    duplicate: bool
    """True when this had been said before, and nothing new was begun."""


class ConversationMade(ConversationView):
    """A new conversation; with the exchange that began it, if something was said."""

    exchange: Exchange | None


class AttemptView(Value):
    """What an answer had said when a step of it was cut and begun again, from part number `part` on."""

    attempt: int
    part: int
    parts: list[Part]
    reason: str
    at: str
    model: str | None = None
    """Who had said it, where that is known."""


class AttemptList(Value):
    """Every cut attempt at an answer, the first one first."""

    attempts: list[AttemptView]


# --- tools, suggestions --------------------------------------------------------------------------------------------


class ToolView(Value):
    """A tool that one may use."""

    name: str
    description: str
    parameters: Json
    effect: Literal["read", "control", "write", "destructive"]
    permission: str
    timeout_s: float


class ToolList(Value):
    """The tools of a project that one may use."""

    tools: list[ToolView]


class ToolRunView(Value):
    """One run of a tool."""

    id: str
    conversation_id: str
    message_id: str
    turn_id: str
    tool_call_id: str
    name: str
    arguments: Json
    status: ToolStatus
    result: JsonValue
    error: Problem | None
    duration_ms: int | None
    cached: bool
    started_at: str
    ended_at: str | None


class ToolRunList(Value):
    """The runs of tools for one answer, in the order they began."""

    runs: list[ToolRunView]


class RunsQuery(Value):
    """Which runs of tools are wanted."""

    project_id: str | None = None
    conversation_id: str | None = None
    before: str | None = None
    """The id of a run: those that began before it."""
    limit: Annotated[int, Field(ge=1, le=100)] = 50


class ToolRunLine(Value):
    """One run of a tool, without what came back."""

    id: str
    conversation_id: str
    conversation_title: str
    project_id: str
    message_id: str
    name: str
    arguments: Json
    status: ToolStatus
    problem: str | None
    """Why it did not work."""
    decided_by: str | None
    """The name of whoever said yes or no to it."""
    duration_ms: int | None
    cached: bool
    started_at: str


class ToolRunPage(Value):
    """Runs of tools in one's own conversations, the newest first."""

    runs: list[ToolRunLine]
    has_more: bool


class SuggestionList(Value):
    """Questions that work on what is really there."""

    questions: list[str]


# --- health --------------------------------------------------------------------------------------------------------


class Health(Value):
    """How the server is. `parts` says of each part whether it is ready."""

    status: Literal["ok", "not_ready"]
    version: str
    parts: dict[str, bool] = Field(default_factory=dict)
