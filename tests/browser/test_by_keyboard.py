"""Every flow of the page by keyboard alone, with the focus in sight at every step."""

import asyncio
import re

from playwright.async_api import Locator, Route, expect

from tests.browser.conftest import Comes
from tests.browser.keyboard import Keyboard
from tests.browser.serving import Serving
from tests.browser.test_asking import KITCHEN
from tests.browser.test_streaming import held
from tests.browser.visiting import Visitor, Window
from tests.providers import Answer, Provider, answer_of


async def test_coming_in_by_a_link_and_going_out(new_house: Serving, strangers: Comes) -> None:
    window = await (await strangers()).opens()
    keys = Keyboard(window.page)
    await window.page.goto(new_house.link)
    await expect(window.button("Sign in")).to_be_focused()
    await keys.presses("Enter")
    await expect(window.field).to_be_focused()
    await keys.chooses("admin", key="Shift+Tab")
    await keys.chooses("Sign out")
    await expect(window.page.get_by_text("You are not signed in here.")).to_be_visible()


async def test_asking_asking_on_and_looking_into_a_tool(window: Window) -> None:
    keys = await at_the_keyboard(window)
    await keys.writes(KITCHEN)
    await keys.presses("Enter")
    await window.whole_answer()
    await expect(window.field).to_be_focused()
    await keys.writes("and the bedroom?")
    await keys.presses("Enter")
    await expect(window.answers).to_have_count(2)
    await window.whole_answer()
    await keys.chooses("Looked at", key="Shift+Tab")
    await expect(window.answers.last.get_by_role("region", name="What came back")).to_be_visible()
    await keys.presses("Enter")
    await expect(window.answers.last.get_by_role("region", name="What came back")).to_have_count(0)


async def test_stopping_asking_again_and_going_back_a_version(admin: Visitor, model: Provider) -> None:
    window = admin.windows[0]
    keys = await at_the_keyboard(window)
    (first, _), answer = held("Once upon", " a time")
    model.answers.extend([answer, Answer(answer_of("Another story."))])
    await keys.writes("A story, please")
    await keys.presses("Enter")
    first.set()
    await expect(window.words).to_have_text("Once upon")
    await keys.presses("Escape")
    await expect(window.answers.get_by_text("Stopped here.")).to_be_visible()
    await keys.goes_to("Ask again with another model", key="Shift+Tab")
    await keys.chooses("Ask again", key="Shift+Tab")
    await expect(window.words).to_have_text("Another story.")
    await window.whole_answer()
    await keys.chooses("Earlier version", key="Shift+Tab")
    await expect(window.words).to_have_text("Once upon")


async def test_renaming_archiving_deleting_and_taking_each_back(window: Window) -> None:
    keys, nav = await at_the_keyboard(window), window.page.get_by_role("navigation")
    title = "What is upstairs, by keyboard?"
    link = nav.get_by_role("link", name=re.compile(re.escape(title)))
    renamed = nav.get_by_role("link", name=re.compile("Upstairs, renamed"))
    await keys.writes(title)
    await keys.presses("Enter")
    await window.whole_answer()
    await expect(link).to_be_visible()
    await keys.goes_to(title, key="Shift+Tab")
    await keys.presses("F2")
    await keys.writes("Upstairs, renamed")
    await keys.presses("Enter")
    await expect(renamed).to_be_focused()

    await keys.chooses("More for Upstairs, renamed")
    await keys.chooses("Archive")
    await expect(renamed).to_have_count(0)
    await keys.chooses("Undo")
    await expect(renamed).to_be_visible()
    await keys.goes_to("Upstairs, renamed", key="Shift+Tab")
    await keys.presses("Delete")
    await expect(renamed).to_have_count(0)
    await keys.presses("Control+z")
    await expect(renamed).to_be_visible()


async def test_finding_by_the_search_and_by_the_palette(window: Window) -> None:
    keys = await at_the_keyboard(window)
    await keys.writes("Which lights are on in the winter garden?")
    await keys.presses("Enter")
    await window.whole_answer()
    await keys.chooses("New conversation", key="Shift+Tab")
    await expect(window.page.locator(".empty h2")).to_be_visible()
    await keys.goes_to("Search", key="Shift+Tab")
    await keys.writes("winter garden")
    await keys.presses("ArrowDown")
    assert "winter garden" in await keys.focused()
    await keys.presses("Enter")
    await expect(window.questions).to_have_text(["Which lights are on in the winter garden?"])

    await keys.presses("Control+k")
    await expect(finder(window)).to_be_focused()
    await keys.writes("new conv")
    await keys.presses("Enter")
    await expect(window.page.locator(".empty h2")).to_be_visible()
    await keys.presses("Control+k")
    await expect(finder(window)).to_be_focused()
    await keys.writes("winter gard")
    await keys.presses("ArrowDown", "ArrowUp", "Enter")
    await expect(window.questions).to_have_text(["Which lights are on in the winter garden?"])
    await keys.goes_to("New conversation", key="Shift+Tab")
    await keys.presses("?")
    await expect(window.page.get_by_role("dialog", name="Keys")).to_be_visible()
    await keys.presses("Escape")
    await expect(window.page.get_by_role("dialog")).to_have_count(0)
    assert (await keys.focused()).startswith("New conversation")


async def test_choosing_who_answers(admin: Visitor, model: Provider) -> None:
    window = admin.windows[0]
    keys = await at_the_keyboard(window)
    await keys.chooses("Who answers: openai/fake-1", key="Shift+Tab")
    await keys.presses("ArrowDown")
    assert (await keys.focused()).startswith("openai/fake-1")
    await keys.presses("ArrowDown")
    assert await keys.focused() == "Make it a favourite: openai/fake-1"
    await keys.presses("ArrowDown")
    assert (await keys.focused()).startswith("built in")
    await keys.presses("Enter")
    await expect(window.page.get_by_label("Who answers: built in")).to_be_visible()
    await keys.goes_to("Message")
    await keys.writes(KITCHEN)
    await keys.presses("Enter")
    answer = await window.whole_answer()
    await expect(answer.locator(".foot")).to_contain_text("built in")
    assert model.received == []


async def test_what_is_typed_while_the_palette_is_on_its_way_is_not_sent(window: Window) -> None:
    keys, let_go = await at_the_keyboard(window), asyncio.Event()

    async def hold(route: Route) -> None:
        await let_go.wait()
        await route.continue_()

    await window.page.route("**/assets/Palette-*.js", hold)
    await keys.presses("Control+k")
    await expect(window.page.get_by_role("dialog")).to_be_visible()
    await keys.writes("new")
    await keys.presses("Enter")
    let_go.set()
    await expect(finder(window)).to_be_focused()
    await expect(window.questions).to_have_count(0)
    await keys.presses("Escape")
    await expect(window.field).to_be_focused()
    await expect(window.field).to_have_value("")


def finder(window: Window) -> Locator:
    """Where one writes in the palette."""
    return window.page.get_by_role("combobox", name="Find a conversation, or something to do")


async def at_the_keyboard(window: Window) -> Keyboard:
    """Somebody's hands on it, once the page is ready for them."""
    await expect(window.field).to_be_focused()
    return Keyboard(window.page)
