"""What a client may say. Every command may carry an `id`, which comes back as `reply_to`."""

from typing import Annotated, Literal

from pydantic import Field

from parlour.protocol.content import Json, Parameters, Value, Words

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
    """Who is to answer this: a model, or a tier."""
    parameters: Parameters | None = None


class EditMessage(Command):
    """Change the words of one's own message; what it said before is kept. Refused while it is being answered."""

    type: Literal["edit_message"]
    message_id: Id
    content: Words
    command_id: Id


class DeleteMessage(Command):
    """Take a message back. Its words are gone from everywhere; a mark stays where it stood."""

    type: Literal["delete_message"]
    message_id: Id
    command_id: Id


class Regenerate(Command):
    """Answer the last question again; the present answer stays as a version. Also the way to retry a failed one.

    `message_id` names the question or its present answer. With `content` the question says that from now on.
    """

    type: Literal["regenerate"]
    message_id: Id
    command_id: Id
    content: Words | None = None
    model: Id | None = None
    """Who is to answer now; None for who was asked before."""
    parameters: Parameters | None = None


class StopGeneration(Command):
    """End a turn; what was said so far is kept and marked stopped."""

    type: Literal["stop_generation"]
    turn_id: Id


class DecideToolCall(Command):
    """Say yes or no to a change that waits."""

    type: Literal["decide_tool_call"]
    approval_id: Id
    decision: Literal["approve", "deny"]
    arguments: Json | None = None
    """What to do instead: the call with other arguments. Left out, it is what was asked."""
    answers: Json | None = None
    """What the tool wants to know, as the approval's `form` asks for it."""
    remember: bool = False
    """Never to ask again for what the approval's `remember` says."""
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

SERVED = frozenset(
    {
        "subscribe",
        "unsubscribe",
        "send_message",
        "edit_message",
        "delete_message",
        "regenerate",
        "stop_generation",
        "decide_tool_call",
        "typing_indicator",
        "heartbeat",
    }
)
"""The commands this server answers; any other known one gets `not_available` and is left out of the reference."""
