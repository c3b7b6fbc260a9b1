"""A real server, a real browser, and somebody in front of it.

The browser lives as long as the whole run, so everything here shares one event loop. Tests that only ask the built-in
model share one server too; a test that asks for `house` has one of its own.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, StorageState, async_playwright, expect

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

Comes = Callable[..., Awaitable[Visitor]]
"""Makes a visitor; the words are those of `visiting.visitor`."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every test of this folder run in the loop that its browser lives in."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


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


@asynccontextmanager
async def serving(folder: Path, settings: dict[str, str]) -> AsyncGenerator[Serving]:
    """A server that logged nothing worse than a warning in the end."""
    it = Serving(folder, settings)
    await it.start()
    try:
        yield it
    finally:
        await it.stop()
    strange = [line for line in it.log.splitlines() if not any(known in line for known in EXPECTED_IN_THE_LOG)]
    assert strange == []


@asynccontextmanager
async def visiting(browser: Browser, address: str, known: StorageState | None) -> AsyncGenerator[Comes]:
    """Lets people come to a house; in the end none of them has anything to complain of."""
    came: list[Visitor] = []

    async def comes(**screen: int | bool) -> Visitor:
        came.append(await visitor(browser, address, known=known, **screen))
        return came[-1]

    try:
        yield comes
    finally:
        for one in came:
            await one.context.close()
    for one in came:
        one.has_nothing_to_complain_of()


# --- a house that tests share ----------------------------------------------------------------------------------------


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared(built: None, browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Serving]:
    """The demo house, with nothing but the built-in model."""
    async with serving(tmp_path_factory.mktemp("shared"), {}) as it:
        yield it


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def known(shared: Serving, browser: Browser) -> StorageState:
    """What a browser keeps of the admin's sign-in."""
    first = await visitor(browser, shared.address)
    await (await first.opens()).signs_in(shared.link)
    state = await first.context.storage_state()
    await first.context.close()
    return state


@pytest_asyncio.fixture(loop_scope="session")
async def guests(shared: Serving, browser: Browser, known: StorageState) -> AsyncIterator[Comes]:
    """Lets the admin come, with a browser of their own each time."""
    async with visiting(browser, shared.address, known) as comes:
        yield comes


@pytest_asyncio.fixture(loop_scope="session")
async def window(guests: Comes) -> Window:
    """The admin's window at the empty page."""
    return await (await guests()).opens("/")


# --- a house of one's own --------------------------------------------------------------------------------------------


@pytest_asyncio.fixture(loop_scope="session")
async def model() -> AsyncIterator[Provider]:
    """A provider that says what the test lets it say."""
    async with provider() as it:
        yield it


@pytest_asyncio.fixture(loop_scope="session")
async def house(built: None, browser: Browser, model: Provider, tmp_path: Path) -> AsyncIterator[Serving]:
    """The demo house as nobody has visited it yet; the model was found, and not allowed."""
    async with serving(tmp_path, {"OPENAI_BASE_URL": model.base_url, "OPENAI_MODEL": "fake-1"}) as it:
        yield it


@pytest_asyncio.fixture(loop_scope="session")
async def comes(house: Serving, browser: Browser) -> AsyncIterator[Comes]:
    """Lets somebody come whom the house does not know."""
    async with visiting(browser, house.address, None) as it:
        yield it


@pytest_asyncio.fixture(loop_scope="session")
async def admin(house: Serving, comes: Comes) -> Visitor:
    """The admin of that house, at the empty page, who has allowed the model."""
    it = await comes()
    window = await it.opens()
    await window.signs_in(house.link)
    await window.button("Allow it").click()
    await expect(window.page.get_by_label("Who answers: openai/fake-1")).to_be_visible()
    return it
