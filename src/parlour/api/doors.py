"""What the doors need of the house: values and Protocols in their own words, put together by whoever builds the app."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from parlour.clock import Clock
from parlour.identity.gate import Gate
from parlour.identity.providers import Providers
from parlour.identity.who import Who
from parlour.journal.unit import Writer
from parlour.models.offers import Offer
from parlour.protocol.commands import Regenerate, SendMessage
from parlour.protocol.content import Turn
from parlour.protocol.house import ConnectedPart
from parlour.store.database import Reads
from parlour.store.queries.people import Project
from parlour.tools.caller import Caller
from parlour.tools.tool import Tool
from parlour.turn.conversations import Conversations


class Said(Protocol):
    """The outcome of a command: the ids it made, and whether it had been carried out before."""

    @property
    def ids(self) -> Mapping[str, str]:
        """`conversation_id`, `message_id` (the question) and `turn_id`."""
        ...

    @property
    def seq(self) -> int:
        """The seq of its event on the conversation's topic."""
        ...

    @property
    def duplicate(self) -> bool:
        """Whether the same command had been carried out before."""
        ...


class Talk(Protocol):
    """Where things are said and answered."""

    async def say(self, who: Who, command: SendMessage) -> Said:
        """Store a message and queue its turn.

        Raises InvalidRequest, MessageTooLong, ConversationNotFound, NotFound, IdempotencyConflict.
        """
        ...

    async def regenerate(self, who: Who, command: Regenerate) -> Said:
        """Queue another answer to the last question. Raises MessageNotFound, NotNow, IdempotencyConflict."""
        ...

    async def stop(self, who: Who, turn_id: str) -> None:
        """Ask a turn to end. Raises NotFound; a turn that has ended is left alone."""
        ...

    async def wait_for_turn(self, turn_id: str, seconds: float) -> Turn:
        """The turn as soon as it has ended, or as it is after `seconds`. Raises NotFound once it is deleted."""
        ...


class Tools(Protocol):
    """Where tools come from."""

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


class Models(Protocol):
    """Who can answer."""

    async def offered(self, who: Who) -> Sequence[OfferedModel]:
        """Everybody who could answer, the default first."""
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


class Readiness(Protocol):
    """Whether the house can be used yet."""

    async def ready(self) -> Mapping[str, bool]:
        """Of each part by name, whether it is ready."""
        ...


@dataclass(frozen=True, slots=True)
class Doors:
    """Everything the REST doors open on."""

    reads: Reads
    writer: Writer
    clock: Clock
    gate: Gate
    conversations: Conversations
    talk: Talk
    tools: Tools
    models: Models
    offers: Sequence[Offer]
    """The models that the settings offer."""
    providers: Providers
    suggestions: Suggestions
    connected: Connected
    readiness: Readiness
    version: str
    origins: frozenset[str] = frozenset()
    """Origins, such as `https://parlour.example`, that are ours besides the one a request was sent to."""
