"""How somebody comes in, and who is asked then."""

import re

from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.serving import Serving
from tests.browser.visiting import Window
from tests.providers import Provider, answer_of


async def test_a_link_signs_in_once_and_says_so_when_it_is_used_again(house: Serving, comes: Comes) -> None:
    first = await (await comes()).opens()
    await first.page.goto(house.link)
    await expect(first.button("Sign in")).to_be_visible()
    await first.page.reload()
    await first.signs_in(house.link)
    assert await first.page.evaluate("location.pathname + location.search") == "/"

    second = await (await comes()).opens()
    await second.page.goto(house.link)
    await second.button("Sign in").click()
    await expect(second.page.get_by_role("alert")).to_contain_text("This link was used before or has expired.")
    await expect(second.button("Sign in")).to_be_enabled()


async def test_a_stranger_is_told_how_to_come_in_and_a_new_link_does_it(house: Serving, comes: Comes) -> None:
    window = await (await comes()).opens("/")
    await expect(window.page.get_by_text("You are not signed in here.")).to_be_visible()
    await window.signs_in(await house.new_link())
    await window.button("Sign out").click()
    await expect(window.page.get_by_text("You are not signed in here.")).to_be_visible()


async def test_a_model_that_was_found_is_asked_only_after_an_admins_word_and_never_after_it_is_taken_back(
    house: Serving, comes: Comes, model: Provider
) -> None:
    model.answer(*answer_of("Nine ", "devices."))
    window = await (await comes()).opens()
    await window.signs_in(house.link)
    await expect(who_answers(window)).to_have_accessible_name("Who answers: built in")
    await window.button("Allow it").click()
    await expect(who_answers(window)).to_have_accessible_name("Who answers: openai/fake-1")
    assert model.received == []
    answer = await window.asks("What's in the kitchen?")
    await expect(answer.locator(".prose")).to_have_text("Nine devices.")
    await expect(answer.locator(".foot")).to_contain_text("fake-1 · 10 tokens")

    await who_answers(window).click()
    await window.button("built in").click()
    answer = await window.asks("What's in the kitchen?")
    await expect(answer.locator(".foot")).to_contain_text("built in · no model used")

    await who_answers(window).click()
    await window.button("Send nothing to openai any more").click()
    await expect(who_answers(window)).to_have_accessible_name("Who answers: built in")
    answer = await window.asks("and the bedroom?")
    await expect(answer.locator(".foot")).to_contain_text("built in · no model used")
    assert len(model.received) == 1


def who_answers(window: Window):
    """The line that says who answers."""
    return window.page.get_by_label(re.compile("^Who answers"))
