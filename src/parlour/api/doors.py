"""What the doors need of the house: values and Protocols in their own words, put together by whoever builds the app."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from parlour.clock import Clock
from parlour.hub.subscriber import Subscriber
from parlour.identity.connections import ConnectionDesk
from parlour.identity.gate import Gate
from parlour.identity.household import Household
from parlour.identity.providers import Providers
from parlour.identity.who import Who
from parlour.journal.unit import Writer
from parlour.models.effective import Effective
from parlour.models.lineup import Watched
from parlour.models.other_offers import AnyOffer
from parlour.models.pricing import Price
from parlour.models.route import Wish
from parlour.protocol.approvals import UndoToolCall
from parlour.protocol.commands import DecideToolCall, DeleteMessage, EditMessage, Regenerate, SendMessage
from parlour.protocol.content import Approval, Parameters, Turn
from parlour.protocol.effective import Scope
from parlour.protocol.house import ConnectedPart
from parlour.protocol.routing import Routing
from parlour.protocol.system import SystemStatus
from parlour.store.database import Reads
from parlour.store.queries.people import Project
from parlour.toolkits.data.toolkit import DataToolkit
from parlour.tools.caller import Caller
from parlour.tools.tally import Counted
from parlour.tools.tool import Tool
from parlour.turn.conversations import Conversations
from parlour.turn.given import NOTHING_GIVEN, Given
from parlour.turn.leaving import Leaving


class Said(Protocol):
    """The outcome of a command: the ids it made, and whether it had been carried out before."""

    @property
    def ids(self) -> Mapping[str, str]:
        """`conversation_id`, `message_id` (the question, or what was changed) and, where one was begun, `turn_id`."""
        ...

    @property
    def seq(self) -> int:
        """The seq of its event on the conversation's topic."""
        ...

    @property
    def duplicate(self) -> bool:
        """Whether the same command had been carried out before."""
        ...


class Decided(Protocol):
    """What came of somebody's word on a change."""

    @property
    def approval(self) -> Approval:
        """The change as it stands."""
        ...

    @property
    def said(self) -> Said:
        """`approval_id`, `conversation_id` and `turn_id`, and whether the same command had said so before."""
        ...


class Talk(Protocol):
    """Where things are said and answered."""

    async def say(self, who: Who, command: SendMessage, given: Given = NOTHING_GIVEN) -> Said:
        """Store a message, with what is `given` with it, and queue its turn.

        Raises InvalidRequest, MessageTooLong, ConversationNotFound, NotFound, IdempotencyConflict.
        """
        ...

    async def regenerate(self, who: Who, command: Regenerate) -> Said:
        """Queue another answer to the last question, with other words if there are some.

        Raises MessageNotFound, NotNow, InvalidRequest, MessageTooLong, IdempotencyConflict.
        """
        ...

    async def edit(self, who: Who, command: EditMessage) -> Said:
        """Change one's own message.

        Raises MessageNotFound, Forbidden, NotNow, InvalidRequest, MessageTooLong, IdempotencyConflict.
        """
        ...

    async def delete(self, who: Who, command: DeleteMessage) -> Said:
        """Take a message back. Raises MessageNotFound, NotNow, IdempotencyConflict."""
        ...

    async def decide(self, who: Who, command: DecideToolCall) -> Decided:
        """Keep somebody's word on a change that waits.

        Raises NotFound, AlreadyDecided, Forbidden, InvalidRequest, IdempotencyConflict.
        """
        ...

    async def undo(self, who: Who, command: UndoToolCall) -> Said:
        """Take back what a call in an answer did. Raises MessageNotFound, NotNow, IdempotencyConflict."""
        ...

    async def stop(self, who: Who, turn_id: str) -> None:
        """Ask a turn to end. Raises NotFound; a turn that has ended is left alone."""
        ...

    async def wait_for_turn(self, turn_id: str, seconds: float, *, or_waits: bool = False) -> Turn:
        """The turn as soon as it has ended, or as it is after `seconds`. Raises NotFound once it is deleted.

        With `or_waits`, also as soon as it waits for a person.
        """
        ...


class Hub(Protocol):
    """Where what is said is heard."""

    async def subscribe(
        self, subscriber: Subscriber, topic: str, after: int | None = None, reply_to: str | None = None
    ) -> None:
        """Let it follow `topic`, from `after` on where that is kept. Whether it may is the caller's to know."""
        ...

    def leave(self, subscriber: Subscriber) -> None:
        """Forget a subscriber."""
        ...


