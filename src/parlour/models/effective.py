"""What counts for a question: what each scope decided, laid over each other, the nearest first.

    message        what was asked for with the question, or by asking again
    conversation   what was chosen for this conversation
    user           the defaults of whoever asks
    project        those of the project that the conversation is in
    tenant         those of the house
    system         how the server was started, and what is shipped

Every value is taken from the nearest scope that says something about it. A model that cannot answer now is passed
over, with the reason; but not where the message itself asked for it: what somebody wants this once is never replaced
in silence.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from parlour.errors import NotAvailable
from parlour.protocol.content import Parameters
from parlour.protocol.effective import ModelSettings, Scope

SCOPES: tuple[Scope, ...] = ("message", "conversation", "user", "project", "tenant", "system")
"""The nearest first."""


class Decision(Protocol):
    """What one scope decided."""

    @property
    def scope(self) -> Scope:
        """Who decided it."""
        ...

    @property
    def settings(self) -> ModelSettings:
        """What."""
        ...


@dataclass(frozen=True, slots=True)
class Said:
    """A decision as it is."""

    scope: Scope
    settings: ModelSettings


@dataclass(frozen=True, slots=True)
class Skipped:
    """A model that a scope decided for, and why it cannot answer."""

    scope: Scope
    model: str
    why: str


@dataclass(frozen=True, slots=True)
class Effective:
    """What comes of all decisions."""

    model: str | None
    """None where no scope decided for somebody who can answer."""
    parameters: Parameters
    origins: Mapping[str, Scope]
    """Of each value that somebody decided, by its name, who did."""
    skipped: tuple[Skipped, ...] = ()


WhyNot = Callable[[str], str | None]
"""From the name of a model or a tier to why it cannot answer; None where it can."""


def effective(decisions: Sequence[Decision], why_not: WhyNot) -> Effective:
    """What counts. Raises NotAvailable, with the reason, where the message asked for a model that cannot answer."""
    ordered = sorted(decisions, key=lambda one: SCOPES.index(one.scope))
    parameters, origins = Parameters(), dict[str, Scope]()
    for decision in ordered:
        said = decision.settings.parameters
        for name in said.model_dump(exclude_none=True):
            origins.setdefault(name, decision.scope)
        parameters = parameters.over(said)
    skipped: list[Skipped] = []
    for decision in ordered:
        wanted = decision.settings.model
        if wanted is None:
            continue
        why = why_not(wanted)
        if why is None:
            return Effective(wanted, parameters, {"model": decision.scope, **origins}, tuple(skipped))
        if decision.scope == "message":
            raise NotAvailable(why)
        skipped.append(Skipped(decision.scope, wanted, why))
    return Effective(None, parameters, origins, tuple(skipped))


@dataclass(frozen=True, slots=True)
class Shipped:
    """What counts where no scope says anything, and what none may go beyond."""

    acting: float = 0.1
    """The temperature of an answer that may call tools: low, since it acts."""
    talking: float = 0.7
    """Of one that cannot: higher, since it is prose."""
    max_tokens: int = 2_048
    """How long an answer may be where nobody said."""
    ceiling: int = 4_096
    """How long it may be whatever anybody says."""

    def below(self, parameters: Parameters, *, has_tools: bool) -> Parameters:
        """`parameters` with what they leave open filled in, and held to the ceiling."""
        temperature = self.acting if has_tools else self.talking
        filled = parameters.over(Parameters(temperature=temperature, max_tokens=self.max_tokens))
        return filled.model_copy(update={"max_tokens": min(filled.max_tokens or self.ceiling, self.ceiling)})
