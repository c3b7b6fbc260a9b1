"""What a client may say. Every command may carry an `id`, which comes back as `reply_to`."""

from typing import Annotated, Literal

from pydantic import Field

from parlour.protocol.content import Json, Value, Words

Id = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*[^\x00-\x20][^\x00-\x1f]*$")]
"""What an id looks like before anybody knows it: some text on one line, not blank."""
Topic = Annotated[str, Field(pattern=r"^(conversation|user|project):[0-9a-f-]{36}$")]


class Command(Value):
    """The base of every command."""

    id: Id | None = None


class Subscribe(Command):
    """Follow a topic: its frames after the cursor `after`, or a snapshot when there is none or it is too old."""

    type: Literal["subscribe"]
    topic: Topic
    after: Annotated[int, Field(ge=0)] | None = None


class Unsubscribe(Command):
    """Stop following a topic."""

    type: Literal["unsubscribe"]
    topic: Topic


class SendMessage(Command):
    """Say something. Without `conversation_id` a conversation is begun; the ack names it."""

    type: Literal["send_message"]
    content: Words
    client_message_id: Id
    conversation_id: Id | None = None
    project_id: Id | None = None
    attachments: list[Id] = Field(default_factory=list[str])
    model: Id | None = None


class EditMessage(Command):
    """Change the words of one's own message."""

    type: Literal["edit_message"]
    message_id: Id
    content: Words
    command_id: Id


class DeleteMessage(Command):
    """Take a message back."""

    type: Literal["delete_message"]
    message_id: Id
    command_id: Id


class Regenerate(Command):
    """Answer the last question again; the present answer stays as a version. Also the way to retry a failed one."""

    type: Literal["regenerate"]
    message_id: Id
    command_id: Id
    content: Words | None = None


class StopGeneration(Command):
    """End a turn; what was said so far is kept and marked stopped."""

    type: Literal["stop_generation"]
    turn_id: Id


class DecideToolCall(Command):
    """Say yes or no to a change that waits."""

    type: Literal["decide_tool_call"]
    tool_call_id: Id
    decision: Literal["approve", "deny"]
    arguments: Json | None = None
    remember: Words | None = None
    command_id: Id


class TypingIndicator(Command):
    """Say that one is writing, or no longer."""

    type: Literal["typing_indicator"]
    conversation_id: Id | None = None
    is_typing: bool


class Heartbeat(Command):
    """Keep the connection; answered with the head seq of every topic it follows."""

    type: Literal["heartbeat"]


ClientCommand = Annotated[
    Subscribe
    | Unsubscribe
    | SendMessage
    | EditMessage
    | DeleteMessage
    | Regenerate
    | StopGeneration
    | DecideToolCall
    | TypingIndicator
    | Heartbeat,
    Field(discriminator="type"),
]

SERVED = frozenset({"subscribe", "unsubscribe", "send_message", "regenerate", "stop_generation", "heartbeat"})
"""The commands this server answers; any other known one gets `not_available` and is left out of the reference."""
