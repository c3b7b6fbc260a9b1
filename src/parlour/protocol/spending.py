"""The bodies of `/usage` and `/budgets`: what requests to models used, and what they may.

Money is whole billionths of a US dollar, so that sums add up. Days and months begin at midnight UTC.
"""

from typing import Annotated, Literal

from pydantic import Field

from parlour.protocol.content import Value
from parlour.protocol.rest import Line

DOLLAR = 1_000_000_000
"""A US dollar in billionths."""

Grouping = Literal["day", "model", "provider", "user", "project", "conversation"]
Period = Literal["turn", "day", "month", "ever"]
"""How long a budget lasts: one answer, a day, a month, or for good."""
ScopeKind = Literal["tenant", "project", "user", "provider"]

Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Scope = Annotated[Line, Field(max_length=80, pattern=r"^(tenant|(project|user|provider):.+)$")]
"""Whose budget it is: `tenant` for the whole house, `project:<id>`, `user:<id>` or `provider:<name>`."""
Amount = Annotated[int, Field(ge=0, le=10**15)]


class Spent(Value):
    """What a number of requests used, together."""

    requests: int
    """Those that were answered, cut or failed."""
    prompt_tokens: int
    cached_tokens: int
    """Of the prompts: what the provider had read before."""
    completion_tokens: int
    reasoning_tokens: int
    """Of the completions: what the models thought with."""
    total_tokens: int
    cost: int
    """In billionths of a US dollar, of the requests whose price is known."""
    unpriced_requests: int
    """Requests whose price nobody knows; their cost is not in `cost`."""
    estimated_requests: int
    """Requests whose tokens the provider did not report, so that they are estimated."""
    duration_ms: int


class SpentBy(Spent):
    """What the requests of one day, model, provider, person, project or conversation used."""

    key: str
    """The day, the name of the model or provider, or an id; "" for all that are too many to be shown one by one."""
    name: str | None
    """What people call it; None where one may not know, or it is gone."""


class UsageReport(Value):
    """What was used in a period, both days included. The rows add up to `total`."""

    since: str
    until: str
    by: Grouping
    total: Spent
    rows: list[SpentBy]
    """By day in order, anything else by cost, the dearest first."""


class BudgetLimits(Value):
    """What a budget allows; what is None is not limited."""

    max_cost: Amount | None = None
    """In billionths of a US dollar."""
    max_tokens: Amount | None = None
    """Of prompts and answers together."""
    max_seconds: Annotated[int, Field(ge=0, le=10**9)] | None = None
    """Of models at work."""


class NewBudget(BudgetLimits):
    """A budget as it is to be from now on; it takes the place of one of the same scope and period."""

    scope: Scope
    period: Period


class BudgetView(BudgetLimits):
    """A budget, and how much of it is used."""

    id: str
    scope: str
    kind: ScopeKind
    name: str
    """Whose it is, as people call it."""
    period: Period
    used: Spent | None
    """In the present period; None for a budget of each single answer."""
    share: float
    """How much of what is scarcest is used up: 0.8 is 80 %."""
    begins_anew: str | None
    """When the next period begins; None where there is none."""


class BudgetList(Value):
    """Budgets, those of the house first."""

    budgets: list[BudgetView]


class NearlyUsed(Value):
    """A budget that somebody's next question would draw on, and that is nearly or wholly used up."""

    budget_id: str
    kind: ScopeKind
    share: float
    text: str
    """In words, for the person who asks."""


class NearlyUsedList(Value):
    """Budgets that are nearly used up, the scarcest first."""

    budgets: list[NearlyUsed]
