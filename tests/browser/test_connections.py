"""An admin joins the house to Home Assistant on the page: tried out, taken over, put aside, removed."""

import re

from playwright.async_api import Locator, expect

from tests.browser.conftest import Comes
from tests.browser.inspecting import cut_off, grave_faults
from tests.browser.serving import Serving
from tests.browser.visiting import Window
from tests.homeassistant import TOKEN, furnished, home_assistant


async def test_home_assistant_is_tried_out_joined_put_aside_and_removed(new_house: Serving, strangers: Comes) -> None:
    window = await (await strangers()).opens()
    await window.signs_in(new_house.link)
    page = window.page
    async with home_assistant(furnished()) as fake:
        await page.goto(f"{new_house.address}/settings/connections")
        await window.button("Connect Home Assistant").click()
        await page.get_by_label("Address").fill(fake.url)
        await page.get_by_label("Token").fill("not-the-token")
        await window.button("Check").click()
        await expect(page.locator(".provider-test .problem")).to_be_visible()
        await window.button("Check and keep").click()
        assert fake.sockets == set()
        await page.get_by_label("Token").fill(TOKEN)
        await window.button("Check").click()
        await expect(page.get_by_text(re.compile("answered in .* would be taken over"))).to_be_visible()
        assert await looked_at(window) == []
        await window.button("Check and keep").click()
        await expect(page.get_by_text("Home Assistant is kept, and is being connected.")).to_be_visible()
        await expect(row(window)).to_contain_text("Taken over: ")
        await expect(row(window)).to_contain_text(fake.url)
        await expect(row(window)).not_to_contain_text(TOKEN)
        assert await looked_at(window) == []

        await window.button("Change").click()
        await expect(page.get_by_text("One is kept, and stays when you leave this empty.")).to_be_visible()
        await page.get_by_label("Name", exact=True).fill("The barn")
        await window.button("Check and keep").click()
        await expect(row(window)).to_contain_text("The barn")
        await window.button("Disconnect for now").click()
        await expect(window.button("Connect again")).to_be_visible()
        await window.button("Remove…").click()
        await window.button("Remove it").click()
        await expect(page.get_by_text("Nothing is connected yet.")).to_be_visible()


async def test_whoever_is_no_admin_is_told_who_joins_the_house_to_something(
    new_house: Serving, strangers: Comes
) -> None:
    await new_house.command("user", "add", "ines", "--full-name", "Ines")
    window = await (await strangers()).opens()
    await window.signs_in(await new_house.new_link("ines"))
    await window.page.goto(f"{new_house.address}/settings/connections")
    await expect(window.page.get_by_text("can join this house to another system")).to_be_visible()
    await expect(window.button("Connect Home Assistant")).to_have_count(0)


def row(window: Window) -> Locator:
    return window.page.locator(".settings-rows > li")


async def looked_at(window: Window) -> list[str]:
    return [*await grave_faults(window.page), *await cut_off(window.page)]
