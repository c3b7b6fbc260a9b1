"""What every test can ask for: a fresh database of either kind, readers and a writer over it, and a clock."""

import gc
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from hypothesis import HealthCheck, settings

from parlour.journal.unit import Committed, Writer
from parlour.journal.writer import open_writer
from parlour.store.database import Database
from tests.rules.skips import missing
from tests.storage import Storage, Templates, postgres_is_there

# A slow machine is no failure.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# As the server writes them: the richer kind of traceback tells every variable, which takes many seconds.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

# What is imported and collected stays until the end. To look through it for garbage again and again, as Python does
# with what grows, takes as long as a quarter of the tests.
gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage from here on, in what the tests themselves make."""
    gc.freeze()
    gc.enable()


@dataclass
class ManualClock:
    """A clock that moves only when told to; sleeping moves it."""

    moment: datetime = field(default_factory=lambda: datetime(2026, 11, 20, 12, 0, tzinfo=UTC))
    slept: list[float] = field(default_factory=list[float])

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.moment.timestamp()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass."""
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    made = Templates(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgres"])
def storage(request: pytest.FixtureRequest, templates: Templates) -> Iterator[Storage]:
    """A fresh database; the test runs once on each kind."""
    if request.param == "postgres" and not postgres_is_there():
        missing("PostgreSQL")
    with templates.fresh(request.param) as made:
        yield made


@pytest.fixture
async def database(storage: Storage) -> AsyncIterator[Database]:
    opened = Database(storage.url)
    yield opened
    await opened.close()


@pytest.fixture
def published() -> list[Committed]:
    """Everything the `writer` has published, in order."""
    return []


@pytest.fixture
async def writer(storage: Storage, clock: ManualClock, published: list[Committed]) -> AsyncIterator[Writer]:
    deaths: list[BaseException] = []
    opened = open_writer(storage.url, clock=clock, publish=published.extend, fatal=deaths.append)
    yield opened
    await opened.close()
    assert not deaths
