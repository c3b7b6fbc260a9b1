"""Every screen, by day and by night, wide and narrow, with large letters and at rest: nothing keeps anybody out."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Comes
from tests.browser.devtools import tools_of
from tests.browser.inspecting import cut_off, grave_faults, moving
from tests.browser.line import Line
from tests.browser.screens import Walk
from tests.browser.serving import Serving
from tests.providers import Provider

SIZES = {"desk": (1280, 800), "phone": (390, 844)}


@pytest.mark.parametrize("size", SIZES)
async def test_no_screen_has_a_serious_fault_in_either_theme_is_cut_off_or_moves(
    size: str, between: Line, far: Comes, model: Provider, tmp_path: Path
) -> None:
    width, height = SIZES[size]
    window = await (await far(width=width, height=height)).opens()
    walk = Walk(window, model, between)
    faults: list[str] = []
    async for name in walk.screens():
        faults += [f"{name}: {one}" for one in await looked_at(window.page, tmp_path, size, name)]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("size", SIZES)
async def test_the_door_has_no_serious_fault_either(
    size: str, new_house: Serving, strangers: Comes, tmp_path: Path
) -> None:
    width, height = SIZES[size]
    window = await (await strangers(width=width, height=height)).opens("/")
    await expect(window.page.get_by_text("You are not signed in here.")).to_be_visible()
    assert await looked_at(window.page, tmp_path, size, "door") == []
    await window.page.goto(f"{new_house.address}/link?token=used-up")
    await window.button("Sign in").click()
    await expect(window.page.get_by_role("alert")).to_be_visible()
    assert await looked_at(window.page, tmp_path, size, "link") == []


async def looked_at(page: Page, folder: Path, size: str, name: str) -> list[str]:
    """What is wrong on a screen, of which a picture by day and one by night is kept."""
    await page.screenshot(path=folder / f"{size}-light-{name}.png")
    found = await grave_faults(page)
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await page.screenshot(path=folder / f"{size}-dark-{name}.png")
    found += [f"in the dark: {fault}" for fault in await grave_faults(page, "color-contrast")]
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    found += await cut_off(page)
    if count := await moving(page):
        found.append(f"{count} things move")
    return found


async def test_letters_of_twice_the_size_lose_nothing(
    between: Line, far: Comes, model: Provider, tmp_path: Path
) -> None:
    window = await (await far()).opens()
    tools = await tools_of(window.page)
    await tools.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    faults: list[str] = []
    async for name in Walk(window, model, between).screens():
        await window.page.screenshot(path=tmp_path / f"large-{name}.png")
        faults += [f"{name}: {one}" for one in await cut_off(window.page)]
    assert await window.page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)") == 30
    assert not faults, "\n".join(faults)
