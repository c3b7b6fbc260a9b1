"""The bodies of `/models/routing` and `/models/instances`: whom a question goes to, and how each of them does."""

from typing import Annotated, Literal

from pydantic import Field

from parlour.protocol.content import Problem, Value
from parlour.protocol.providers import ModelName

Tier = Literal["fast", "balanced", "strong"]
Strategy = Literal["round_robin", "least_connections", "response_time", "adaptive"]
Place = Literal["fast", "balanced", "strong", "fallback"]
"""Where a model stands in the routes."""

Names = Annotated[list[ModelName], Field(max_length=20)]
Connections = Annotated[int, Field(ge=1, le=10_000)]
Capability = Annotated[float, Field(ge=0, le=1)]


class InstanceRule(Value):
    """What is known of one model; what is None is as for all."""

    max_connections: Connections | None = None
    capability: Capability | None = None
    """How much it can, from 0 to 1. Unless said, by the best tier it stands in."""


class Routing(Value):
    """Whom a question goes to. Models are called by their names; one that may not be asked is passed over."""

    fast: Names = Field(default_factory=list[str])
    balanced: Names = Field(default_factory=list[str])
    strong: Names = Field(default_factory=list[str])
    fallback: Names = Field(default_factory=list[str])
    """Who answers when those before could not, in this order."""
    strategy: Strategy = "adaptive"
    """Who of several that can answer is asked."""
    max_connections: Connections = 1_000
    """How many answers one model may be writing at a time, on each server."""
    instances: Annotated[dict[ModelName, InstanceRule], Field(max_length=100)] = Field(
        default_factory=dict[str, InstanceRule]
    )
    """What differs for some models, by their names."""

    def tier(self, tier: Tier) -> list[str]:
        """The models of a tier."""
        return {"fast": self.fast, "balanced": self.balanced, "strong": self.strong}[tier]

    @property
    def names(self) -> list[str]:
        """Every model that stands somewhere, once."""
        return list(dict.fromkeys((*self.fast, *self.balanced, *self.strong, *self.fallback, *self.instances)))


class RoutingView(Value):
    """The routes that are in force, and where they were decided."""

    routing: Routing
    source: Literal["environment", "app"]


class InstanceView(Value):
    """One model of one provider, as it does at the server that was asked. Every server counts for itself."""

    model: str
    host: str
    """Where the talk goes."""
    places: list[Place]
    state: Literal["ready", "resting", "trying", "full", "failing"]
    """Whether it is asked. One that is `resting` failed too often; `trying` lets one question through after that;
    `full` writes as many answers as it may; `failing` failed more than half of what it was asked in the last minute."""
    breaker: Literal["closed", "open", "half_open"]
    score: float
    """By which `adaptive` chooses: the highest wins."""
    capability: float
    connections: int
    """How many answers it is writing."""
    max_connections: int
    average_seconds: float | None
    """How long an answer took, over the last 50; None before the first."""
    success_rate: float
    """Over the last 50 that came to an end."""
    error_rate: float
    """In the last minute; 0 for fewer than five calls."""
    calls: int
    errors: int
    failures_in_a_row: int
    rests_until: str | None
    """When it is tried again."""
    last_error: Problem | None
    last_error_at: str | None
    since: str
    """Since when all this was counted."""


class InstanceList(Value):
    """Every model that may be asked, besides the built-in one."""

    instances: list[InstanceView]
