"""Addresses, the theme, the list that forgives, and what a browser forbids: what only a real one shows."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Comes
from tests.browser.devtools import tools_of
from tests.browser.serving import Serving
from tests.browser.test_streaming import path
from tests.browser.visiting import Window

STORAGE_FORBIDDEN = """
for (const name of ["sessionStorage", "localStorage"]) {
  Object.defineProperty(window, name, { get() { throw new DOMException("Forbidden.", "SecurityError"); } });
}
"""
FIRST_LOOK = """
new PerformanceObserver(() => { window.first ??= getComputedStyle(document.body).backgroundColor; })
  .observe({ type: "paint", buffered: true });
"""
NOT_FOUND = "Failed to load resource: the server responded with a status of 404 (Not Found)"
DARK = "rgb(24, 23, 20)"
NOT_KEPT = "Reconnecting. What you write goes out once; this browser stores nothing, so keep this tab open."


async def test_a_link_opened_while_signed_out_is_where_the_sign_in_leads(new_house: Serving, strangers: Comes) -> None:
    visitor = await strangers()
    first = await visitor.opens()
    await first.signs_in(new_house.link)
    await first.asks("What's in the kitchen?")
    wanted = await path(first)
    await first.signs_out()
    await expect(first.page.get_by_text("You are signed out.")).to_be_visible()
    again = await visitor.opens(wanted)
    await expect(again.page.get_by_text("You are not signed in here.")).to_be_visible()
    await again.page.goto(await new_house.new_link())
    await again.button("Sign in").click()
    await expect(again.questions).to_have_text(["What's in the kitchen?"])
    assert await path(again) == wanted
    await first.page.bring_to_front()
    await first.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(first.questions).to_have_text(["What's in the kitchen?"])


async def test_two_tabs_that_sign_out_at_once_are_both_out_and_neither_complains(
    new_house: Serving, strangers: Comes
) -> None:
    visitor = await strangers()
    first = await visitor.opens()
    await first.signs_in(new_house.link)
    second = await visitor.opens("/chat")
    await expect(second.field).to_be_visible()
    for window in (first, second):
        await window.page.get_by_label(re.compile("sign out$")).click()
    buttons = [window.button("Sign out") for window in (first, second)]
    await asyncio.gather(*(button.evaluate("button => button.click()") for button in buttons))
    for window in (first, second):
        await expect(window.page.get_by_label("Sign-in link")).to_be_visible()
        await expect(window.page.locator(".toast")).to_have_count(0)


async def test_an_address_where_nothing_is_says_so_and_going_back_leads_back(window: Window) -> None:
    page = window.page
    await window.asks("Which lights are on?")
    title = await page.title()
    here = await path(window)
    address = page.url.removesuffix(here)
    answer = await page.goto(f"{address}/nowhere/at/all")
    assert answer is not None
    assert answer.status == 404
    window.complaints.remove(NOT_FOUND)
    await expect(page.get_by_role("heading", name="Nothing is here")).to_be_visible()
    await expect(page).to_have_title("Nothing is here · Parlour")
    await page.get_by_role("link", name="Begin a conversation").click()
    await expect(page).to_have_title("New conversation · Parlour")
    await page.go_back()
    await expect(page.get_by_role("heading", name="Nothing is here")).to_be_visible()
    await page.go_back()
    await expect(page).to_have_title(title)
    await expect(window.questions).to_have_text(["Which lights are on?"])


async def test_a_theme_that_was_chosen_is_there_from_the_first_paint(guests: Comes) -> None:
    window = await (await guests()).opens("/")
    page = window.page
    await page.get_by_label(re.compile("sign out$")).click()
    await window.button("Dark").click()
    await expect(page.locator("body")).to_have_css("background-color", DARK)
    await page.add_init_script(FIRST_LOOK)
    await page.reload()
    await expect(window.field).to_be_visible()
    assert await page.evaluate("window.first") == DARK
    assert await page.evaluate("document.querySelector('meta[name=theme-color]').content") == "#181714"


async def test_the_page_can_be_installed(window: Window) -> None:
    tools = await tools_of(window.page)
    manifest = await tools.send("Page.getAppManifest")
    assert manifest["errors"] == []
    errors = (await tools.send("Page.getInstallabilityErrors"))["installabilityErrors"]
    assert [error["errorId"] for error in errors if error["errorId"] != "in-incognito"] == []


async def test_what_was_deleted_is_gone_though_the_page_was_left_at_once(guests: Comes) -> None:
    visitor = await guests()
    window = await visitor.opens("/")
    await window.asks("What is in the attic, to be deleted?")
    gone = await path(window)
    await window.page.goto(f"{visitor.address}/chat")
    await window.asks("What is in the attic, to be kept?")
    kept = await path(window)
    for title in ("What is in the attic, to be deleted?", "What is in the attic, to be kept?"):
        await deleted(window.page, title)
    await window.page.locator(".toast", has_text="to be kept").get_by_role("button", name="Undo").click()
    await window.page.goto("about:blank")
    other = await visitor.opens(kept)
    await expect(other.questions).to_have_text(["What is in the attic, to be kept?"])
    await expect(item(other.page, "to be deleted")).to_have_count(0)
    await other.page.goto(visitor.address + gone)
    await expect(other.page.get_by_role("heading", name="This conversation is not here")).to_be_visible()


async def test_where_storage_is_forbidden_everything_works_and_it_says_what_is_not_kept(
    house: Serving, admins: Comes
) -> None:
    visitor = await admins()
    await visitor.context.add_init_script(STORAGE_FORBIDDEN)
    window = await visitor.opens("/")
    await expect(window.page.locator(".toast")).to_contain_text("This browser lets the page keep nothing.")
    await window.field.fill("half a thought")
    await window.page.get_by_label(re.compile("sign out$")).click()
    await window.page.get_by_role("link", name="Settings").click()
    await expect(window.field).to_have_count(0)
    await window.page.get_by_role("link", name="New conversation").click()
    await expect(window.field).to_have_value("half a thought")
    await house.kill()
    await expect(window.page.get_by_text(NOT_KEPT)).to_be_visible()
    await house.start()
    await expect(window.page.get_by_text(NOT_KEPT)).to_have_count(0)


async def test_a_clock_that_is_off_by_a_day_tells_the_time_of_the_house(guests: Comes) -> None:
    visitor = await guests()
    await visitor.context.clock.install(time=datetime.now(UTC) + timedelta(days=1))
    window = await visitor.opens("/")
    await window.asks("Which windows are open, by the wrong clock?")
    await expect(item(window.page, "by the wrong clock").locator("time")).to_have_text("now")
    await expect(window.page.get_by_role("region", name="Today")).to_be_visible()


def item(page: Page, title: str) -> Locator:
    """A conversation in the list."""
    return page.locator(".item", has_text=title)


async def deleted(page: Page, title: str) -> None:
    """Delete a conversation by its key."""
    await item(page, title).locator(".item-link").focus()
    await page.keyboard.press("Delete")
    await expect(item(page, title)).to_have_count(0)
