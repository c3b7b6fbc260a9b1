"""How somebody comes in, and who is asked then."""

import re
from urllib.parse import urlsplit

from playwright.async_api import Locator, expect

from tests.browser.conftest import Comes
from tests.browser.serving import Serving
from tests.browser.visiting import Window
from tests.providers import Provider, answer_of


async def test_a_link_signs_in_once_and_says_so_when_it_is_used_again(new_house: Serving, strangers: Comes) -> None:
    first = await (await strangers()).opens("/")
    await expect(first.page.get_by_text("You are not signed in here.")).to_be_visible()
    await first.page.goto(new_house.link)
    await expect(first.button("Sign in")).to_be_visible()
    await first.page.reload()
    await first.signs_in(new_house.link)
    assert await first.page.evaluate("location.pathname + location.search") == "/chat"

    second = await (await strangers()).opens()
    await second.page.goto(new_house.link)
    await second.button("Sign in").click()
    await expect(second.page.get_by_role("alert")).to_contain_text("This link was used before or has expired.")
    await second.signs_in(await new_house.new_link())
    await second.signs_out()
    await expect(second.page.get_by_text("You are not signed in here.")).to_be_visible()


async def test_a_model_that_was_found_is_asked_only_after_an_admins_word_and_never_after_it_is_taken_back(
    new_house: Serving, strangers: Comes, model: Provider
) -> None:
    model.answer(*answer_of("Nine ", "devices."))
    window = await (await strangers()).opens()
    await window.signs_in(new_house.link)
    await expect(who_answers(window)).to_have_accessible_name("Who answers: built in")
    where = urlsplit(model.base_url).netloc
    await expect(window.page.get_by_text(f"Ask openai/fake-1 at {where}?")).to_be_visible()
    await window.button("Allow it").click()
    await expect(who_answers(window)).to_have_accessible_name("Who answers: openai/fake-1")
    assert model.received == []
    answer = await window.asks("What's in the kitchen?")
    await expect(answer.locator(".prose")).to_have_text("Nine devices.")
    await expect(answer.locator(".foot")).to_contain_text("fake-1 · 10 tokens")

    await who_answers(window).click()
    await window.page.get_by_role("button", name=re.compile("^built in")).click()
    answer = await window.asks("What's in the kitchen?")
    await expect(answer.locator(".foot")).to_contain_text("built in · no model used")

    await who_answers(window).click()
    await window.page.get_by_role("link", name="Set up models…").click()
    await window.button("Send nothing there any more").click()
    await expect(window.page.get_by_text(f"Nothing is sent to {where} before your word.")).to_be_visible()
    await window.page.go_back()
    await expect(who_answers(window)).to_have_accessible_name("Who answers: built in")
    answer = await window.asks("and the bedroom?")
    await expect(answer.locator(".foot")).to_contain_text("built in · no model used")
    assert len(model.received) == 1


def who_answers(window: Window) -> Locator:
    """The line that says who answers."""
    return window.page.get_by_label(re.compile("^Who answers"))
