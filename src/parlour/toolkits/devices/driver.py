"""What stands between a home and its real devices. A driver is not trusted: each call has a deadline of ours, and
what it says it did is read back.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pydantic import JsonValue


@dataclass(frozen=True, slots=True)
class Reading:
    """How a device says that it is, in the words of the home: "on", brightness 60."""

    state: str | None
    values: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    """Such as "brightness", "value" with "unit", "target", "color", "mode"; the keys of a device's content."""
    is_there: bool = True
    """False when the driver answers, and the device behind it does not."""
    device_class: str | None = None
    """What it is by the driver's own word, in the words of the home; None where the driver does not say."""
    works_on: tuple[str, ...] | None = None
    """Of a scene, what it sets, as the driver calls it; None where the driver does not say."""


@dataclass(frozen=True, slots=True)
class Known:
    """A device that a driver has."""

    device: str
    """As the driver calls it."""
    name: str
    capabilities: tuple[str, ...]
    """The actions that it takes."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A device is otherwise than before."""

    device: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class Health:
    """How a driver is."""

    state: Literal["connected", "away", "refused"]
    words: str
    """Why, and what to do about it; "" when all is well."""


@dataclass(frozen=True, slots=True)
class Command:
    """What a device is asked to do: nothing that depends on how it is."""

    device: str
    action: str
    value: float | str | None = None
    idempotency_key: str = ""
    """The same whenever the same effect is meant, for a driver that can tell; "" where nothing needs telling."""


class DriverProblem(Exception):
    """A driver could not. `message` is safe for people, and says that nothing was done or that it is not known."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class Gone(DriverProblem):
    """It cannot be reached: what was asked was certainly not done."""


class Rejected(DriverProblem):
    """It answered that it will not: what was asked was certainly not done."""


class Lost(DriverProblem):
    """It went away in the middle: nobody knows whether what was asked was done."""


class Tells(Protocol):
    """Tells devices what to do, and how they are."""

    @property
    def name(self) -> str:
        """What people call it: "Home Assistant"."""
        ...

    async def state(self, device: str) -> Reading:
        """How a device is now. Raises DriverProblem."""
        ...

    async def act(self, command: Command) -> None:
        """Ask a device to do something, and return once the driver acknowledged it. Raises DriverProblem."""
        ...


class Driver(Tells, Protocol):
    """The devices of one home, as far as one system outside has them."""

    async def devices(self) -> Sequence[Known]:
        """What devices it has, and what each can do. Raises DriverProblem."""
        ...

    def changes(self) -> AsyncIterator[Changed]:
        """What changes from now on, for as long as it is connected. Raises DriverProblem."""
        ...

    async def health(self) -> Health:
        """How the driver is. Never raises."""
        ...
