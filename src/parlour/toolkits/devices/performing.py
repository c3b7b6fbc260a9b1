"""Asks devices to do things, and looks whether they did. What was not seen is never claimed."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

from parlour.clock import Clock
from parlour.toolkits.devices.driver import Command, DriverProblem, Gone, Lost, Reading, Rejected, Tells
from parlour.toolkits.devices.planning import Task

T = TypeVar("T")

How = Literal["done", "already", "unconfirmed", "failed"]
"""Seen to be done; as it was before; asked, and not seen; certainly not done."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a driver may take, in seconds."""

    state: float = 4.0
    act: float = 9.0
    settle: float = 5.0
    """How long a device may take to say that it did what its driver acknowledged."""
    first_look: float = 0.05


@dataclass(frozen=True, slots=True)
class Performed:
    """What came of telling one device."""

    task: Task
    how: How
    after: Reading | None
    """How it was found afterwards; None when that could not be told."""
    problem: str = ""
    """What the driver said, where it said that something went wrong."""


class Performer:
    """Tells devices what to do through their drivers."""

    def __init__(self, clock: Clock, patience: Patience | None = None) -> None:
        self._clock = clock
        self._patience = patience or Patience()

    async def reading(self, driver: Tells, device: str) -> Reading:
        """How a device is now. Raises DriverProblem, also when the driver does not answer in time."""
        return await self._within(self._patience.state, driver, driver.state(device))

    async def perform(self, driver: Tells, way: Sequence[Task], idempotency_key: str) -> Performed:
        """Tell one device one thing after the other, and look each time whether it did it.

        It ends with the first that is not seen to be done.
        """
        performed = [await self._step(driver, way[0], idempotency_key)]
        for number, task in enumerate(way[1:], 1):
            if performed[-1].how not in ("done", "already"):
                break
            performed.append(await self._step(driver, task, idempotency_key and f"{idempotency_key}.{number}"))
        last = performed[-1]
        is_new = last.how == "already" and any(each.how == "done" for each in performed)
        return replace(last, how="done") if is_new else last

    async def _step(self, driver: Tells, task: Task, idempotency_key: str) -> Performed:
        command = replace(task.command, idempotency_key=idempotency_key)
        problem = ""
        try:
            await self._within(self._patience.act, driver, driver.act(command))
        except (Gone, Rejected) as refused:
            return Performed(task, "failed", None, refused.message)
        except Lost as lost:
            problem = lost.message
        found = await self._settled(driver, task)
        if found is None:
            return Performed(task, "unconfirmed", None, problem or f"{driver.name} does not answer any more.")
        if not task.is_met_by(found):
            return Performed(task, "unconfirmed", found, problem)
        return Performed(task, "already" if task.was_so else "done", found)

    async def _settled(self, driver: Tells, task: Task) -> Reading | None:
        """How the device is as soon as it is as wanted, or at the end of our patience; None when nobody can tell."""
        until = self._clock.monotonic() + self._patience.settle
        pause = self._patience.first_look
        found: Reading | None = None
        while True:
            try:
                found = await self.reading(driver, task.command.device)
            except DriverProblem:
                found = None
            if (found is not None and task.is_met_by(found)) or self._clock.monotonic() >= until:
                return found
            await self._clock.sleep(pause)
            pause = min(pause * 2, 1.0)

    async def _within(self, seconds: float, driver: Tells, call: Awaitable[T]) -> T:
        deadline = asyncio.timeout(seconds)
        try:
            async with deadline:
                return await call
        except TimeoutError:
            if not deadline.expired():
                raise
            raise Lost(f"{driver.name} did not answer within {seconds:g} seconds.") from None


def command_words(command: Command) -> str:
    """What a device was asked for, as the end of "I asked the Hall Light to …"."""
    value = command.value
    number = f"{value:g}" if isinstance(value, float | int) else str(value)
    spoken = {
        "turn_on": "turn on",
        "turn_off": "turn off",
        "return": "go back to its dock",
        "set_brightness": f"be {number} % bright",
        "set_position": f"go to {number} %",
        "set_volume": f"play at {number} %",
        "set_temperature": f"go to {number} °C",
        "set_color": f"turn {number}",
        "set_mode": f"go to {number}",
        "activate": "start",
    }
    return spoken.get(command.action, command.action)
