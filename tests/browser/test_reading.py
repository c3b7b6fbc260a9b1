"""The page on a desk and on a phone, by day and by night, with little and with much on it."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.visiting import Window

SCREENS = {"desk": (1280, 800), "phone": (390, 844)}
QUESTION = "Which lights are on?"
WIDER_THAN_THE_SCREEN = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
TOO_SMALL = """
[...document.querySelectorAll('a, button, summary')]
  .filter((one) => one.checkVisibility() && !one.closest('.prose, .skip') && getComputedStyle(one).display !== 'inline')
  .map((one) => [one.getBoundingClientRect(), one])
  .filter(([box]) => box.height > 0 && box.height < 44 && box.right > 0)
  .map(([box, one]) => `${one.className} ${one.innerText || one.ariaLabel}: ${box.height}`)
"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
async def test_nothing_is_wider_than_the_screen(screen: str, dark: bool, guests: Comes, tmp_path: Path) -> None:
    width, height = SCREENS[screen]
    guest = await guests(width=width, height=height, dark=dark)
    window = await guest.opens("/")
    await expect(window.page.locator(".empty li")).to_have_count(4)
    await looked_at(window, tmp_path / f"{screen}-{dark}-empty.png")
    answer = await window.asks("What's in the kitchen?")
    await answer.get_by_role("button", name=re.compile("^Looked at")).click()
    await expect(answer.get_by_role("table")).to_be_visible()
    await looked_at(window, tmp_path / f"{screen}-{dark}-answer.png")
    ground = await window.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground))) < 300) == dark


async def test_on_a_phone_the_list_is_a_drawer_that_holds_the_focus_and_closes_by_escape(guests: Comes) -> None:
    window = await (await guests(width=390, height=844)).opens("/")
    page = window.page
    await window.asks(QUESTION)
    await expect(page.get_by_role("navigation")).to_be_hidden()
    opener = page.get_by_label("Show conversations")
    await opener.tap()
    await expect(page.get_by_role("link", name="New conversation")).to_be_focused()
    for _ in range(12):
        await page.keyboard.press("Tab")
        assert await page.evaluate("document.activeElement.closest('main') === null")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("navigation")).to_be_hidden()
    await expect(opener).to_be_focused()
    await opener.tap()
    await page.get_by_role("link", name="New conversation").tap()
    await expect(page.get_by_role("navigation")).to_be_hidden()
    await expect(page.locator(".empty h2")).to_be_visible()


async def test_on_a_phone_what_can_be_pressed_is_large_enough_for_a_thumb(guests: Comes) -> None:
    window = await (await guests(width=390, height=844)).opens("/")
    await expect(window.page.locator(".empty li")).to_have_count(4)
    assert await window.page.evaluate(TOO_SMALL) == []
    await window.asks(QUESTION)
    assert await window.page.evaluate(TOO_SMALL) == []
    await window.page.get_by_label("Show conversations").tap()
    await expect(window.page.get_by_role("navigation")).to_be_visible()
    assert await window.page.evaluate(TOO_SMALL) == []


async def looked_at(window: Window, picture: Path) -> None:
    """Take a picture, and see that nothing is cut off."""
    await window.page.screenshot(path=picture)
    assert not await window.page.evaluate(WIDER_THAN_THE_SCREEN)
