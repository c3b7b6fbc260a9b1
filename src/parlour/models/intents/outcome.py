"""What can come of a question: calls, a question back, a refusal, or something merely polite."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from parlour.models.intents.fitting import Fit

Why = Literal["which", "sure", "missing", "antecedent"]
"""Which of several; whether it is this one; something is missing; a pronoun without anything before it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything is understood: these calls, each with the fit that it comes from."""

    fits: tuple[Fit, ...]
    arguments: tuple[Mapping[str, JsonValue], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """All is understood but one thing; the answer to the question goes into slot `key` of fit `at`."""

    why: Why
    fits: tuple[Fit, ...]
    at: int
    key: str
    said: str
    """The words that are not clear, as written."""
    candidates: tuple[str, ...] = ()
    """The ids among which to choose, in the order in which they are named."""


@dataclass(frozen=True, slots=True)
class Declined:
    """Not understood, or not to be done. `words` are what stays unexplained."""

    why: Literal["command", "words", "nothing", "absent", "unmeasured", "bare"]
    words: tuple[str, ...] = ()
    thing: str | None = None
    """The id of what was named, for a bare name; of the place, where nothing measures what was asked for."""


@dataclass(frozen=True, slots=True)
class Social:
    """A greeting, thanks, or a question about what can be asked."""

    kind: Literal["greeting", "thanks", "help"]


Outcome = Plan | Asked | Declined | Social
