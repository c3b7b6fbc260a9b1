"""Choosing among the ways in which a question may be mended: only what every one of them agrees with is answered."""

from collections.abc import Callable, Iterable

from parlour.models.intents.clauses import Words
from parlour.models.intents.commanding import sure_of
from parlour.models.intents.mending import Mended
from parlour.models.intents.outcome import Asked, Outcome, Plan
from parlour.models.intents.referring import PLACE_KEY


def reread(mendings: Iterable[Mended], read: Callable[[Words], Outcome]) -> tuple[Words, Plan | Asked] | None:
    """The mended words and what they come to, where all mendings that explain everything come to the same.

    One that says more than the others is that one, as long as it says all that they say.
    """
    found: list[tuple[Words, Plan | Asked]] = []
    for mended in mendings:
        outcome = read(mended.words)
        if isinstance(outcome, Plan):
            found.append((mended.words, _asked_about(outcome, mended.doubtful)))
        elif isinstance(outcome, Asked) and outcome.candidates:
            found.append((mended.words, outcome))
    best = max(found, key=lambda pair: _worth(pair[1]), default=None)
    if best is None or not all(_within(outcome, best[1]) for _, outcome in found):
        return None
    return best if isinstance(best[1], Plan) or best[1].candidates else None


def _asked_about(plan: Plan, doubtful: frozenset[str]) -> Plan | Asked:
    """The plan, unless a whole name or noun in it was mended from a word that is English: then a question.

    A command is asked about where any word of it was.
    """
    if doubtful and not isinstance(sure := sure_of(plan), Plan):
        return sure
    for at, fit in enumerate(plan.fits):
        for key, fill in [*fit.fills.items(), *((PLACE_KEY, p) for p in [fit.place] if p is not None)]:
            if fill.said in doubtful and not (fill.tag.role == "state" and key.startswith("@")):
                value = plan.arguments[at].get(key)
                things = (value,) if fill.tag.role == "name" and isinstance(value, str) else ()
                return Asked("sure", plan.fits, at, key, fill.said, things)
    return plan


def _worth(outcome: Plan | Asked) -> int:
    """How many words mean something in it, those that nothing hangs on left aside."""
    return sum(f.explained + (f.place is not None) for f in outcome.fits)


def _within(one: Plan | Asked, other: Plan | Asked) -> bool:
    """Whether an outcome says nothing that the other does not say too."""
    if isinstance(one, Plan) and isinstance(other, Plan):
        if [f.bound.tool for f in one.fits] != [f.bound.tool for f in other.fits]:
            return False
        both = zip(one.arguments, other.arguments, strict=True)
        return all(key in theirs and theirs[key] == value for mine, theirs in both for key, value in mine.items())
    return isinstance(one, Asked) and isinstance(other, Asked) and one.candidates == other.candidates
