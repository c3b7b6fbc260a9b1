"""Somebody chooses who answers here, asks again with another model, and says how it is to be answered."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import expect

from tests.browser.keyboard import Keyboard
from tests.browser.visiting import Visitor
from tests.providers import Answer, Provider, Received, answer_of


@pytest.fixture
def named(model: Provider) -> Iterator[Provider]:
    """The provider says which of its models was asked, and how freely."""

    def answers(asked: Received) -> Answer:
        return Answer(answer_of(f"I am {asked.json['model']}, at {asked.json.get('temperature')}."))

    before, model.choose = model.choose, answers
    yield model
    model.choose = before


async def test_another_model_is_chosen_asked_again_with_and_told_how_to_answer(admin: Visitor, named: Provider) -> None:
    (window,) = admin.windows
    page = window.page
    first = await window.asks("Who are you?")
    await expect(first.locator(".prose")).to_have_text("I am fake-1, at 0.1.")

    await page.get_by_label("Who answers: openai/fake-1").click()
    await page.get_by_role("button", name="How it answers").click()
    await page.get_by_label("Temperature").fill("1.2")
    await window.button("Keep for this conversation").click()
    await expect(page.get_by_text("Now 1.2, chosen for this conversation.")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_label("Who answers: openai/fake-1")).to_be_focused()
    again = await window.asks("And now?")
    await expect(again.locator(".prose")).to_have_text("I am fake-1, at 1.2.")

    await again.get_by_label("Ask again with another model").click()
    await again.get_by_role("button", name=re.compile("^built in")).click()
    await expect(window.answers.last.locator(".foot")).to_contain_text("built in · no model used")
    await expect(window.answers.last.locator(".versions")).to_contain_text("2 of 2")
    await expect(page.get_by_label("Who answers: openai/fake-1")).to_be_visible()

    await page.get_by_label("Who answers: openai/fake-1").click()
    await page.get_by_label("Make it a favourite: built in").click()
    await expect(page.get_by_label("A favourite: built in")).to_be_visible()
    async with page.expect_response(lambda one: one.request.method == "PUT" and "conversation" in one.url):
        await page.get_by_role("button", name=re.compile("^built in")).click()
    await expect(page.get_by_label("Who answers: built in")).to_be_visible()
    await page.reload()
    await page.get_by_label("Who answers: built in").click()
    await expect(page.get_by_text("built in is chosen for this conversation.")).to_be_visible()
    await window.button("Choose nobody for this conversation").click()
    await page.get_by_label("Who answers: openai/fake-1").click()
    await page.get_by_label("A favourite: built in").click()
    await expect(page.get_by_label("Make it a favourite: built in")).to_be_visible()
    admin.has_nothing_to_complain_of()


async def test_another_model_is_asked_by_keys_alone_and_only_when_it_is_chosen(admin: Visitor, named: Provider) -> None:
    (window,) = admin.windows
    keys = Keyboard(window.page)
    answer = await window.asks("Who are you?")
    asked = len(named.received)
    await keys.chooses("Ask again with another model", key="Shift+Tab")
    await keys.goes_to("openai/fake-1", key="ArrowDown")
    await keys.goes_to("built in", key="ArrowDown")
    await expect(answer.locator(".versions")).to_have_count(0)
    await keys.presses("Escape")
    assert (await keys.focused()).startswith("Ask again with another model")
    await keys.presses("Enter")
    await keys.goes_to("built in", key="ArrowUp")
    await keys.presses("Enter")
    await expect(window.answers.last.locator(".versions")).to_contain_text("2 of 2")
    await expect(window.answers.last.locator(".foot")).to_contain_text("built in · no model used")
    await expect(window.answers.last).to_be_focused()
    assert len(named.received) == asked


async def test_a_choice_in_one_window_is_seen_in_the_other_at_once(admin: Visitor, named: Provider) -> None:
    (here,) = admin.windows
    await here.asks("Who are you?")
    there = await admin.opens(urlsplit(here.page.url).path)
    await expect(there.page.get_by_label("Who answers: openai/fake-1")).to_be_visible()
    await here.page.get_by_label("Who answers: openai/fake-1").click()
    await here.page.get_by_role("button", name=re.compile("^built in")).click()
    await expect(there.page.get_by_label("Who answers: built in")).to_be_visible()
    await there.page.get_by_label("Who answers: built in").click()
    await there.button("Choose nobody for this conversation").click()
    await expect(here.page.get_by_label("Who answers: openai/fake-1")).to_be_visible()
    await there.page.get_by_label("Who answers: openai/fake-1").click()
    await there.page.get_by_label("Make it a favourite: built in").click()
    await here.page.get_by_label("Who answers: openai/fake-1").click()
    await expect(here.page.get_by_label("A favourite: built in")).to_be_visible()
    await here.page.get_by_label("A favourite: built in").click()
    await expect(there.page.get_by_label("Make it a favourite: built in")).to_be_visible()


async def test_what_is_chosen_on_the_empty_page_begins_the_conversation_and_stays_its_own(
    admin: Visitor, named: Provider
) -> None:
    (window,) = admin.windows
    page = window.page
    await page.get_by_label("Who answers: openai/fake-1").click()
    await page.get_by_role("button", name="How it answers").click()
    await page.get_by_label("Temperature").fill("0.6")
    await window.button("Keep for this conversation").click()
    await page.keyboard.press("Escape")
    for words in ("Who are you?", "And now?"):
        answer = await window.asks(words)
        await expect(answer.locator(".prose")).to_have_text("I am fake-1, at 0.6.")
    await page.get_by_role("link", name="New conversation").click()
    answer = await window.asks("And you?")
    await expect(answer.locator(".prose")).to_have_text("I am fake-1, at 0.1.")


async def test_ones_own_defaults_are_kept_in_the_settings(admin: Visitor, named: Provider) -> None:
    (window,) = admin.windows
    page = window.page
    await page.goto(f"{admin.address}/settings/models")
    own = page.get_by_role("region", name="Your own defaults")
    await own.get_by_label("Temperature").fill("0.9")
    await own.get_by_role("button", name="Keep").click()
    await expect(page.get_by_text("Kept. It counts from the next answer on.")).to_be_visible()
    await page.get_by_role("link", name="New conversation").click()
    answer = await window.asks("Who are you?")
    await expect(answer.locator(".prose")).to_have_text("I am fake-1, at 0.9.")
    await page.goto(f"{admin.address}/settings/models")
    await own.get_by_label("Temperature").fill("")
    await own.get_by_role("button", name="Keep").click()
    await expect(page.get_by_text("Kept. It counts from the next answer on.")).to_be_visible()
