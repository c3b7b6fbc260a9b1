"""Asking the house with the model that is built in, as somebody does on the first evening."""

import re

from playwright.async_api import Page, expect

from tests.browser.visiting import Window

KITCHEN = "What's in the kitchen?"


async def test_the_empty_page_has_four_questions_and_each_is_answered(window: Window) -> None:
    suggested = window.page.locator(".empty li button")
    await expect(suggested).to_have_count(4)
    for question in await suggested.all_inner_texts():
        await window.button(question).click()
        await expect(window.questions).to_have_text([question])
        answer = await window.whole_answer()
        await expect(answer.locator(".tool .dot.completed")).not_to_have_count(0)
        await expect(answer.locator(".foot")).to_contain_text("built in · no model used")
        await window.page.get_by_role("link", name="New conversation").click()
        await expect(suggested).to_have_count(4)


async def test_a_tool_call_stands_in_its_place_and_opens_to_what_went_in_and_what_came_out(window: Window) -> None:
    answer = await window.asks(KITCHEN)
    line = answer.get_by_role("button", name=re.compile("^Looked at the Kitchen"))
    await expect(line).to_have_attribute("aria-expanded", "false")
    await line.click()
    await expect(answer.get_by_role("heading", name="What it was asked")).to_be_visible()
    table = answer.get_by_role("region", name="What came back")
    await expect(table.get_by_role("columnheader", name="name", exact=True)).to_be_visible()
    assert await table.get_by_role("row").count() > 3
    await answer.get_by_role("button", name="As JSON").click()
    await expect(answer.locator(".tool-inside pre")).to_contain_text('"arguments"')


async def test_the_bedroom_is_understood_after_the_kitchen(window: Window) -> None:
    await window.asks(KITCHEN)
    answer = await window.asks("and the bedroom?")
    await expect(answer.locator(".prose")).to_contain_text("bedroom", ignore_case=True)


async def test_what_cannot_be_answered_is_declined_with_examples(window: Window) -> None:
    answer = await window.asks("Write me a poem about the sea")
    await expect(answer.locator(".tool")).to_have_count(0)
    await expect(answer.locator(".prose li")).not_to_have_count(0)


async def test_enter_sends_and_shift_enter_begins_a_line(window: Window) -> None:
    await window.field.fill(KITCHEN)
    await window.field.press("Shift+Enter")
    await window.page.keyboard.type("Please.")
    await expect(window.field).to_have_value(f"{KITCHEN}\nPlease.")
    await expect(window.questions).to_have_count(0)
    await window.field.press("Enter")
    await expect(window.questions).to_have_text([f"{KITCHEN}\nPlease."])
    await expect(window.field).to_have_value("")
    await window.whole_answer()


async def test_markup_in_a_message_is_shown_and_never_run(window: Window) -> None:
    markup = '<script>window.ran = 1</script><img src="x" onerror="window.ran = 1">'
    answer = await window.asks(markup)
    await expect(window.questions).to_have_text([markup])
    assert await ran(window.page) is None
    await expect(answer.locator("script, img")).to_have_count(0)
    await window.page.reload()
    await expect(window.questions).to_have_text([markup])
    assert await ran(window.page) is None


async def test_the_list_shows_a_title_and_the_last_line_without_marks(window: Window) -> None:
    await window.asks(KITCHEN)
    line = window.page.get_by_role("navigation").locator(".item.on")
    await expect(line.locator("b")).to_have_text(KITCHEN)
    await expect(line.locator("i")).to_have_text(re.compile(r"^[^*`#|]{20,}$"))


async def test_everything_needed_to_ask_works_without_a_mouse(window: Window) -> None:
    page = window.page
    await expect(window.field).to_be_focused()
    await page.keyboard.type(KITCHEN)
    await page.keyboard.press("Enter")
    answer = await window.whole_answer()
    await expect(window.field).to_be_focused()
    await focus(page, "Looked at the Kitchen")
    await page.keyboard.press("Enter")
    await expect(answer.get_by_role("region", name="What came back")).to_be_visible()
    await focus(page, "New conversation", backwards=True)
    await page.keyboard.press("Enter")
    await expect(page.locator(".empty h2")).to_be_visible()
    await expect(window.field).to_be_focused()


async def focus(page: Page, words: str, *, backwards: bool = False, most: int = 40) -> None:
    """Press Tab until what has the focus says `words`."""
    key = "Shift+Tab" if backwards else "Tab"
    for _ in range(most):
        await page.keyboard.press(key)
        if words in str(await page.evaluate("document.activeElement.closest('a, button')?.innerText")):
            return
    raise AssertionError(f"{key} never reaches {words}")


async def ran(page: Page) -> object:
    """What a script that ran would have left behind."""
    return await page.evaluate("window.ran")
