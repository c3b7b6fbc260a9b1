"""The bodies of `/models/settings` and `/models/effective`: what each scope decided, and what comes of it."""

from typing import Annotated, Literal

from pydantic import Field

from parlour.protocol.content import Parameters, Value
from parlour.protocol.providers import ModelName

Scope = Literal["message", "conversation", "user", "project", "tenant", "system"]
"""Who decided something: what was asked with the message itself, the conversation, the person, its project, the house,
or how the server was started. The nearest one that says something counts."""


def kind_of(kept: str) -> Scope:
    """The scope of what is kept under `tenant`, `user:<id>` and the like."""
    match kept.partition(":")[0]:
        case "conversation" | "user" | "project" as kind:
            return kind
        case _:
            return "tenant"


class ModelSettings(Value):
    """What one scope decides; None is left to the next one."""

    model: ModelName | None = None
    """Who answers: a model, or a tier."""
    parameters: Parameters = Parameters()
    """How."""
    favourites: Annotated[list[ModelName], Field(max_length=100)] = Field(default_factory=list[str])
    """Models that a person wants to see first. Of a person only."""
    own_keys: bool = False
    """Whether people may bring providers and keys of their own, and owners for their projects. Of the house only."""


class ModelSettingsView(Value):
    """What one scope decided."""

    settings: ModelSettings
    version: int
    """Rises with every change; 0 while nothing was decided."""
    may_change: bool


class NewModelSettings(Value):
    """What a scope decides from now on, in the place of what it did before."""

    settings: ModelSettings
    version: Annotated[int, Field(ge=0)]
    """That of what was read: when somebody has changed it since, nothing is changed."""


class SkippedModel(Value):
    """A model that a scope decided for, and that cannot answer now."""

    scope: Scope
    model: str
    why: str
    """In words."""


class Origins(Value):
    """Where each value that is in force came from; None for one that nobody decided."""

    model: Scope
    temperature: Scope | None = None
    top_p: Scope | None = None
    presence_penalty: Scope | None = None
    frequency_penalty: Scope | None = None
    max_tokens: Scope | None = None
    prefer: Scope | None = None


class EffectiveModels(Value):
    """Who would answer the next question, and how."""

    model: str
    parameters: Parameters
    origins: Origins
    skipped: list[SkippedModel]
    """Who would have answered, the nearest scope first."""
    max_tokens_ceiling: int
    """How long an answer may be at most, whatever anybody decides."""
    favourites: list[str]
    own_keys: bool
    """Whether one may bring providers of one's own."""
