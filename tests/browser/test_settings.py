"""Settings, as an admin sets a model up on the first evening; and what everybody else sees of them."""

import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, expect

from tests.browser.conftest import Comes, serving, visiting
from tests.browser.serving import Serving
from tests.browser.visiting import Window
from tests.providers import Answer, Provider, Received, answer_of

KEY = "sk-0123456789abcdef"
NAMES = [f"model-{number}" for number in range(30)]


@pytest_asyncio.fixture(loop_scope="session")
async def bare(built: None, browser: Browser, tmp_path: Path) -> AsyncIterator[Serving]:
    """The demo house after its very first start; no model was found."""
    async with serving(tmp_path, {}) as it:
        yield it


@pytest_asyncio.fixture(loop_scope="session")
async def newcomers(bare: Serving, browser: Browser) -> AsyncIterator[Comes]:
    """Lets somebody come to that house."""
    async with visiting(browser, bare.address, None) as comes:
        yield comes


@pytest.fixture
def den(model: Provider) -> Iterator[Provider]:
    """A server of thirty models that wants its key."""

    def chosen(asked: Received) -> Answer:
        if asked.headers.get("authorization") != f"Bearer {KEY}":
            return _json(401, {"error": {"message": f"Incorrect API key: {asked.headers.get('authorization')}"}})
        if asked.path.endswith("/models"):
            return _json(200, {"object": "list", "data": [{"id": name} for name in NAMES]})
        return Answer(answer_of("Nine ", "devices."))

    before, model.choose = model.choose, chosen
    yield model
    model.choose = before


def _json(status: int, body: object) -> Answer:
    return Answer((orjson.dumps(body),), status, {"Content-Type": "application/json"})


async def test_an_admin_sets_a_provider_up_tries_it_lets_it_answer_and_takes_that_back(
    bare: Serving, newcomers: Comes, den: Provider
) -> None:
    window = await (await newcomers()).opens()
    page = window.page
    await window.signs_in(bare.link)
    await page.get_by_role("link", name="Set one up").click()
    await window.button("Add a provider").click()

    await window.button("Ollama").click()
    await expect(page.get_by_label("Name", exact=True)).to_have_value("ollama")
    await page.get_by_label("Address").fill(den.base_url)
    await page.get_by_label("Key", exact=True).fill("sk-wrong")
    await window.button("Test").click()
    await expect(page.get_by_label("Key", exact=True)).to_have_accessible_description(
        re.compile("did not accept the key")
    )

    await page.get_by_label("Key", exact=True).fill(KEY)
    await window.button("Test").click()
    await expect(page.get_by_role("status").filter(has_text="has 30 models")).to_be_visible()
    await page.get_by_label("Find among them").fill("-17")
    await page.get_by_label("model-17").check()
    where = urlsplit(den.base_url).netloc
    await expect(page.get_by_text(f"What is asked, and what the tools find, will go to {where}.")).to_be_visible()
    await window.button("Test").click()
    await expect(page.get_by_role("status").filter(has_text="It works: model-17 answered in")).to_be_visible()
    await window.button("Save, and let it answer").click()

    row = page.get_by_role("group", name="What to do with ollama")
    await expect(row).to_be_visible()
    await expect(answering_now(window)).to_contain_text("ollama/model-17")
    await expect(answering_now(window)).to_contain_text(f"Questions, and what the tools find, go to {where}.")
    assert KEY not in await page.content()
    await page.get_by_role("link", name="New conversation").click()
    answer = await window.asks("What's in the kitchen?")
    await expect(answer.locator(".prose")).to_have_text("Nine devices.")

    await page.goto(f"{bare.address}/settings/models")
    await window.button("Let it answer: built in").click()
    await expect(answering_now(window)).to_contain_text("The built-in model")
    await page.get_by_role("link", name="New conversation").click()
    answer = await window.asks("What's in the kitchen?")
    await expect(answer.locator(".foot")).to_contain_text("built in · no model used")
    assert KEY not in bare.log


