"""What a conversation is made of: messages, their parts, conversations and turns, as clients see them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Json = dict[str, JsonValue]

Words = Annotated[str, Field(max_length=1_048_576, pattern=r"^[^\x00]*$")]
"""Something said. How long it may be is for the house to say; this only keeps out what no database can hold."""

Role = Literal["user", "assistant", "system", "tool"]
MessageStatus = Literal["sent", "running", "completed", "stopped", "failed"]
TurnStatus = Literal["queued", "running", "waiting", "completed", "stopped", "failed"]
ToolStatus = Literal["pending", "waiting", "executing", "completed", "failed", "denied", "unknown"]
Effect = Literal["read", "control", "write", "destructive"]
Undo = Literal["offered", "done"]
UserRole = Literal["admin", "moderator", "user", "guest"]


class Value(BaseModel):
    """The base of everything on the wire: closed and immutable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Problem(Value):
    """What went wrong, in a code for programs and a safe sentence for people."""

    code: str
    message: str


class Usage(Value):
    """Tokens as the provider reported them, or as we estimated them."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    cached_tokens: int = 0
    """Of the prompt: those that the provider had read before, and asks less for."""
    reasoning_tokens: int = 0
    """Of the completion: those that the model thought with."""
    cost: int | None = None
    """In billionths of a US dollar; None where no price is known."""
    estimated: bool = False


class Parameters(Value):
    """How a model is to answer; what is None is left to whoever is asked next."""

    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    presence_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    frequency_penalty: Annotated[float, Field(ge=-2, le=2)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    prefer: Literal["speed", "quality"] | None = None
    """What counts more where the model is chosen by what is asked."""

    def over(self, others: "Parameters") -> "Parameters":
        """These; and where they say nothing, `others`."""
        return others.model_copy(update=self.model_dump(exclude_none=True))


class TextPart(Value):
    """Words of a message. In a state `text` is at most the first 65,536 units; `length` is always the whole."""

    kind: Literal["text"] = "text"
    text: str
    length: int


class ReasoningPart(Value):
    """What a model thought before it spoke, where its provider tells."""

    kind: Literal["reasoning"] = "reasoning"
    text: str
    length: int


class ToolCallPart(Value):
    """One run of a tool inside an answer, from the call to its result."""

    kind: Literal["tool_call"] = "tool_call"
    tool_call_id: str
    name: str
    arguments: Json
    label: str
    """What it does, in words: "Looking at the kitchen"."""
    status: ToolStatus
    summary: str | None = None
    """What came of it, in a few words: "9 devices"."""
    result: JsonValue = None
    truncated: bool = False
    """True when `result` was too large for the wire; the whole is read by REST."""
    error: Problem | None = None
    duration_ms: float | None = None
    cached: bool = False
    repeated: bool = False
    """True when it had been done before for the same question, and was not done again; this is the earlier result."""
    decided_by: str | None = None
    """The name of whoever said yes or no to it."""
    undo: Undo | None = None


class NoticePart(Value):
    """A line of the server's own inside an answer, such as why it stopped."""

    kind: Literal["notice"] = "notice"
    code: str
    text: str


Part = Annotated[TextPart | ReasoningPart | ToolCallPart | NoticePart, Field(discriminator="kind")]


class MessageBody(Value):
    """A message as an event carries it. The event's `seq` is the message's `rev`, and its `position` when new."""

    id: str
    conversation_id: str
    role: Role
    author_id: str | None = None
    client_message_id: str | None = None
    turn_id: str | None = None
    parent_id: str | None = None
    """For an answer: the question it answers."""
    replaces: str | None = None
    """For an answer: the earlier version that it was asked to replace."""
    replaced_by: str | None = None
    parts: list[Part]
    status: MessageStatus
    error: Problem | None = None
    attempt: int = 1
    """Counts the runs of a model step that had to begin again; the cut ones are kept and can be opened."""
    model: str | None = None
    models: list[str] | None = None
    """Everybody who was asked for this answer, in order, where it was more than one; the last is `model`."""
    cached: bool = False
    """No model was asked: the same question had been answered before, and every word is told again."""
    usage: Usage | None = None
    created_at: str
    edits: int = 0
    """How often its words were changed. The earlier ones are kept and can be opened."""
    answers_edit: int = 0
    """For an answer: how often the question had been changed when it was answered."""
    edited_at: str | None = None
    deleted_at: str | None = None
    metadata: Json = Field(default_factory=dict)


