"""What is left of a budget, and the words for it. Values only; days and months begin at midnight UTC."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

from parlour.clock import isoformat
from parlour.protocol.spending import DOLLAR, Period, Spent
from parlour.store.queries.spending import StoredBudget, added

NEARLY = 0.8
"""How much of a budget is used when people are told."""
FOREVER = "0"
"""Before every moment, as moments are written."""


def begun(period: Period, now: datetime) -> str:
    """When the present period began. A turn has no period: what counts is what it used itself."""
    return FOREVER if period in ("turn", "ever") else isoformat(_midnight(period, now))


def begins_anew(period: Period, now: datetime) -> datetime | None:
    """When the next period begins; None where there is none."""
    match period:
        case "day":
            return _midnight(period, now) + timedelta(days=1)
        case "month":
            return (_midnight(period, now) + timedelta(days=32)).replace(day=1)
        case "turn" | "ever":
            return None


def _midnight(period: Period, now: datetime) -> datetime:
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today.replace(day=1) if period == "month" else today


@dataclass(frozen=True, slots=True)
class Scarce:
    """One thing that a budget limits: how much there is, and how much of it is used."""

    kind: Literal["cost", "tokens", "time"]
    limit: int
    used: int
    words: str
    """The limit in words: "0.01 US dollars"."""

    @property
    def left(self) -> int:
        """What may still be used; never less than nothing."""
        return max(0, self.limit - self.used)

    @property
    def share(self) -> float:
        """How much is used: 1.0 is all of it."""
        return 1.0 if self.left == 0 else self.used / self.limit


@dataclass(frozen=True, slots=True)
class Allowance:
    """A budget at a moment: what was used of it, and what others are about to use."""

    budget: StoredBudget
    used: Spent
    now: datetime
    taken: Sequence[Spent] = ()
    """What requests that are under way may still use."""

    @property
    def cost(self) -> Scarce | None:
        """Money, in billionths of a US dollar."""
        limit = self.budget.max_cost
        return None if limit is None else Scarce("cost", limit, self._all.cost, money(limit))

    @property
    def tokens(self) -> Scarce | None:
        """Tokens, of prompts and answers."""
        limit = self.budget.max_tokens
        return None if limit is None else Scarce("tokens", limit, self._all.total_tokens, f"{limit:,} tokens")

    @property
    def time(self) -> Scarce | None:
        """Milliseconds of models at work."""
        limit = self.budget.max_seconds
        words = f"{limit or 0:,} seconds of models at work"
        return None if limit is None else Scarce("time", limit * 1000, self._all.duration_ms, words)

    @property
    def scarcest(self) -> Scarce:
        """What is used up most."""
        every = [one for one in (self.cost, self.tokens, self.time) if one is not None]
        return max(every, key=lambda one: one.share, default=Scarce("cost", 1, 0, "nothing"))

    @property
    def _all(self) -> Spent:
        return added([self.used, *self.taken])

    def refusal(self, lacking: Scarce) -> str:
        """Why a request that draws on this cannot be made: whose budget, how much, and when it begins anew."""
        if self.taken and self._without_others(lacking):
            return f"{_upper(self.whose)}, {lacking.words}, is taken by answers under way. Ask again in a moment."
        if lacking.left:
            return f"What is left of {self.whose}, {lacking.words}, is not enough for this question. {self.when}"
        return f"{_upper(self.whose)}, {lacking.words}, is used up. {self.when}"

    def ending(self, lacking: Scarce) -> str:
        """Why an answer ends before its end."""
        ended = f"The answer was ended: {self.whose}, {lacking.words}, is used up."
        return f"{ended} What was said so far is kept. {self.when}"

    @property
    def warning(self) -> str:
        """How much is used up, in words."""
        scarcest = self.scarcest
        if scarcest.left == 0:
            return f"{_upper(self.whose)}, {scarcest.words}, is used up. {self.when}"
        return f"{int(scarcest.share * 100)} % of {self.whose}, {scarcest.words}, is used up. {self.when}"

    @property
    def whose(self) -> str:
        """Whose budget it is, for the person who asks: "your budget for this month"."""
        names = {
            "tenant": "the budget of this house",
            "project": f"the budget of the project “{self.budget.name}”",
            "user": "your budget",
            "provider": f"the budget of the provider {self.budget.name}",
        }
        spans = {"turn": " for one answer", "day": " for today", "month": " for this month", "ever": ""}
        return names[self.budget.kind] + spans[self.budget.period]

    @property
    def when(self) -> str:
        """When it begins anew, in words."""
        if self.budget.period == "turn":
            return "The next question has it anew."
        anew = begins_anew(self.budget.period, self.now)
        if anew is None:
            return "It does not begin anew; an admin can raise it."
        return f"It begins anew on {anew.day} {anew:%B %Y} at 00:00 UTC."

    def _without_others(self, lacking: Scarce) -> bool:
        """Whether there would be something left if nobody else were asking."""
        alone: Scarce | None = getattr(replace(self, taken=()), lacking.kind)
        return alone is not None and alone.left > lacking.left


def money(billionths: int) -> str:
    """An amount in words, as exactly as it is short: "0.01 US dollars"."""
    dollars = Decimal(billionths) / DOLLAR
    exact = f"{dollars:,.9f}".rstrip("0")
    whole, _, cents = exact.partition(".")
    return f"{whole}.{cents.ljust(2, '0')} US dollars"


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
