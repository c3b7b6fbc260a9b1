"""A job that must never end does not end in silence."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from parlour.app import running
from parlour.clock import SystemClock
from parlour.config import Settings
from parlour.hub.hub import SWEEP_S
from parlour.journal.pruning import EVERY_S


class BrokenClock(SystemClock):
    """A clock with a bug that only those meet who sleep so long."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def sleep(self, seconds: float) -> None:
        if seconds == self._seconds:
            raise ZeroDivisionError
        await super().sleep(seconds)


@pytest.mark.parametrize(("job", "sleeps"), [("keep-up", SWEEP_S), ("pruning", EVERY_S)])
async def test_the_death_of_a_background_job_is_loud(tmp_path: Path, job: str, sleeps: float) -> None:
    died = asyncio.Event()
    deaths: list[BaseException] = []

    def fatal(error: BaseException) -> None:
        deaths.append(error)
        died.set()

    with capture_logs() as lines:
        async with running(Settings(data_dir=tmp_path), clock=BrokenClock(sleeps), fatal=fatal), asyncio.timeout(30):
            await died.wait()
    assert isinstance(deaths[0], ZeroDivisionError)
    assert job in [line["job"] for line in lines if line["log_level"] == "critical"]
