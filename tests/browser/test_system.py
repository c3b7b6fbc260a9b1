"""What was done in a conversation, and how the house does, as somebody finds them."""

import re
from urllib.parse import urljoin

from playwright.async_api import expect

from tests.browser.visiting import Visitor, Window
from tests.providers import DONE, Answer, Provider, call_delta, delta, end


async def test_a_conversations_menu_leads_to_what_was_done_in_it(window: Window) -> None:
    page = window.page
    await window.says("What's in the kitchen?")
    await window.whole_answer()
    await page.get_by_role("link", name="New conversation").click()
    await window.says("What's in the study?")
    await window.whole_answer()
    first = page.locator(".item").filter(has_text="kitchen").first
    await first.hover()
    await first.locator("summary").click()
    await first.get_by_role("button", name="What was done here").click()
    await expect(page.get_by_role("heading", name="What was done here")).to_be_visible()
    rows = page.locator(".settings-rows > li")
    await expect(rows).to_have_count(1)
    await rows.get_by_role("button").first.click()
    await expect(rows.get_by_text("Kitchen").first).to_be_visible()
    await rows.get_by_role("link", name="its answer").click()
    await expect(window.answers.get_by_text(re.compile("Found .* devices in the Kitchen"))).to_be_visible()
    await page.go_back()
    await page.get_by_role("link", name="Show it of all conversations").click()
    await expect(page.locator(".settings-rows > li").nth(1)).to_be_visible()


async def test_an_admin_sees_how_the_house_does_and_looks_again(window: Window) -> None:
    page = window.page
    await page.goto(urljoin(page.url, "/settings/system"))
    store = page.locator(".settings-rows > li").filter(has_text="SQLite")
    await expect(store).to_contain_text("It answers in")
    # On a busy machine it may be slow just now, and is not for good.
    while "works" not in await store.inner_text():
        await page.get_by_role("button", name="Look again").click()
        await expect(store).to_contain_text("It answers in")
    await page.get_by_role("button", name="Look again").click()
    await expect(store).to_contain_text("It answers in")


TABLE = "Here it is:\n\n| device | watts |\n|---|--:|\n| Oven | 1,940 |\n"


async def test_a_table_leads_to_the_run_that_its_figures_are_from(admin: Visitor, model: Provider) -> None:
    asked = call_delta(0, id="c1", name="get_devices_in_room", arguments='{"room": "kitchen"}')
    model.answers.append(Answer((delta(role="assistant", content="I look. "), asked, end("tool_calls"), DONE)))
    model.answers.append(Answer((delta(role="assistant", content=""), delta(content=TABLE), end(), DONE)))
    (window,) = admin.windows
    await window.says("What's in the kitchen?")
    answer = await window.whole_answer()
    await answer.get_by_role("table").hover()
    await answer.get_by_role("button", name="Show where it is from: Looked at the Kitchen").click()
    await expect(answer.get_by_role("region", name="What came back")).to_be_visible()
    line = answer.get_by_role("button", name=re.compile("^Looked at the Kitchen"))
    await expect(line).to_be_focused()
    await expect(line).to_be_in_viewport()


async def test_a_figure_of_the_built_in_model_leads_to_the_run_that_it_is_from(window: Window) -> None:
    answer = await window.asks("How many devices are in the kitchen?")
    words = await answer.locator(".prose").inner_text()
    told = re.match(r"Found (\d+) devices in the Kitchen", words)
    assert told is not None, words
    line = answer.get_by_role("button", name=re.compile("^Looked at the Kitchen"))
    await expect(line).to_have_attribute("aria-expanded", "false")
    await answer.get_by_role("link", name=f"{told[1]}, from: Looked at the Kitchen").press("Enter")
    await expect(answer.get_by_role("region", name="What came back")).to_be_visible()
    await expect(line).to_be_focused()
    await expect(line).to_be_in_viewport()
    assert await answer.locator(".prose").inner_text() == words
