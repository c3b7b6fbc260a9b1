"""A real server, a real browser, and somebody in front of it.

The browser lives as long as the whole run, so everything here shares one event loop.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from tests.browser.building import build
from tests.browser.serving import Serving
from tests.browser.visiting import PATIENCE_MS, Visitor, Window, visitor
from tests.providers import Provider, provider
from tests.rules.skips import chromium

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--no-first-run",
    "--disable-component-update",
)
EXPECTED_IN_THE_LOG = ("[info", "[warning")

Visits = Callable[..., Awaitable[Visitor]]
"""Makes a visitor of the house; the words are those of `visiting.visitor`."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every test of this folder run in the loop that its browser lives in."""
    shared = pytest.mark.asyncio(loop_scope="session")
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(shared, append=False)


@pytest.fixture(scope="session")
def built() -> None:
    """The page, built."""
    build()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = chromium()
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield launched
        await launched.close()


@pytest_asyncio.fixture(loop_scope="session")
async def model() -> AsyncIterator[Provider]:
    """A provider that says what the test lets it say."""
    async with provider() as it:
        yield it


@pytest.fixture
def settings(request: pytest.FixtureRequest) -> dict[str, str]:
    """What the server is started with: with a model, if the test asks for one."""
    if "model" not in request.fixturenames:
        return {}
    it: Provider = request.getfixturevalue("model")
    return {"OPENAI_BASE_URL": it.base_url, "OPENAI_MODEL": "fake-1"}


@pytest_asyncio.fixture(loop_scope="session")
async def house(built: None, browser: Browser, settings: dict[str, str], tmp_path: Path) -> AsyncIterator[Serving]:
    """A server with the demo house, which nobody has visited yet."""
    serving = Serving(tmp_path, settings)
    await serving.start()
    yield serving
    await serving.stop()
    strange = [line for line in serving.log.splitlines() if not any(known in line for known in EXPECTED_IN_THE_LOG)]
    assert strange == []


@pytest_asyncio.fixture(loop_scope="session")
async def visits(house: Serving, browser: Browser) -> AsyncGenerator[Visits]:
    made: list[Visitor] = []

    async def come(**screen: int | bool) -> Visitor:
        made.append(await visitor(browser, house.address, **screen))
        return made[-1]

    yield come
    for one in made:
        await one.context.close()
    for one in made:
        one.has_nothing_to_complain_of()


@pytest_asyncio.fixture(loop_scope="session")
async def admin(house: Serving, visits: Visits) -> Visitor:
    """The admin of the house, signed in, with one window open."""
    somebody = await visits()
    window = await somebody.opens()
    await window.signs_in(house.link)
    return somebody


@pytest.fixture
def window(admin: Visitor) -> Window:
    """The admin's window, at the empty page."""
    return admin.windows[0]
