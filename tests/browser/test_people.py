"""Somebody is invited, comes in by a name and a password of their own, and is changed and sent away while they look."""

from playwright.async_api import Browser, expect

from tests.browser.conftest import visiting
from tests.browser.serving import Serving
from tests.browser.visiting import Visitor


async def test_somebody_invited_comes_in_becomes_a_guest_and_is_let_in_no_more_at_once(
    house: Serving, admin: Visitor, browser: Browser
) -> None:
    page = admin.windows[0].page
    await page.goto(f"{house.address}/settings/people")
    await admin.windows[0].button("Invite somebody").click()
    await admin.windows[0].button("Make the link").click()
    link = await page.locator(".once code").inner_text()

    async with visiting(browser, house.address, None) as comes:
        kai = await (await comes()).opens()
        await kai.page.goto(link)
        await expect(kai.page.get_by_text("You would be a user here, in “Home”.")).to_be_visible()
        await kai.page.get_by_label("Name to sign in with").fill("kai")
        await kai.page.get_by_label("Password", exact=True).fill("four words are better")
        await kai.button("Come in").click()
        await expect(kai.field).to_be_visible()
        await kai.signs_out()
        await kai.page.get_by_label("Name or e-mail").fill("kai")
        await kai.page.get_by_label("Password", exact=True).fill("not this one")
        await kai.page.keyboard.press("Enter")
        await expect(kai.page.get_by_role("alert")).to_be_visible()
        await kai.page.get_by_label("Password", exact=True).fill("four words are better")
        await kai.page.keyboard.press("Enter")
        await expect(kai.page.locator(".me")).to_contain_text("kai · user")

        await page.reload()
        await page.get_by_label("Role of kai").select_option("guest")
        await expect(kai.page.get_by_text("You are a guest here now.")).to_be_visible()
        await expect(kai.page.locator(".me")).to_contain_text("kai · guest")
        await kai.field.fill("half a thought")
        await admin.windows[0].button("Let in no more…").click()
        await admin.windows[0].button("Let in no more").click()
        await expect(kai.page.get_by_text("Your session here has ended")).to_be_visible()
