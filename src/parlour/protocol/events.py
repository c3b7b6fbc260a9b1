"""What the server says: durable events, which are numbered and kept, and frames of the moment, which are not.

A durable frame is its event's fields beside the envelope `topic, from_seq, seq, timestamp`. `from_seq` equals
`seq` unless several chunks were merged for a slow reader; a client applies a frame when `from_seq` is at most
one above its cursor.
"""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from parlour.protocol.content import (
    Account,
    Approval,
    Conversation,
    Json,
    Member,
    MessageBody,
    Notice,
    Problem,
    Turn,
    TurnStatus,
    Undo,
    Usage,
    Value,
)
from parlour.protocol.state import TopicState

# --- conversations, on the owner's topic and their own -------------------------------------------------------------


class ConversationCreated(Value):
    """A conversation was begun."""

    type: Literal["conversation_created"] = "conversation_created"
    conversation: Conversation


class ConversationUpdated(Value):
    """Its title, archive mark, counts or last line changed."""

    type: Literal["conversation_updated"] = "conversation_updated"
    conversation: Conversation


class ConversationDeleted(Value):
    """It is gone, with everything in it."""

    type: Literal["conversation_deleted"] = "conversation_deleted"
    conversation_id: str


# --- messages ------------------------------------------------------------------------------------------------------


class NewMessage(Value):
    """Somebody said something. Its sender knows it by `client_message_id`."""

    type: Literal["new_message"] = "new_message"
    message: MessageBody


class MessageUpdated(Value):
    """A message changed; this is the whole of it."""

    type: Literal["message_updated"] = "message_updated"
    message: MessageBody


class MessageDeleted(Value):
    """A message was taken back; its words are gone."""

    type: Literal["message_deleted"] = "message_deleted"
    message_id: str
    deleted_at: str


# --- a turn --------------------------------------------------------------------------------------------------------


class TurnUpdated(Value):
    """A turn was queued, runs, waits for a person, or ended."""

    type: Literal["turn_updated"] = "turn_updated"
    turn: Turn


class AssistantMessageStart(Value):
    """An answer begins; `message` is empty yet. Where it `replaces` a version, that one is marked."""

    type: Literal["assistant_message_start"] = "assistant_message_start"
    message: MessageBody


class StreamChunk(Value):
    """The next words of part number `part`, at `offset`. The last one of an answer is empty and `is_final`.

    The final chunk carries `length` (units over all text parts), `model`, `models`, `cached`, `usage` and `status`; a
    client whose own length differs fetches the message.
    """

    type: Literal["stream_chunk"] = "stream_chunk"
    message_id: str
    attempt: int
    part: int
    kind: Literal["text", "reasoning"]
    chunk: str
    chunk_index: int
    offset: int
    is_final: bool = False
    length: int | None = None
    model: str | None = None
    models: list[str] | None = None
    cached: bool = False
    usage: Usage | None = None
    status: Literal["completed", "stopped", "failed"] | None = None
    error: Problem | None = None


class AnswerRestarted(Value):
    """The model step that wrote part number `part` and on begins again; what it had written is kept as an attempt."""

    type: Literal["answer_restarted"] = "answer_restarted"
    message_id: str
    attempt: int
    part: int
    reason: str


class FunctionCall(Value):
    """A tool's name and the arguments it is called with."""

    name: str
    arguments: Json


class ToolCallItem(Value):
    """One call of a batch, and the part of the answer it stands at."""

    id: str
    part: int
    label: str
    function: FunctionCall


class ToolCall(Value):
    """The model called tools; each becomes a part of the answer, in this order."""

    type: Literal["tool_call"] = "tool_call"
    conversation_id: str
    message_id: str
    tool_calls: list[ToolCallItem]


class ToolResult(Value):
    """A tool came back, went to work (`executing`), or waits for a person (`waiting`)."""

    type: Literal["tool_result"] = "tool_result"
    message_id: str
    tool_call_id: str
    tool_name: str
    status: Literal["waiting", "executing", "completed", "failed", "denied", "unknown"]
    arguments: Json | None = None
    """What it was called with in the end, where a person changed that."""
    label: str | None = None
    """What it did, in words, where that can be said better than before: "Looked at the kitchen"."""
    summary: str | None = None
    result: JsonValue = None
    truncated: bool = False
    error: Problem | None = None
    duration_ms: float | None = None
    cached: bool = False
    repeated: bool = False
    decided_by: str | None = None
    undo: Undo | None = None


# --- approvals and the rest ----------------------------------------------------------------------------------------


class ApprovalRequested(Value):
    """A change waits for a person."""

    type: Literal["approval_requested"] = "approval_requested"
    approval: Approval


