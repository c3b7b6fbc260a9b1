"""Every screen, by day and by night, wide and narrow, with large letters and at rest: nothing keeps anybody out."""

from pathlib import Path

import pytest

from tests.browser.conftest import Comes
from tests.browser.devtools import tools_of
from tests.browser.inspecting import cut_off, grave_faults, moving
from tests.browser.line import Line
from tests.browser.screens import Walk
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
        await window.page.screenshot(path=tmp_path / f"{size}-light-{name}.png")
        found = await grave_faults(window.page)
        await window.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        await window.page.screenshot(path=tmp_path / f"{size}-dark-{name}.png")
        found += [f"in the dark: {fault}" for fault in await grave_faults(window.page, "color-contrast")]
        await window.page.emulate_media(color_scheme="light", reduced_motion="reduce")
        found += await cut_off(window.page)
        if count := await moving(window.page):
            found.append(f"{count} things move")
        faults += [f"{name}: {one}" for one in found]
    assert not faults, "\n".join(faults)


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