class Message(MessageBody):
    """A message as a state or a page holds it."""

    position: int
    """The seq of the event that brought it: the order of a conversation."""
    rev: int
    """The seq of the event that last changed it."""


class LastMessage(Value):
    """The line a list shows below a title: at most 100 characters."""

    text: str
    is_user: bool
    created_at: str


class Conversation(Value):
    """A conversation without its messages."""

    id: str
    project_id: str
    owner_id: str
    title: str
    title_is_own: bool = False
    """True when a person chose the title; it is then never replaced by a made one."""
    created_at: str
    updated_at: str
    last_activity_at: str
    message_count: int
    total_tokens: int
    is_archived: bool
    archived_at: str | None = None
    last_message: LastMessage | None = None
    metadata: Json = Field(default_factory=dict)


class Turn(Value):
    """The work of answering one message."""

    id: str
    question_id: str
    answer_id: str | None = None
    status: TurnStatus
    reason: str | None = None
    """Why it ended or waits: stopped, step_limit, time_limit, output_limit, crash_loop, or an error code."""


class PreviewChange(Value):
    """One thing that would be different afterwards, in words."""

    what: str
    """What changes: "Floor Lamp", "Hall Light, brightness"."""
    before: str | None = None
    """How it is now; None for something that is not there yet."""
    after: str | None = None
    """How it would be; None for something that would be gone."""


class Preview(Value):
    """What a call would change, worked out without doing it."""

    changes: list[PreviewChange]
    note: str = ""
    """What else somebody who decides should know: "It is locked since yesterday."."""


class Approval(Value):
    """A change that waits for a person."""

    id: str
    """No other approval has it, whatever ids a model gives its calls; a change that is asked about anew has another."""
    tool_call_id: str
    """The call in the answer `message_id`."""
    conversation_id: str
    project_id: str
    message_id: str
    turn_id: str
    tool_name: str
    label: str
    """What it would do, in words: "Add “Floor Lamp” to the Study"."""
    effect: Effect
    arguments: Json
    preview: Preview | None = None
    """None for a tool that cannot foresee what it would do."""
    reason: Literal["effect", "changed", "again", "unknown", "tainted", "input"] = "effect"
    """Why it is asked: for what it does; because what it would do is not what was approved; because this answer
    replaces one that acted already; because it may have been done and nobody can tell; because a language model
    proposes it after reading what others wrote; because the tool wants to know more before it goes on."""
    form: Json | None = None
    """What the tool wants to know, for `input`: `message`, its own words, and `schema`, a JSON schema of an object
    whose properties are strings, numbers, booleans and choices."""
    remember: str | None = None
    """What "always" would mean, in words: "Always here, for lights". None where it is asked every time."""
    status: Literal["pending", "approved", "denied", "expired", "superseded"]
    requested_at: str
    expires_at: str
    decided_by: str | None = None
    decided_by_name: str | None = None
    decided_at: str | None = None


class Notice(Value):
    """Something the system has to say to a person or a conversation."""

    id: str
    level: Literal["info", "warning", "error"]
    text: str
    created_at: str


class Member(Value):
    """A person in a project."""

    user_id: str
    name: str
    role: UserRole


class Joined(Value):
    """A project that somebody is a member of."""

    id: str
    name: str
    is_home: bool
    is_owner: bool = False
    is_archived: bool = False
    """One that was put away: it can be read, and nothing new is begun there."""


class Account(Value):
    """Who somebody is and what they may do, as it stands now."""

    user_id: str
    username: str
    full_name: str
    role: UserRole
    permissions: list[str]
    projects: list[Joined]
    """The shared one first, then by name."""