class ApprovalDecided(Value):
    """It was approved, denied, or is no longer asked."""

    type: Literal["approval_decided"] = "approval_decided"
    approval: Approval


class SummaryAvailable(Value):
    """The earlier part of a conversation was summed up."""

    type: Literal["summary_available"] = "summary_available"
    conversation_id: str
    summary_id: str
    message_count: int


class SystemNotification(Value):
    """The system has something to say."""

    type: Literal["system_notification"] = "system_notification"
    notice: Notice


class UploadProgress(Value):
    """How far an upload has come, in bytes."""

    type: Literal["upload_progress"] = "upload_progress"
    upload_id: str
    received: int
    total: int
    status: Literal["receiving", "checking", "ready", "failed"]


class EntityChanged(Value):
    """Something in a project's home was made, changed or taken away."""

    type: Literal["entity_changed"] = "entity_changed"
    entity_id: str
    change: Literal["created", "updated", "deleted", "related"]
    name: str
    version: int


# --- people --------------------------------------------------------------------------------------------------------


class ProjectUpdated(Value):
    """A project's name or members changed; on the project's own topic."""

    type: Literal["project_updated"] = "project_updated"
    name: str
    members: list[Member]


class AccountUpdated(Value):
    """What somebody may do, or where they belong, changed; on their own topic."""

    type: Literal["account_updated"] = "account_updated"
    account: Account


class ModelSettingsChanged(Value):
    """Who is to answer, or how, was decided anew for the conversation or the person whose topic this is.

    What was decided is read by `/models/settings`, what comes of it by `/models/effective`.
    """

    type: Literal["model_settings_changed"] = "model_settings_changed"
    version: int
    """That of the settings that stand now."""


DurableEvent = Annotated[
    ConversationCreated
    | ConversationUpdated
    | ConversationDeleted
    | NewMessage
    | MessageUpdated
    | MessageDeleted
    | TurnUpdated
    | AssistantMessageStart
    | StreamChunk
    | AnswerRestarted
    | ToolCall
    | ToolResult
    | ApprovalRequested
    | ApprovalDecided
    | SummaryAvailable
    | SystemNotification
    | UploadProgress
    | EntityChanged
    | ProjectUpdated
    | AccountUpdated
    | ModelSettingsChanged,
    Field(discriminator="type"),
]


# --- frames of the moment ------------------------------------------------------------------------------------------


class Moment(Value):
    """The base of frames that are not kept and have no seq of their own."""

    timestamp: str


class ConnectionEstablished(Moment):
    """The first frame of every connection."""

    type: Literal["connection_established"] = "connection_established"
    connection_id: str
    user_id: str
    protocol_version: Literal["1.0"] = "1.0"
    heartbeat_interval: float
    """Seconds between heartbeats that the server expects."""


class Subscribed(Moment):
    """A subscription stands; what follows is a snapshot, or the frames after the cursor."""

    type: Literal["subscribed"] = "subscribed"
    reply_to: str | None = None
    topic: str
    seq: int
    mode: Literal["replay", "snapshot"]


class Snapshot(Moment):
    """The state of a topic as of `seq`. It replaces whatever the client had."""

    type: Literal["snapshot"] = "snapshot"
    topic: str
    seq: int
    state: TopicState


class Ack(Moment):
    """A command was carried out and committed. `duplicate` says that this had been done before."""

    type: Literal["ack"] = "ack"
    reply_to: str | None = None
    ids: dict[str, str]
    seq: int
    duplicate: bool = False


class ErrorFrame(Moment):
    """A command was refused, or something failed. The connection stays open."""

    type: Literal["error"] = "error"
    error_code: str
    error: str
    request_id: str
    reply_to: str | None = None
    message_id: str | None = None
    details: Json | None = None


class TypingNotice(Moment):
    """Somebody else is writing, or no longer."""

    type: Literal["typing_indicator"] = "typing_indicator"
    conversation_id: str
    user_id: str
    is_typing: bool


class HeartbeatAck(Moment):
    """The answer to a heartbeat, with the head seq of every topic this connection follows."""

    type: Literal["heartbeat_ack"] = "heartbeat_ack"
    reply_to: str | None = None
    heads: dict[str, int]


MomentFrame = Annotated[
    ConnectionEstablished | Subscribed | Snapshot | Ack | ErrorFrame | TypingNotice | HeartbeatAck,
    Field(discriminator="type"),
]

ENDED: frozenset[TurnStatus] = frozenset({"completed", "stopped", "failed"})
"""The statuses a turn never leaves."""
