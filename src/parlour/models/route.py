"""Who may answer a turn, and how: the words between the turn, which asks, and whatever knows the models."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol

from parlour.models.base import Model, ModelProblem
from parlour.protocol.content import Parameters


@dataclass(frozen=True, slots=True)
class Wish:
    """For whom an answer is wanted, and what they asked for: it decides whose settings count."""

    tenant_id: str
    project_id: str
    user_id: str
    conversation_id: str | None = None
    """None where none is begun yet."""
    model: str | None = None
    """A model or a tier by its name; None for whoever answers by default."""
    parameters: Parameters = field(default_factory=Parameters)


@dataclass(frozen=True, slots=True)
class Load:
    """What is known of a step before anybody is asked: how much is in it decides how strong a model has to be."""

    text: str
    """What the person said."""
    tool_results: int = 0
    """How many results of tools the answer has to make something of."""


class Route(Protocol):
    """Those who may answer one turn, the best first, and how they are to."""

    @property
    def name(self) -> str:
        """Who answers, as far as it can be told before anything is known of the step."""
        ...

    @property
    def parameters(self) -> Parameters:
        """How the answer is to be, everything resolved."""
        ...

    def pick(self, load: Load, failed: Collection[str] = ()) -> Model:
        """Who answers a step, of those whose names are not among the `failed`.

        Raises NobodyLeft, with what a person can do.
        """
        ...


@dataclass(frozen=True, slots=True)
class OnlyOne:
    """A route of one model."""

    model: Model
    parameters: Parameters = field(default_factory=Parameters)

    @property
    def name(self) -> str:
        return self.model.name

    def pick(self, load: Load, failed: Collection[str] = ()) -> Model:
        if self.model.name in failed:
            raise NobodyLeft
        return self.model


NOBODY_LEFT = (
    "I'm sorry, no healthy model is there to answer this just now. Try rephrasing your question, or ask again in a "
    "moment. Check system status: the settings say which models rest, and until when."
)
"""The last resort: what stands for an answer when nobody could give one."""


class NobodyLeft(ModelProblem):
    """Whoever could answer has failed, rests, or has no room."""

    def __init__(self) -> None:
        super().__init__("no_model_left", NOBODY_LEFT)
