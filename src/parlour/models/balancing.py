"""Whom to ask of several who can answer. Pure: from how each stands to who is next."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from parlour.protocol.routing import Strategy

OF_SPEED, OF_SUCCESS, OF_ROOM, OF_CAPABILITY = 0.4, 0.3, 0.2, 0.1


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody who can answer stands."""

    connections: int = 0
    """How many answers it is writing."""
    max_connections: int = 1_000
    average_seconds: float = 0.0
    """How long an answer takes; 0 before the first, so that whoever is new is tried."""
    success_rate: float = 1.0
    capability: float = 0.5
    last_picked: int = 0
    """Rises with every choice; 0 for whoever was never chosen."""


class Stands(Protocol):
    """Somebody who can be chosen."""

    @property
    def standing(self) -> Standing:
        """How they stand now."""
        ...


Someone = TypeVar("Someone", bound=Stands)


def score(standing: Standing) -> float:
    """How good a choice somebody is, from 0 to 1.

    0.4 · 1 / (1 + average seconds) + 0.3 · success rate + 0.2 · (1 - connections / most) + 0.1 · capability
    """
    return (
        OF_SPEED / (1 + standing.average_seconds)
        + OF_SUCCESS * standing.success_rate
        + OF_ROOM * (1 - standing.connections / standing.max_connections)
        + OF_CAPABILITY * standing.capability
    )


_LEAST: dict[Strategy, Callable[[Standing], float]] = {
    "round_robin": lambda standing: standing.last_picked,
    "least_connections": lambda standing: standing.connections,
    "response_time": lambda standing: standing.average_seconds,
    "adaptive": lambda standing: -score(standing),
}
"""By what each strategy chooses: the least wins."""


def next_of(able: Sequence[Someone], strategy: Strategy) -> Someone:
    """Who is asked next of those who can answer, at least one; of equals the first."""
    return able[0] if len(able) == 1 else min(able, key=lambda one: _LEAST[strategy](one.standing))
