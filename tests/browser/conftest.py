"""A real server, a real browser, and somebody in front of it.

The browser lives as long as the whole run, so everything here shares one event loop, and most tests share a server:
`window` is at one that has the built-in model only, `admin` is at one that was given a model to play. A test that asks
for `new_house` has a server of its own.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, StorageState, async_playwright, expect

from tests.browser.building import build
from tests.browser.line import Line, line
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
"""Makes a visitor: with a screen of this width and height, `dark` if they like."""


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
async def serving(folder: Path, settings: dict[str, str], *, demo: bool = True) -> AsyncGenerator[Serving]:
    """A server that logged nothing worse than a warning in the end."""
    it = Serving(folder, settings, demo=demo)
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

    async def comes(width: int = 1280, height: int = 800, *, dark: bool = False) -> Visitor:
        came.append(await visitor(browser, address, known=known, width=width, height=height, dark=dark))
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


# --- a house that found a model --------------------------------------------------------------------------------------


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def provided() -> AsyncIterator[Provider]:
    """A provider for the whole run."""
    async with provider() as it:
        yield it


@pytest.fixture
def model(provided: Provider) -> Provider:
    """A provider that says what the test lets it say, and has not been asked anything yet."""
    provided.answers.clear()
    provided.received.clear()
    return provided


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(
    built: None, browser: Browser, provided: Provider, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Serving]:
    """The demo house, in which a model was found."""
    async with serving(tmp_path_factory.mktemp("house"), settings_for(provided)) as it:
        yield it


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def known_there(house: Serving, browser: Browser) -> StorageState:
    """What a browser keeps of the sign-in of that house's admin, who has allowed the model."""
    first = await visitor(browser, house.address)
    window = await first.opens()
    await window.signs_in(house.link)
    await window.button("Allow it").click()
    await expect(window.page.get_by_label("Who answers: openai/fake-1")).to_be_visible()
    state = await first.context.storage_state()
    await first.context.close()
    return state


@pytest_asyncio.fixture(loop_scope="session")
async def admins(house: Serving, browser: Browser, known_there: StorageState) -> AsyncIterator[Comes]:
    """Lets the admin of that house come, with a browser of their own each time."""
    async with visiting(browser, house.address, known_there) as comes:
        yield comes
    await nothing_waits(browser, house.address, known_there)


@pytest_asyncio.fixture(loop_scope="session")
async def admin(admins: Comes) -> Visitor:
    """The admin of that house, with one window at the empty page."""
    it = await admins()
    await it.opens("/")
    return it


@pytest_asyncio.fixture(loop_scope="session")
async def between(house: Serving) -> AsyncIterator[Line]:
    """The line to that house, which a test may break."""
    async with line(house.address) as it:
        yield it


@pytest_asyncio.fixture(loop_scope="session")
async def far(between: Line, browser: Browser, known_there: StorageState) -> AsyncIterator[Comes]:
    """Lets the admin of that house come over that line."""
    async with visiting(browser, between.address, known_there) as comes:
        yield comes


# --- a house that nobody has visited ---------------------------------------------------------------------------------


@pytest_asyncio.fixture(loop_scope="session")
async def new_house(built: None, browser: Browser, model: Provider, tmp_path: Path) -> AsyncIterator[Serving]:
    """The demo house after its very first start; a model was found, and nobody has allowed it."""
    async with serving(tmp_path, settings_for(model)) as it:
        yield it


@pytest_asyncio.fixture(loop_scope="session")
async def strangers(new_house: Serving, browser: Browser) -> AsyncIterator[Comes]:
    """Lets somebody come whom that house does not know."""
    async with visiting(browser, new_house.address, None) as comes:
        yield comes


async def nothing_waits(browser: Browser, address: str, known: StorageState) -> None:
    """Stop whatever waits for a word: a test that failed may have left it, and the next one would see it."""
    context = await browser.new_context(storage_state=known)
    api = f"{address}/api/v1"
    for waiting in (await (await context.request.get(f"{api}/approvals")).json())["approvals"]:
        stop = f"{api}/chat/turns/{waiting['turn_id']}/stop"
        assert (await context.request.post(stop, headers={"Origin": address})).ok
    await context.close()


def settings_for(found: Provider) -> dict[str, str]:
    """The settings of a server that finds a model at `found`."""
    return {"OPENAI_BASE_URL": found.base_url, "OPENAI_MODEL": "fake-1"}
