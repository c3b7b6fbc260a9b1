"""What a client knows of a topic: the state that a snapshot carries and the reducers keep."""

from typing import Annotated, Literal

from pydantic import Field

from parlour.protocol.content import Account, Approval, Conversation, Member, Message, Notice, Turn, Value

MOST_NOTICES = 20
"""So many notices a state holds, the newest."""


class ConversationState(Value):
    """A conversation from the message at `window` on.

    `window` is the position of the first message held and never moves; 0 means the conversation is held from
    its beginning. `messages` are in order of position, `turns` are the open ones in order of asking, `approvals`
    the pending ones, `notices` the newest 20 in the order they were given.
    """

    kind: Literal["conversation"] = "conversation"
    topic: str
    conversation: Conversation | None
    """None once it was deleted."""
    window: int
    messages: list[Message]
    turns: list[Turn]
    approvals: list[Approval]
    notices: list[Notice] = Field(default_factory=list[Notice])


class UserState(Value):
    """What a person sees without opening anything: the head of their list, their inbox and notices.

    `conversations` are those not archived whose last activity is at or after `window` (an ISO time, or "" for
    all), the latest first; equal times are ordered by id, the greater first.
    """

    kind: Literal["user"] = "user"
    topic: str
    account: Account | None = None
    window: str
    conversations: list[Conversation]
    inbox: list[Approval]
    notices: list[Notice]


class ProjectState(Value):
    """A project's members, the conversations shared with it, and how often its home has changed."""

    kind: Literal["project"] = "project"
    topic: str
    name: str
    members: list[Member]
    conversations: list[Conversation]
    home_rev: int
    """The seq of the last `entity_changed`, 0 when there was none."""


TopicState = Annotated[ConversationState | UserState | ProjectState, Field(discriminator="kind")]
