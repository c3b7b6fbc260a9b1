"""The words of a turn: what its machine asks for, and what it is told in return. Values only."""

from dataclasses import dataclass
from typing import Literal

from parlour.models.base import FinishReason, Keepsake, RequestedCall
from parlour.protocol.content import Json, Problem, Usage
from parlour.tools.asking import Asking
from parlour.tools.outcomes import Outcome
from parlour.tools.plan import Place

# --- settled: what is kept for ever, in canonical form -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tried:
    """A request to a model that came to nothing, or to words that were taken back."""

    model: str
    at: str
    """When it failed."""
    seen: Json | None
    """What the model was shown, as in `ModelStep`."""


@dataclass(frozen=True, slots=True)
class ModelStep:
    """One whole answer of a model: its words, and the tools it asked for."""

    text: str
    reasoning: str
    calls: tuple[RequestedCall, ...]
    reason: FinishReason
    model: str
    usage: Usage | None = None
    keepsake: Keepsake | None = None
    seen: Json | None = None
    """What the model was shown, by kind and in tokens, and what was cut from it."""
    asked: tuple[str, ...] = ()
    """Everybody who was asked for it, in order, by the names we know them by."""
    plan: tuple[Place, ...] = ()
    """The places of those of its calls that wait for others."""
    expected_s: float | None = None
    """How long its calls were expected to take in all, where there are several and that was known."""
    cached: bool = False
    """It had been said to the same before, and was told again: nobody was asked."""
    tried: tuple[Tried, ...] = ()
    """The requests for it before, in order, as far as its owner knows of them."""


@dataclass(frozen=True, slots=True)
class ToolStep:
    """What came of one call."""

    outcome: Outcome


Settled = ModelStep | ToolStep

# --- what the machine asks for -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CallModel:
    """Ask the model, with everything settled so far. Answered by `Answered`, `Broke` or `Interrupted`."""


@dataclass(frozen=True, slots=True)
class RunTools:
    """See that each of these calls is running, and wait for the first to end.

    Answered by `Ran`, by `Asked` where a person has to say yes first, by `Interrupted`, or by `Broke` where whoever
    asked may no longer be here.
    """

    calls: tuple[RequestedCall, ...]


@dataclass(frozen=True, slots=True)
class Emit:
    """Settle a step and say so. Answered by None, or by `Overtaken`."""

    settled: Settled
    labels: tuple[str, ...] = ()
    """Of a model's answer what each of its calls does, in words."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Put a call to a person, and say so. Answered by None."""

    asking: Asking


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing can be done until a person gives their word: the turn rests, and somebody goes on with it then."""


@dataclass(frozen=True, slots=True)
class Finish:
    """The end. `last` is the step that ended it, not settled yet, maybe cut; None where nothing new was said."""

    status: Literal["completed", "stopped", "failed"]
    reason: str | None = None
    problem: Problem | None = None
    last: ModelStep | None = None
    asked: tuple[str, ...] = ()
    """Everybody who was asked for a step that nobody answered, in order."""


Step = CallModel | RunTools | Emit | Ask | Wait | Finish

NOBODY = Problem(code="forbidden", message="The answer was ended: who asked may no longer use this project.")

# --- what it is told -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answered:
    """The model answered to the end."""

    step: ModelStep
    labels: tuple[str, ...] = ()
    """What each of its calls does, in the words of the tools that it was offered."""


@dataclass(frozen=True, slots=True)
class Broke:
    """It cannot go on, or nobody could answer: `partial` is what the last one had said, `asked` everybody asked."""

    problem: Problem
    partial: ModelStep | None = None
    asked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ran:
    """A tool came back."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Asked:
    """A person has to say yes first."""

    asking: Asking


@dataclass(frozen=True, slots=True)
class Overtaken:
    """What was to be settled no longer fitted what stands: nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """A person stopped it, or a limit did: "stopped", "time_limit", "output_limit"."""

    reason: str
    partial: ModelStep | None = None
    asked: tuple[str, ...] = ()


Reply = Answered | Broke | Ran | Asked | Overtaken | Interrupted | None