async def test_a_provider_is_changed_without_its_key_and_removed_after_a_question(
    bare: Serving, newcomers: Comes, den: Provider
) -> None:
    window = await (await newcomers()).opens()
    page = window.page
    await window.signs_in(bare.link)
    await sets_up(window, bare, den)

    await window.button("Change").click()
    await page.get_by_label("Another one, by its name").fill("model-4")
    await window.button("Save").click()
    await expect(page.get_by_text("2 models · with a key")).to_be_visible()
    await expect(window.button("Change")).to_be_focused()
    await window.button("Test").click()
    await expect(page.get_by_role("status").filter(has_text="It works: model-3 answered in")).to_be_visible()

    await window.button("Change").click()
    await page.get_by_label("Address").fill(f"{den.base_url}/elsewhere")
    await expect(page.get_by_label("Key", exact=True)).to_have_accessible_description(
        re.compile("A key never follows to another address")
    )
    await window.button("Cancel").click()

    await window.button("Remove…").click()
    await expect(window.button("Keep it")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(window.button("Remove…")).to_be_focused()
    await window.button("Remove…").click()
    await window.button("Remove it").click()
    await expect(page.get_by_text("None is set up yet.")).to_be_visible()
    await expect(answering_now(window)).to_contain_text("The built-in model")


async def test_what_was_written_stays_while_the_server_is_away(bare: Serving, newcomers: Comes, den: Provider) -> None:
    window = await (await newcomers()).opens()
    page = window.page
    await window.signs_in(bare.link)
    await page.goto(f"{bare.address}/settings/models")
    await writes_down(window, den)
    await bare.kill()
    await window.button("Save, and let it answer").click()
    # What else the page was still fetching did not come either, and says so where it is.
    form = page.get_by_role("region", name="Providers", exact=True)
    await expect(form.get_by_role("alert")).to_contain_text("What you wrote is still here.")
    await expect(page.get_by_label("Key", exact=True)).to_have_value(KEY)
    await bare.start()
    await window.button("Save, and let it answer").click()
    await expect(page.get_by_role("group", name="What to do with den")).to_be_visible()


async def test_a_provider_is_set_up_without_a_mouse_on_a_phone(bare: Serving, newcomers: Comes, den: Provider) -> None:
    window = await (await newcomers(390, 844)).opens()
    page = window.page
    await window.signs_in(bare.link)
    await page.goto(f"{bare.address}/settings/models")
    await expect(window.button("Add a provider")).to_be_enabled()
    await window.button("Add a provider").press("Enter")
    await expect(page.get_by_label("Name", exact=True)).to_be_focused()
    for words in ("den", den.base_url, KEY):
        await page.keyboard.type(words)
        await page.keyboard.press("Tab")
    await expect(page.get_by_label("Format")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(window.button("Test")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="has 30 models")).to_be_visible()
    await page.keyboard.press("Tab")
    await page.keyboard.type("model-29")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await expect(page.get_by_label("model-29")).to_be_checked()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.keyboard.press("Enter")
    await expect(window.button("Add a provider")).to_be_focused()
    await expect(answering_now(window)).to_contain_text("den/model-29")


async def test_whoever_is_no_admin_is_told_who_is_and_sees_no_provider(new_house: Serving, strangers: Comes) -> None:
    await new_house.command("user", "add", "ines", "--full-name", "Ines")
    window = await (await strangers()).opens()
    await window.signs_in(await new_house.new_link("ines"))
    await expect(window.page.get_by_text("nothing goes there before the word of admin")).to_be_visible()
    await expect(window.button("Allow it")).to_have_count(0)
    await window.page.goto(f"{new_house.address}/settings/models")
    await expect(window.page.get_by_text("Only admin can change who answers")).to_be_visible()
    await expect(answering_now(window)).to_contain_text("The built-in model")
    # What is theirs to decide is how they are answered themselves, and nothing else.
    own = window.page.get_by_role("region", name="Your own defaults").get_by_role("button")
    await expect(own).to_have_text(["More", "Keep"])
    await expect(window.page.locator("main").get_by_role("button")).to_have_count(2)
    await expect(window.page.get_by_role("group", name=re.compile("What to do with"))).to_have_count(0)


async def test_a_token_is_shown_once_lets_a_program_in_and_is_revoked(new_house: Serving, strangers: Comes) -> None:
    window = await (await strangers()).opens()
    page = window.page
    await window.signs_in(new_house.link)
    await page.goto(f"{new_house.address}/settings/access")
    await page.get_by_label("A new token for").fill("my laptop")
    await page.keyboard.press("Enter")
    token = await page.locator(".once code").inner_text()

    async def status() -> int:
        # Without the page's cookie: only the token speaks.
        headers = {"Authorization": f"Bearer {token}", "Cookie": ""}
        return (await page.request.get(f"{new_house.address}/api/v1/auth/me", headers=headers)).status

    assert await status() == 200
    await page.reload()
    await expect(page.get_by_text("my laptop")).to_be_visible()
    assert token not in await page.content()
    await window.button("Revoke…").click()
    await window.button("Revoke it").click()
    await expect(page.get_by_text("There is none yet.")).to_be_visible()
    assert await status() == 401


async def test_a_house_with_nothing_in_it_says_so_and_what_to_do(built: None, browser: Browser, tmp_path: Path) -> None:
    async with serving(tmp_path, {}, demo=False) as house, visiting(browser, house.address, None) as comes:
        window = await (await comes()).opens()
        await window.page.goto(house.link)
        await window.button("Sign in").click()
        await expect(window.page.get_by_role("heading", name="Nothing is in this house yet")).to_be_visible()
        await expect(window.page.get_by_text("parlour serve --demo")).to_be_visible()
        await expect(window.page.locator(".empty li button")).to_have_count(0)


def answering_now(window: Window) -> Locator:
    """The line of whoever answers where nobody else is asked for."""
    return window.page.get_by_role("region", name="Who answers").locator("li[aria-current=true]")


async def writes_down(window: Window, den: Provider) -> None:
    """Fill in everything that a provider needs."""
    await window.button("Add a provider").click()
    await window.page.get_by_label("Name", exact=True).fill("den")
    await window.page.get_by_label("Address").fill(den.base_url)
    await window.page.get_by_label("Key", exact=True).fill(KEY)
    await window.page.get_by_label("The name of a model").fill("model-3")


async def sets_up(window: Window, house: Serving, den: Provider) -> None:
    """Set the provider up."""
    await window.page.goto(f"{house.address}/settings/models")
    await writes_down(window, den)
    await window.button("Save, and let it answer").click()
    await expect(window.page.get_by_role("group", name="What to do with den")).to_be_visible()
