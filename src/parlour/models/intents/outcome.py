"""What can come of a question: calls, a question back, a refusal, or something merely polite."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from parlour.models.intents.fitting import Fit

Why = Literal["which", "sure", "missing", "antecedent", "meant"]
"""Which of several; whether it is this one; something is missing; a pronoun without anything before it; whether all
of it is meant so, of a command that was asked as a question, or that another reader reads otherwise."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything is understood: these calls, each with the fit that it comes from."""

    fits: tuple[Fit, ...]
    arguments: tuple[Mapping[str, JsonValue], ...]

    def calls(self) -> list[tuple[str, dict[str, JsonValue]]]:
        """What is to be called: the same only once, and things that are told the same together."""
        found: list[tuple[str, dict[str, JsonValue]]] = []
        for fit, arguments in zip(self.fits, self.arguments, strict=True):
            call = (fit.bound.tool, dict(arguments))
            if call in found:
                continue
            many = fit.bound.frame.slots[0].argument if fit.bound.frame.act is not None else ""
            same = next((c for t, c in found if many and t == call[0] and _but(c, many) == _but(call[1], many)), None)
            if same is None:
                found.append(call)
            else:
                same[many] = _joined(same[many], call[1][many])
        return found


def _but(arguments: Mapping[str, JsonValue], key: str) -> dict[str, JsonValue]:
    return {k: v for k, v in arguments.items() if k != key}


def _joined(one: JsonValue, other: JsonValue) -> JsonValue:
    lists = [each for each in (one, other) if isinstance(each, list)]
    return list(dict.fromkeys(str(value) for values in lists for value in values))


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
    together: bool = False
    """Whether all that an answer leaves is meant, and not one of it."""


@dataclass(frozen=True, slots=True)
class Declined:
    """Not understood, or not to be done. `words` are what stays unexplained."""

    why: Literal["command", "words", "nothing", "absent", "unmeasured", "bare", "unable", "unsuitable", "naming"]
    words: tuple[str, ...] = ()
    """What is not understood; of what a thing is unable to do, the ability."""
    thing: str | None = None
    """The id of what was named, for a bare name; of the place, where nothing measures what was asked for; of what is
    unable to do something."""


@dataclass(frozen=True, slots=True)
class Social:
    """A greeting, thanks, a question about what can be asked, or a no to a question of ours."""

    kind: Literal["greeting", "thanks", "help", "dropped"]


Outcome = Plan | Asked | Declined | Social
