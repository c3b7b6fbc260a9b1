"""Something waits for somebody who looks elsewhere: the browser says so, if that is wanted, and so does the tab."""

from typing import Any

from playwright.async_api import Page, expect

from tests.browser.test_approvals import ASKED, adds, card
from tests.browser.visiting import Visitor
from tests.providers import Answer, Provider, answer_of

WATCHED = """
  window.elsewhere = false;
  Object.defineProperty(document, "visibilityState", { get: () => (window.elsewhere ? "hidden" : "visible") });
  window.notes = [];
  window.Notification = class extends window.Notification {
    constructor(title, options) {
      super(title, options);
      window.notes.push({ title, ...options });
      window.note = this;
    }
  };
"""
"""A headless browser shows nobody its notes, and its pages are always in sight."""


async def notes(page: Page) -> list[dict[str, Any]]:
    return await page.evaluate("window.notes")


async def test_the_browser_tells_whoever_looks_elsewhere_and_only_where_that_is_wanted(
    admin: Visitor, model: Provider
) -> None:
    await admin.context.grant_permissions(["notifications"])
    await admin.context.add_init_script(WATCHED)
    window = admin.windows[0]
    page, icon = window.page, window.page.locator("link[rel=icon]")
    await page.goto(f"{admin.address}/settings")
    await window.button("Tell me in this browser").click()
    await expect(page.get_by_text("This browser tells you when something waits")).to_be_visible()

    await page.goto(admin.address)
    await expect(icon).to_have_attribute("href", "/favicon.svg")
    await page.evaluate("window.elsewhere = true")
    model.answers.extend([adds("Reading Lamp"), Answer(answer_of("Then not."))])
    await window.says(ASKED)
    await expect(card(window)).to_be_visible()
    # As a function: words would be evaluated in the page, which its rules forbid, unless they are true at once.
    await page.wait_for_function("() => window.notes.length === 1")
    (said,) = await notes(page)
    assert said == {"title": "Parlour", "body": "Something waits for your word.", "tag": "parlour-waiting"}
    await expect(icon).to_have_attribute("href", "/favicon-waiting.svg")
    drawn = await page.request.get(f"{admin.address}/favicon-waiting.svg")
    assert (drawn.status, drawn.headers["content-type"]) == (200, "image/svg+xml")

    await page.evaluate("window.note.onclick()")
    await expect(page).to_have_url(f"{admin.address}/inbox")
    await card(window).get_by_role("button", name="No", exact=True).click()
    await expect(icon).to_have_attribute("href", "/favicon.svg")
    await page.go_back()
    await window.whole_answer()


async def test_nobody_is_told_who_sees_the_page_or_wants_no_notes(admin: Visitor, model: Provider) -> None:
    await admin.context.grant_permissions(["notifications"])
    await admin.context.add_init_script(WATCHED)
    window = admin.windows[0]
    page = window.page
    await page.goto(f"{admin.address}/settings")
    await window.button("Tell me in this browser").click()
    for wants, elsewhere in ((True, False), (False, True)):
        if not wants:
            await page.goto(f"{admin.address}/settings")
            await window.button("Tell me no more").click()
            await expect(window.button("Tell me in this browser")).to_be_visible()
        await page.goto(admin.address)
        await page.evaluate(f"window.elsewhere = {str(elsewhere).lower()}")
        model.answers.clear()
        model.answers.extend([adds("Pendant"), Answer(answer_of("Then not."))])
        await window.says(ASKED)
        await expect(page).to_have_title(f"(1) {ASKED} · Parlour")
        await card(window).get_by_role("button", name="No", exact=True).click()
        await expect(window.words).to_have_text("Then not.")
        assert await notes(page) == []


async def test_where_the_browser_was_told_to_show_none_the_page_says_so(admin: Visitor) -> None:
    window = admin.windows[0]
    await window.page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")
    await window.page.goto(f"{admin.address}/settings")
    await expect(window.page.get_by_text("This browser was told to show no notes of this page.")).to_be_visible()
    await expect(window.button("Tell me in this browser")).to_have_count(0)
