"""Saying a question in other words, and taking back what was said, as somebody does at the page."""

from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.keyboard import Keyboard
from tests.browser.visiting import Window

KITCHEN = "What's in the kichen?"


async def test_a_question_is_changed_by_keys_alone_and_asked_again(window: Window) -> None:
    await window.asks(KITCHEN)
    keys = Keyboard(window.page)
    await keys.presses("ArrowUp")
    await expect(window.page.get_by_label("What it says")).to_be_focused()
    await expect(window.page.get_by_label("What it says")).to_have_value(KITCHEN)
    await keys.presses("Escape")
    await expect(window.field).to_be_focused()
    await keys.presses("ArrowUp", "Control+a")
    await keys.writes("What's in the bedroom?")
    await keys.presses("Enter")
    await expect(window.words.last).to_contain_text("Bedroom")
    await expect(window.questions).to_have_text(["What's in the bedroom?"])
    await expect(window.answers.locator(".versions")).to_contain_text("2 of 2")
    await expect(window.field).to_be_focused()
    await window.button("Earlier version").click()
    await expect(window.answers.last).to_contain_text("Answers the earlier wording")
    await window.button("(edited)").click()
    await expect(window.page.get_by_label("What it said before")).to_contain_text(KITCHEN)


async def test_other_words_are_kept_over_a_reload_and_had_back_when_they_were_given_up(window: Window) -> None:
    await window.asks(KITCHEN)
    keys = Keyboard(window.page)
    other = window.page.get_by_label("What it says")
    await keys.presses("ArrowUp")
    await keys.writes(" And the cellar?")
    await window.page.reload()
    await window.button("Go on").click()
    await expect(other).to_have_value(f"{KITCHEN} And the cellar?")
    await keys.presses("Escape")
    await expect(window.button("Edit the question")).to_be_focused()
    await window.button("Undo").click()
    await expect(other).to_have_value(f"{KITCHEN} And the cellar?")
    await expect(other).to_be_focused()


async def test_other_words_for_a_question_that_is_deleted_elsewhere_stand_where_one_writes(guests: Comes) -> None:
    robin = await guests()
    window = await robin.opens("/")
    await window.asks(KITCHEN)
    other = await robin.opens(window.page.url.removeprefix(robin.address))
    await expect(other.questions).to_have_text([KITCHEN])
    await window.page.locator(".question").hover()
    await window.button("Edit the question").click()
    await window.page.get_by_label("What it says").fill("And the cellar?")
    await expect(other.button("Go on")).to_be_visible()
    await other.page.locator(".question").hover()
    await other.button("Delete the question").click()
    await other.button("Delete it").click()
    await expect(window.field).to_have_value("And the cellar?")
    await expect(window.field).to_be_focused()
    await expect(window.page.get_by_text("Your new words for it stand where you write.")).to_be_visible()
    await expect(other.button("Go on")).to_have_count(0)
    await expect(other.field).to_have_value("And the cellar?")


async def test_what_is_taken_back_is_gone_in_every_window(guests: Comes) -> None:
    robin = await guests()
    window = await robin.opens("/")
    await window.asks("The code of the gate is 4711")
    other = await robin.opens(window.page.url.removeprefix(robin.address))
    await expect(other.questions).to_have_text(["The code of the gate is 4711"])
    for what, mark in (("question", ".question"), ("answer", ".answer")):
        await window.page.locator(mark).first.hover()
        await window.button(f"Delete the {what}").click()
        await expect(window.button("Keep it")).to_be_focused()
        await window.button("Delete it").click()
        await expect(window.page.locator(f"{mark}.faint")).to_be_focused()
    for each in (window, other):
        await expect(each.page.get_by_text("Message deleted", exact=True)).to_have_count(2)
        await expect(each.page.get_by_text("4711")).to_have_count(0)
        await expect(each.page.get_by_role("heading", level=1)).to_have_text("New chat")
