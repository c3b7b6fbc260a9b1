"""The talk before what is said now, understood only when something asks for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from parlour.models.intents.fitting import Fit
from parlour.models.intents.followup import Turn
from parlour.models.intents.outcome import Asked, Declined, Outcome, Plan, Social
from parlour.models.intents.resolving import Resolver

_MOST_THANKS = 2
"""So many turns that ask for nothing are passed over."""


@dataclass(frozen=True, slots=True)
class TalkNow:
    """What is said now, and what was said before."""

    resolver: Resolver
    turns: Sequence[Turn]
    before: Callable[[int], Outcome | None]
    """What came of the turn so many turns back; None where there is none, or it is too far away."""

    @property
    def text(self) -> str:
        """What was said now, as it was written."""
        return self.turns[-1].text if self.turns else ""

    def last_fit(self) -> Fit | None:
        """The fit of the question before, when it was understood as it was answered then; thanks are none."""
        back = next((n for n in range(1, _MOST_THANKS + 1) if not self._is_idle(n)), _MOST_THANKS + 1)
        before = self.before(back)
        called = self.turns[-1 - back].calls if len(self.turns) > back else ()
        if not isinstance(before, Plan) or [tool for tool, _ in before.calls()] != [name for name, _ in called]:
            return None
        return before.fits[-1]

    def pending(self) -> Asked | None:
        """The question of ours that is still open."""
        if len(self.turns) < 2 or self.turns[-2].calls:
            return None
        before = self.before(1)
        return before if isinstance(before, Asked) else None

    def _is_idle(self, back: int) -> bool:
        """Whether nothing was asked for so many turns back, but somebody was thanked or greeted."""
        if len(self.turns) <= back or self.turns[-1 - back].calls:
            return False
        before = self.before(back)
        if isinstance(before, Social):
            return before.kind in ("thanks", "greeting")
        return isinstance(before, Declined) and before.why == "nothing"


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