class Rules(Protocol):
    """What people need not be asked again."""

    async def forget(self, who: Who, rule_id: str) -> None:
        """Ask them again from now on. Raises NotFound."""
        ...


class Tools(Protocol):
    """Where tools come from."""

    @property
    def tally(self) -> Iterable[Counted]:
        """What was called at this server."""
        ...

    async def tools(self, caller: Caller) -> Sequence[Tool]:
        """The tools this caller may use."""
        ...


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """Somebody who could answer. The built-in one is always allowed."""

    id: str
    provider: str
    host: str
    is_allowed: bool
    is_default: bool
    scope: Scope = "tenant"
    window: int | None = None
    is_tier: bool = False
    price: Price | None = None
    """None where nobody knows, and of one that is not allowed."""


@dataclass(frozen=True, slots=True)
class InForce:
    """What counts for a question, and who decided it."""

    effective: Effective
    parameters: Parameters
    """Everything filled in."""
    ceiling: int
    """How long an answer may be at most, in tokens."""


class Models(Protocol):
    """Who can answer."""

    @property
    def shipped_routing(self) -> Routing:
        """The routes of the settings, which count until an admin decides otherwise."""
        ...

    async def offered(self, who: Who, project_id: str | None = None) -> Sequence[OfferedModel]:
        """Everybody who could answer somebody in a project; without one, anybody anywhere. The default first."""
        ...

    async def in_force(self, wish: Wish) -> InForce:
        """What counts for a question. Raises NotAvailable where it names a model that cannot answer."""
        ...

    async def watched(self, who: Who) -> Sequence[Watched]:
        """How everybody does who may be asked, besides the built-in model."""
        ...


class Suggestions(Protocol):
    """What may be worth asking."""

    async def questions(self, caller: Caller) -> Sequence[str]:
        """Up to four questions that work on what is really there."""
        ...


class Connected(Protocol):
    """What belongs to the house."""

    async def connected(self, who: Who, project: Project) -> Sequence[ConnectedPart]:
        """What is connected in a project one is in, as far as one may know of it."""
        ...


class TriedOut(Protocol):
    """What came of trying another system out."""

    @property
    def server(self) -> str | None:
        """What it calls itself."""
        ...

    @property
    def found(self) -> str | None:
        """What it has, in words."""
        ...

    @property
    def is_refused(self) -> bool:
        """Whether it answers, and does not want the token."""
        ...

    @property
    def problem(self) -> str:
        """What went wrong, and what to do about it; "" when it works."""
        ...


class Outside(Protocol):
    """The systems that the house is joined to."""

    async def tried(self, base_url: str, token: str) -> TriedOut:
        """Try an address and a token out. Never raises."""
        ...

    def nudge(self) -> None:
        """An admin has changed something: look at once."""
        ...


class Status(Protocol):
    """How everything does."""

    async def status(self, who: Who) -> SystemStatus:
        """Every component, looked at now; each within a time of its own. Never raises."""
        ...


class Readiness(Protocol):
    """Whether the house can be used yet."""

    async def ready(self) -> Mapping[str, bool]:
        """Of each part by name, whether it is ready."""
        ...


class Counts(Protocol):
    """What an operator counts."""

    async def counts(self) -> Mapping[str, int]:
        """Of each thing by name, how many there are on this server just now."""
        ...


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything the REST doors open on."""

    reads: Reads
    writer: Writer
    clock: Clock
    gate: Gate
    household: Household
    leaving: Leaving
    conversations: Conversations
    talk: Talk
    hub: Hub
    rules: Rules
    tools: Tools
    models: Models
    offers: Sequence[AnyOffer]
    """The models that the settings offer."""
    providers: Providers
    connections: ConnectionDesk
    outside: Outside
    data: DataToolkit
    """What the projects work with: databases and the like."""
    suggestions: Suggestions
    connected: Connected
    readiness: Readiness
    status: Status
    counts: Counts
    version: str
    address: str
    """Where people reach the house, as a URL without a slash at its end."""
    origins: frozenset[str] = frozenset()
    """Origins, such as `https://parlour.example`, that are ours besides the one a request was sent to."""
