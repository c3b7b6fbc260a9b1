"""Two clauses of one sentence: whether what the second says may have been meant for the first."""

from parlour.models.intents.fitting import Fit
from parlour.models.intents.frames import slot_key
from parlour.models.intents.outcome import Outcome


def has_target(found: tuple[Fit, ...] | Outcome) -> bool:
    """Whether a half was understood and names what it is about: "the kitchen and hall lights" share their noun."""
    if not isinstance(found, tuple):
        return False
    last = found[-1].bound.frame
    return last.act is None or slot_key(last.slots[0]) in found[-1].fills or not last.slots[0].takes


def adds(base: Fit, fit: Fit) -> bool:
    """Whether a second half says something that may have been meant for the first one too."""
    added = fit.fills.keys() - base.fills.keys()
    if base.bound.frame.act is not None and _names(base):
        added -= {"@room"}
    return bool(added) or (fit.place is not None and base.place is None)


def _names(fit: Fit) -> bool:
    """Whether what a command is about has a name: then a place behind the next thing is of that thing alone."""
    target = fit.fills.get(slot_key(fit.bound.frame.slots[0]))
    return target is not None and target.tag.role == "name"
