"""Looking into an answer: what a model was shown, what ran, and the way back."""

import re

from playwright.async_api import Locator, expect

from tests.browser.conftest import Comes
from tests.browser.visiting import Visitor, Window
from tests.providers import Provider, answer_of

KITCHEN = "What's in the kitchen?"


async def test_an_answer_tells_what_was_shown_and_what_ran_in_its_order(window: Window) -> None:
    await window.asks(KITCHEN)
    await window.asks("and the bedroom?")
    seen = await looks_in(window)
    heads = [re.sub(r"\s*\d\d:.*", "", head) for head in await seen.get_by_role("heading", level=3).all_inner_texts()]
    assert heads == ["What the built-in model was shown", "Then a tool ran", "Then the built-in model was shown"]

    question = seen.get_by_role("button", name=re.compile("^Question.*and the bedroom"))
    await question.first.click()
    await expect(seen.locator("pre").first).to_have_text("and the bedroom?")

    await seen.get_by_role("button", name=re.compile("^Get devices in room.*done")).click()
    await expect(seen.get_by_role("heading", name="What it was asked")).to_be_visible()
    await expect(seen.get_by_role("region", name="What came back").get_by_role("row")).not_to_have_count(0)


async def test_escape_and_the_way_back_close_it_and_the_focus_is_where_it_was(window: Window) -> None:
    await window.asks(KITCHEN)
    await looks_in(window)
    await window.page.keyboard.press("Escape")
    await expect(window.page.get_by_role("dialog")).to_have_count(0)
    await expect(window.button("What it saw")).to_be_focused()
    address = window.page.url

    await looks_in(window)
    await window.page.go_back()
    await expect(window.page.get_by_role("dialog")).to_have_count(0)
    await expect(window.button("What it saw")).to_be_focused()
    assert window.page.url == address
    await expect(window.answers).to_have_count(1)


async def test_it_is_a_sheet_at_the_right_of_a_wide_screen_and_the_whole_of_a_phone(guests: Comes) -> None:
    wide = await (await guests(1280, 800)).opens("/")
    await wide.asks(KITCHEN)
    box = await (await looks_in(wide)).bounding_box()
    assert box is not None
    assert (box["x"] + box["width"], box["y"], box["height"]) == (1280, 0, 800)
    assert box["x"] > 600

    narrow = await (await guests(390, 844)).opens("/")
    await narrow.asks(KITCHEN)
    assert await (await looks_in(narrow)).bounding_box() == {"x": 0, "y": 0, "width": 390, "height": 844}


async def test_what_a_provider_counted_stands_beside_what_was_estimated(admin: Visitor, model: Provider) -> None:
    window = admin.windows[0]
    model.answer(*answer_of("Nine."))
    await window.asks("How many?")
    seen = await looks_in(window)
    await expect(seen.get_by_role("heading", name=re.compile("fake-1 was shown"))).to_be_visible()
    await expect(seen.get_by_text("the provider counted 7, and 3 in its answer.")).to_be_visible()
    await seen.get_by_role("button", name=re.compile("^Instructions")).click()
    await expect(seen.locator("pre")).to_contain_text("You are Parlour")


async def looks_in(window: Window) -> Locator:
    """Open what the last answer saw, once it has been fetched."""
    await window.answers.last.get_by_role("button", name="What it saw").click()
    seen = window.page.get_by_role("dialog", name="What it saw")
    await expect(seen.get_by_text("Everything that went into this answer")).to_be_visible()
    return seen
