"""The talk before what is said now, understood only when something asks for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from parlour.models.intents.fitting import Fit
from parlour.models.intents.followup import Turn
from parlour.models.intents.outcome import Asked, Outcome, Plan
from parlour.models.intents.resolving import Resolver


@dataclass(frozen=True, slots=True)
class TalkNow:
    """What is said now, and what was said before."""

    resolver: Resolver
    turns: Sequence[Turn]
    before: Callable[[], Outcome | None]
    """What the turn before came to; None where there is none, or it is too far away."""

    @property
    def text(self) -> str:
        """What was said now, as it was written."""
        return self.turns[-1].text if self.turns else ""

    def last_fit(self) -> Fit | None:
        """The fit of the question before, when it was understood as it was answered then."""
        before = self.before()
        called = self.turns[-2].calls if len(self.turns) > 1 else ()
        if not isinstance(before, Plan) or [tool for tool, _ in before.calls()] != [name for name, _ in called]:
            return None
        return before.fits[-1]

    def pending(self) -> Asked | None:
        """The question of ours that is still open."""
        if len(self.turns) < 2 or self.turns[-2].calls:
            return None
        before = self.before()
        return before if isinstance(before, Asked) else None


def disagreement(first: Fit, second: Fit, resolver: Resolver) -> Asked | None:
    """A question when two readings name different things."""
    one, other = resolver.resolve((first,)), resolver.resolve((second,))
    if not isinstance(one, Plan) or not isinstance(other, Plan) or first.bound != second.bound:
        return None
    for key, fill in first.fills.items():
        mine, theirs = one.arguments[0].get(key), other.arguments[0].get(key)
        if mine != theirs and isinstance(mine, str) and isinstance(theirs, str) and theirs in resolver.index.things:
            return Asked("which", (first,), 0, key, fill.said, tuple(sorted({mine, theirs})))
    return None
