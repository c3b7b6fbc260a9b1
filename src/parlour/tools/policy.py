"""Whether a call that changes something runs, is put to a person first, or is refused: one table, and nothing else.

Reading is for everybody who may read, and comes nowhere near this.
"""

from dataclasses import dataclass

from parlour.protocol.content import Effect, UserRole
from parlour.protocol.roles import ROLES, permissions_of
from parlour.tools.asking import Reason

_GRAVITY: dict[Effect, int] = {"read": 0, "control": 1, "write": 2, "destructive": 3}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A call that would change something, as far as the rules look at it."""

    effect: Effect
    subject: str = ""
    """What a rule about such calls would be about; "" where none can be."""
    is_permitted: bool = True
    """Whether who asks may make such calls."""
    is_remembered: bool = False
    """Whether they said that they need not be asked about its subject."""
    is_after_acting: bool = False
    """Whether an earlier answer to the same question has acted already."""
    is_tainted: bool = False
    """Whether a language model proposes it after reading what is not to be trusted."""
    is_in_doubt: bool = False
    """Whether it may have been done already, and nobody can tell."""


@dataclass(frozen=True, slots=True)
class Run:
    """It runs at once."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A person is asked first. `remember` is what "always" would mean, where it may be said."""

    reason: Reason
    remember: str | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """Who asks may not do this."""


Verdict = Run | Ask | Refuse


def graver(one: Effect, other: Effect | None) -> Effect:
    """The graver of two effects."""
    return one if other is None or _GRAVITY[one] >= _GRAVITY[other] else other


def permissions_for(effect: Effect, permission: str) -> tuple[str, str]:
    """What somebody has to hold for a call: what its tool asks for, and what its effect does."""
    return permission, f"tools:{effect}"


def roles_that_may(effect: Effect, permission: str) -> tuple[UserRole, ...]:
    """The roles that may use a tool with this effect, which asks for this permission."""
    needed = permissions_for(effect, permission)
    return tuple(role for role in ROLES if permissions_of(role).issuperset(needed))


def judged(proposal: Proposal) -> Verdict:
    """What becomes of a proposal by the shipped rules and those that were remembered."""
    match proposal:
        case Proposal(is_permitted=False):
            return Refuse()
        case Proposal(is_in_doubt=True):
            return Ask("unknown")
        case Proposal(is_after_acting=True):
            return Ask("again")
        case Proposal(is_tainted=True):
            return Ask("tainted")
        case Proposal(effect="destructive"):
            return Ask("effect")
        case Proposal(effect="write", is_remembered=False):
            return Ask("effect", f"Always here, for {proposal.subject}" if proposal.subject else None)
        case _:
            return Run()
