"""What a turn needs from the rest of the house, in the turn's own words."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock
from parlour.journal.unit import Unit, Writer
from parlour.models.base import RequestedCall
from parlour.models.effective import Shipped
from parlour.models.prices import Prices
from parlour.models.route import Route, Wish
from parlour.store.database import Reads
from parlour.store.queries.ledger import Entry
from parlour.tools.acts import Ended
from parlour.tools.asking import Asking
from parlour.tools.caller import Caller
from parlour.tools.occasion import Occasion
from parlour.tools.tool import Tool, ToolContext
from parlour.turn.granting import UnderWay
from parlour.turn.told_before import ToldBefore, nothing_told


class Tools(Protocol):
    """Whatever runs tools. A tool's fault is an outcome, never an exception."""

    async def offered(self, caller: Caller) -> tuple[Tool, ...]:
        """What this caller may be offered."""
        ...

    def typical_s(self, tool: str) -> float | None:
        """What a call of this tool takes here, in seconds; None where that is not known."""
        ...

    async def run(self, call: RequestedCall, context: ToolContext, occasion: Occasion | None = None) -> Ended | Asking:
        """Run one call to its end, or tell what is to be put to a person before it."""
        ...

    async def considered(self, call: RequestedCall, context: ToolContext, asked: Asking) -> Asking:
        """What was asked, with the arguments of `call`. Raises ToolProblem for those that cannot be."""
        ...

    async def undo(
        self, entry: Entry, context: ToolContext, commit: Callable[[Unit], Awaitable[object]]
    ) -> tuple[Unit, bool]:
        """Take back what was done: what is to be committed with the word of it, and whether nothing happens before.

        Raises ToolProblem when it cannot be taken back, or the caller may not.
        """
        ...


class Models(Protocol):
    """Whatever knows who may answer."""

    async def route(self, connection: AsyncConnection, wish: Wish) -> Route:
        """Who answers, and how. Raises NotAvailable where somebody was asked for who may not answer."""
        ...


class Callers(Protocol):
    """Whatever knows who somebody is by now."""

    async def caller(self, connection: AsyncConnection, user_id: str, project_id: str) -> Caller | None:
        """The person in the project with what they may do there; None when they may no longer be there."""
        ...


@dataclass(frozen=True, slots=True)
class Caps:
    """Where a turn ends, however willing a model is to go on. Time waiting for a person does not count."""

    steps: int = 16
    approval_hours: int = 24
    """How long a change waits for a person's word."""
    seconds: float = 600.0
    output_units: int = 1_000_000
    context_tokens: int = 8_000
    context_messages: int = 50
    shipped: Shipped = field(default_factory=Shipped)
    """How an answer is to be, where nobody asked for anything else."""


@dataclass(frozen=True, slots=True)
class Means:
    """Everything a turn works with."""

    reads: Reads
    writer: Writer
    clock: Clock
    tools: Tools
    models: Models
    callers: Callers
    caps: Caps
    prices: Prices = field(default_factory=Prices)
    under_way: UnderWay = field(default_factory=UnderWay)
    """What the turns of this node draw on budgets just now."""
    told: ToldBefore = field(default_factory=nothing_told)
    """What models said on this node, and may be told again."""

    async def caller(self, user_id: str, project_id: str) -> Caller | None:
        """Somebody in a project as they stand now; None when they may no longer be there.

        Asked for anew before everything that is done on their behalf: rights that change count at once.
        """
        async with self.reads.read() as connection:
            return await self.callers.caller(connection, user_id, project_id)
