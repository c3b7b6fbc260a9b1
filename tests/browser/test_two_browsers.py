"""Two browsers at one conversation: one is reloaded while it is answered, the other frozen. Neither loses a byte."""

import asyncio
import json
from pathlib import Path

from playwright.async_api import Browser, StorageState, expect

from tests.browser.conftest import Comes
from tests.browser.serving import Serving
from tests.browser.sleepy import sleeper
from tests.browser.test_streaming import path
from tests.providers import DONE, Provider, end, usage

BEFORE = (
    "Grüße, ",
    "e",
    "\u0301 a\u0308\u0323, ",
    "👩\u200d",
    "👩\u200d👧 ",
    "**bo",
    "ld** and `co",
    "de`\r\n\r\n",
    "𝔊𝔬𝔱𝔥",
)
LAMP = ("\ud83e", "\ude94 ")
"""The two halves of one character, cut as some providers cut it."""
MEANWHILE = (
    *(
        "# He",
        "ading\r\n\r\n",
        "| a | b |\r\n|--",
        "-|--:|\r\n| 1 | ",
        "2 |\r\n\r\n",
        "```py\r\nif a < b:\r\n\tpa",
        "ss\r\n`",
    ),
    *(
        "``\r\n\r\n",
        "> quo",
        "ted\r\n\r\n",
        "1. one\r\n2. t",
        "wo\r\n   - in",
        "ner\r\n\r\n",
        "\u200fשלום \u202eabc\u202c ",
    ),
    *(
        "\u2066x\u2069\r\n\r\n[a li",
        "nk](https://exa",
        "mple.com/?a=1&b=2) <scr",
        "ipt>1</script> &am",
        "p; \ufeff\u2028",
    ),
    *(" two spaces  \n", "* "),
)
AFTER = (
    "starts a li",
    "st\n* 日本",
    "語\n\n",
    "---\n\n",
    "~~gone~~ <!-- ",
    "kept --> \\*",
    "not bold\\* ",
    "\u0007 end",
    "\r\n \t",
)
WHOLE = "".join(BEFORE) + "🪔 " + "".join(MEANWHILE) + "".join(AFTER)


async def test_a_reloaded_and_a_frozen_browser_show_to_the_byte_what_the_provider_sent(
    house: Serving, admins: Comes, known_there: StorageState, browser: Browser, model: Provider, tmp_path: Path
) -> None:
    begin, go_on, finish = (asyncio.Event() for _ in range(3))
    pieces = map(said, (*BEFORE, *LAMP)), map(said, MEANWHILE), map(said, AFTER)
    model.answer(said(""), begin, *pieces[0], go_on, *pieces[1], finish, *pieces[2], end(), usage(7, 3), DONE)
    reloaded = await (await admins()).opens("/")
    await reloaded.says("Say everything that is hard to say")
    place = await path(reloaded)
    async with sleeper(browser, tmp_path, house.address, known_there) as sleeping:
        frozen = sleeping.window
        await frozen.page.goto(house.address + place)
        begin.set()
        for window in (reloaded, frozen):
            await expect(window.words).to_contain_text("𝔊𝔬𝔱𝔥🪔")

        await sleeping.freezes()
        await reloaded.page.reload()
        go_on.set()
        await expect(reloaded.words).to_contain_text("two spaces")
        assert "two spaces" not in await frozen.words.inner_text()
        await sleeping.thaws()
        await expect(frozen.words).to_contain_text("two spaces")
        for window in (reloaded, frozen):
            await expect(window.answers).to_have_attribute("aria-busy", "true")

        finish.set()
        late = await (await admins()).opens(place)
        for window in (reloaded, frozen, late):
            await window.whole_answer()
            assert await window.copied() == WHOLE
            await expect(window.words.locator(".code-word")).to_have_text(["if", "pass"])
            assert await window.words.inner_html() == await reloaded.words.inner_html()
    assert len(model.received) == 1


def said(piece: str) -> bytes:
    """One chunk of an answer, with whatever stands alone in `piece` escaped as JSON escapes it."""
    value = {"model": "fake-1", "choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]}
    return b"data: " + json.dumps(value).encode() + b"\n\n"
