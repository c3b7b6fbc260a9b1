"""What the tests of models share."""

from collections.abc import AsyncIterator

import pytest

from parlour.models.openai import OpenAIModel
from parlour.models.openai_limits import Limits
from tests.models.stepped_clock import SteppedClock
from tests.providers import Provider, provider


@pytest.fixture
async def loopback() -> AsyncIterator[Provider]:
    """A provider that does what the test says."""
    async with provider() as it:
        yield it


@pytest.fixture
async def stepped() -> SteppedClock:
    """Time that the test moves."""
    return SteppedClock()


@pytest.fixture
async def model(loopback: Provider, stepped: SteppedClock) -> AsyncIterator[OpenAIModel]:
    """A model behind the loopback provider, its clock in the hand of the test."""
    it = OpenAIModel(
        name="openai/fake-1",
        base_url=loopback.base_url,
        api_key="sk-very-secret",
        limits=Limits(total_s=100, first_event_s=20, silence_s=30, end_s=5),
        clock=stepped,
        chance=lambda: 0.0,
    )
    yield it
    await it.close()
