"""Who may answer a turn, and how: the words between the turn, which asks, and whatever knows the models."""

from collections.abc import Collection
from dataclasses import dataclass, field
from types import TracebackType
from typing import Protocol, Self

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


class Seat(Protocol):
    """What one step of an answer holds while it asks: room at whoever it picked, which nobody else has until then.

    To be entered; on leaving it the room is given back, however the step ended.
    """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def pick(self, load: Load, failed: Collection[str] = ()) -> Model:
        """Who answers a step, of those whose names are not among the `failed`.

        Whoever was picked before is let go of when it is somebody else. Raises NoRoom where somebody only has no room
        just now, AllBusy where that is not waited for, else NobodyLeft, with what a person can do.
        """
        ...

    async def room(self, load: Load, failed: Collection[str] = ()) -> None:
        """Wait until `pick` finds somebody: whoever asked first is first. To be ended by cancelling it.

        Raises AllBusy when it took too long, and NobodyLeft when there is nobody left to wait for.
        """
        ...

    def has_left(self, load: Load, failed: Collection[str]) -> bool:
        """Whether somebody who is not among the `failed` could be asked now. Nobody is chosen by it."""
        ...


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

    def seat(self) -> Seat:
        """A way to ask them, for one step."""
        ...


@dataclass(frozen=True, slots=True)
class OnlyOne:
    """A route of one model, who always has room; its own seat."""

    model: Model
    parameters: Parameters = field(default_factory=Parameters)

    @property
    def name(self) -> str:
        return self.model.name

    def seat(self) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    def pick(self, load: Load, failed: Collection[str] = ()) -> Model:
        if self.model.name in failed:
            raise NobodyLeft
        return self.model

    async def room(self, load: Load, failed: Collection[str] = ()) -> None:
        self.pick(load, failed)

    def has_left(self, load: Load, failed: Collection[str]) -> bool:
        return self.model.name not in failed


NOBODY_LEFT = (
    "I'm sorry, no healthy model is there to answer this just now. Try rephrasing your question, or ask again in a "
    "moment. Check system status: the settings say which models rest, and until when."
)
"""The last resort: what stands for an answer when nobody could give one."""


ALL_BUSY = (
    "I'm sorry, every model that could answer this writes as many answers as it may just now. Ask again in a moment."
)
"""The same where nothing is wrong with any of them."""


class NobodyLeft(ModelProblem):
    """Whoever could answer has failed, rests, or has no room."""

    def __init__(self, words: str = NOBODY_LEFT) -> None:
        super().__init__("no_model_left", words)


class AllBusy(NobodyLeft):
    """Whoever is left has no room, and nobody waits any longer."""

    def __init__(self) -> None:
        super().__init__(ALL_BUSY)


class NoRoom(NobodyLeft):
    """Whoever could answer writes as many answers as they may; one of them may have room in a moment."""
