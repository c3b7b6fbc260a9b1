"""What a request to a model may use, forecast before it is made: the least that any of its budgets leaves."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.identity.allowances import Allowance, Scarce, begun
from parlour.models.pricing import Price
from parlour.protocol.content import Problem
from parlour.protocol.spending import Spent
from parlour.store.queries.spending import Source, StoredBudget, added, spent_of


class OverBudget(Exception):
    """A budget does not pay for a request, or not to its end."""

    def __init__(self, problem: Problem) -> None:
        """`problem` is budget_exhausted before anything was asked, budget in the middle of an answer."""
        self.problem = problem
        super().__init__(problem.message)


class ProviderOverBudget(OverBudget):
    """It is the budget of the provider alone that does not pay: somebody else may still answer."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one request may use; None is no limit."""

    completion_tokens: int | None = None
    completion_of: tuple[Allowance, Scarce] | None = None
    """Whose limit that is."""
    ms: int | None = None
    ms_of: tuple[Allowance, Scarce] | None = None

    def ended(self, by: tuple[Allowance, Scarce] | None) -> OverBudget:
        """Why the answer ends in its middle."""
        assert by is not None
        allowance, lacking = by
        return _over(allowance, code="budget", message=allowance.ending(lacking))


def granted(allowances: Sequence[Allowance], price: Price | None, prompt: int) -> Grant:
    """What a request with a prompt of so many tokens may use.

    Raises OverBudget where that is no answer at all, ProviderOverBudget where only the provider's budget is in the way.
    Money is not counted where nobody knows the price.
    """
    grant = Grant()
    for allowance in sorted(allowances, key=_is_of_provider):
        for lacking, room in _rooms(allowance, price, prompt):
            if room <= 0:
                raise _over(allowance, code="budget_exhausted", message=allowance.refusal(lacking))
            if lacking.kind == "time":
                if grant.ms is None or room < grant.ms:
                    grant = Grant(grant.completion_tokens, grant.completion_of, room, (allowance, lacking))
            elif grant.completion_tokens is None or room < grant.completion_tokens:
                grant = Grant(room, (allowance, lacking), grant.ms, grant.ms_of)
    return grant


def _is_of_provider(allowance: Allowance) -> bool:
    return allowance.budget.kind == "provider"


def _over(allowance: Allowance, code: str, message: str) -> OverBudget:
    kind = ProviderOverBudget if _is_of_provider(allowance) else OverBudget
    return kind(Problem(code=code, message=message))


def _rooms(allowance: Allowance, price: Price | None, prompt: int) -> Iterable[tuple[Scarce, int]]:
    """Each thing that a budget limits, and what it leaves for the answer: tokens, or milliseconds."""
    if allowance.cost is not None and price is not None:
        room = price.affordable(prompt, allowance.cost.left)
        if room is not None:
            yield allowance.cost, room
    if allowance.tokens is not None:
        yield allowance.tokens, allowance.tokens.left - prompt
    if allowance.time is not None:
        yield allowance.time, allowance.time.left


@dataclass(slots=True)
class LongAgo:
    """What was used of budgets until yesterday, which nothing changes any more: so it is summed once a day."""

    _until: str = ""
    _sums: dict[tuple[str, str, str], Spent] = field(default_factory=dict[tuple[str, str, str], Spent])

    async def spent_of(self, connection: AsyncConnection, budget: StoredBudget, now: datetime) -> Spent:
        """What was used of a budget in its present period."""
        since, until = begun(budget.period, now), begun("day", now - timedelta(days=1))
        if since >= until:
            return await spent_of(connection, budget, since)
        if until != self._until:
            self._until, self._sums = until, {}
        place = (budget.tenant_id, budget.scope, since)
        if place not in self._sums:
            self._sums[place] = await spent_of(connection, budget, since, until)
        return added([self._sums[place], await spent_of(connection, budget, until)])


Drawn = tuple[Source, Spent]
"""What a request uses, or may use, and where it comes from."""


@dataclass(slots=True)
class UnderWay:
    """What the turns of this node have used and not settled yet, and what they may use in the request they make.

    Who looks what is left and takes of it holds `taking`: so no two take the same.
    """

    taking: asyncio.Lock = field(default_factory=asyncio.Lock)
    long_ago: LongAgo = field(default_factory=LongAgo)
    _by_turn: dict[str, Sequence[Drawn]] = field(default_factory=dict[str, Sequence[Drawn]])

    def put(self, turn_id: str, drawn: Sequence[Drawn]) -> None:
        """A turn draws so much now, in the place of what it drew before."""
        self._by_turn[turn_id] = drawn

    def forget(self, turn_id: str) -> None:
        """A turn draws on nothing any more."""
        self._by_turn.pop(turn_id, None)

    def of_others(self, turn_id: str) -> list[Drawn]:
        """What the other turns draw."""
        return [each for other, drawn in self._by_turn.items() if other != turn_id for each in drawn]
