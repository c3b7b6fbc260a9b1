"""A talk of which only a part is drawn, and where somebody reads in it: only a browser knows where anything is."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, cast

from playwright.async_api import Locator, Route, expect

from tests.browser.conftest import Comes
from tests.browser.test_streaming import held
from tests.browser.visiting import Visitor, Window
from tests.providers import Provider

EXCHANGES = 60

Late = Callable[[Route], Awaitable[None]]


class Keyboard(Protocol):
    """What an input method types on."""

    async def send(self, method: str, params: dict[str, Any], /) -> object: ...


TALK = """
async (exchanges) => {
  let conversation_id = null;
  const said = [];
  for (let number = 1; number <= exchanges; number += 1) {
    const body = JSON.stringify({ content: `Question ${number}`, conversation_id, wait: 10 });
    const headers = { "Content-Type": "application/json", "X-Parlour": "1" };
    const exchange = await (await fetch("/api/v1/chat/messages", { method: "POST", headers, body })).json();
    conversation_id = exchange.conversation_id;
    said.push(exchange.user_message.id);
  }
  return [conversation_id, said];
}
"""

IN_SIGHT = """
talk => [...talk.querySelectorAll(".question .said")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }))
  .map((one) => [one.innerText, one.getBoundingClientRect()])
  .filter(([, box]) => box.bottom > 60 && box.top < innerHeight - 90)
  .map(([words, box]) => [words, Math.round(box.top)])
"""


SETTLED = """
() => new Promise((done) => {
  let still = 0;
  let before = "";
  const look = () => {
    const now = [...document.querySelectorAll(".row")].map((row) => row.getBoundingClientRect().top).join();
    still = now === before ? still + 1 : 0;
    before = now;
    if (still > 20) done();
    else requestAnimationFrame(look);
  };
  look();
})
"""


async def test_a_long_talk_opens_at_its_end_and_is_read_back_to_its_beginning(guests: Comes) -> None:
    window, _ = await opened(guests)
    await expect(window.page.get_by_text(f"Question {EXCHANGES}", exact=True)).to_be_in_viewport()
    assert await window.page.locator(".row").count() < EXCHANGES
    await window.page.mouse.move(700, 400)
    met: set[str] = set()
    async with asyncio.timeout(180):
        while "Question 1" not in met:
            met |= {words for words, _ in await talk(window).evaluate(IN_SIGHT)}
            await window.page.mouse.wheel(0, -300)
            await window.page.evaluate("new Promise(requestAnimationFrame)")
    assert met == {f"Question {number}" for number in range(1, EXCHANGES + 1)}
    await expect(window.button("Earlier messages")).to_have_count(0)


async def test_what_somebody_reads_does_not_move_when_older_messages_come(guests: Comes) -> None:
    gate = asyncio.Event()

    async def late(route: Route) -> None:
        await gate.wait()
        await route.continue_()

    window, _ = await opened(guests, late)
    await talk(window).evaluate("talk => talk.scrollTo(0, 400)")
    await expect(window.page.get_by_text("Fetching earlier messages…")).to_have_count(1)
    await settled(window)
    seen = await talk(window).evaluate(IN_SIGHT)
    height = await talk(window).evaluate("talk => talk.scrollHeight")
    assert seen
    gate.set()
    await window.page.wait_for_function("h => document.querySelector('.talk').scrollHeight > h + 1000", arg=height)
    await settled(window)
    assert await talk(window).evaluate(IN_SIGHT) == seen


async def test_a_link_leads_to_its_message_however_far_back_and_on_from_there(guests: Comes) -> None:
    window, said = await opened(guests)
    page = window.page
    await page.goto(f"{page.url}#{said[4]}")
    await expect(page.get_by_text("Question 5", exact=True)).to_be_in_viewport()
    await expect(page.locator(".row.linked .said")).to_have_text("Question 5")
    await expect(page.locator(".row.linked")).to_be_focused()
    await page.reload()
    await expect(page.get_by_text("Question 5", exact=True)).to_be_in_viewport()
    await window.button("Latest messages ↓").click()
    await expect(page.get_by_text(f"Question {EXCHANGES}", exact=True)).to_be_in_viewport()
    await expect(window.button("Latest messages ↓")).to_have_count(0)


async def test_what_has_the_focus_stays_there_when_it_is_scrolled_out_of_sight(guests: Comes) -> None:
    window, _ = await opened(guests)
    button = window.page.get_by_role("button", name="Copy the answer").last
    await button.focus()
    await talk(window).evaluate("talk => talk.scrollTo(0, 0)")
    await expect(window.page.get_by_text(f"Question {EXCHANGES}", exact=True)).not_to_be_in_viewport()
    assert await window.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Copy the answer"


async def test_whoever_reads_further_up_is_left_there_and_told_that_something_came(
    admin: Visitor, model: Provider
) -> None:
    window = admin.windows[0]
    lines = [f"Line {number}.\n\n" for number in range(1, 41)]
    (first, second), answer = held("".join(lines), "The end.")
    model.answers.append(answer)
    await window.says("Tell me a lot")
    first.set()
    await expect(window.page.get_by_text("Line 40.", exact=True)).to_be_in_viewport()
    await window.page.mouse.move(700, 300)
    await window.page.mouse.wheel(0, -400)
    await expect(window.page.get_by_text("Line 40.", exact=True)).not_to_be_in_viewport()
    await settled(window)
    await expect(window.button("New messages ↓")).to_have_count(0)
    top = await talk(window).evaluate("talk => talk.scrollTop")
    second.set()
    await window.button("New messages ↓").click()
    await expect(window.page.get_by_text("The end.", exact=True)).to_be_in_viewport()
    await expect(window.button("New messages ↓")).to_have_count(0)
    assert await talk(window).evaluate("talk => talk.scrollTop") > top


async def test_nothing_is_sent_while_a_word_is_being_composed(window: Window) -> None:
    keyboard = cast(Keyboard, await window.page.context.new_cdp_session(window.page))
    await window.field.focus()
    await keyboard.send("Input.imeSetComposition", {"text": "だいどころ", "selectionStart": 5, "selectionEnd": 5})
    await expect(window.field).to_have_value("だいどころ")
    enter = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    await keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown"} | enter)
    await keyboard.send("Input.dispatchKeyEvent", {"type": "keyUp"} | enter)
    await keyboard.send("Input.insertText", {"text": "台所"})
    await expect(window.field).to_have_value("台所")
    await expect(window.questions).to_have_count(0)
    await window.field.press("Enter")
    await expect(window.questions).to_have_text(["台所"])
    await window.whole_answer()


async def opened(guests: Comes, late: Late | None = None) -> tuple[Window, list[str]]:
    """A window at a long talk, whose older messages come `late` if that is given, and the ids of its questions."""
    guest = await guests()
    window = await guest.opens("/")
    conversation, said = await window.page.evaluate(TALK, EXCHANGES)
    if late is not None:
        await window.page.route("**/messages?*before=*", late)
    await window.page.goto(f"{guest.address}/chat/{conversation}")
    await expect(window.questions.last).to_have_text(f"Question {EXCHANGES}")
    return window, said


def talk(window: Window) -> Locator:
    """The column that scrolls."""
    return window.page.get_by_role("region", name="Conversation")


async def settled(window: Window) -> None:
    """Wait until nothing has moved for some frames."""
    await window.page.evaluate(SETTLED)


async def test_an_answer_that_grows_by_much_with_every_frame_is_followed(admin: Visitor, model: Provider) -> None:
    window = admin.windows[0]
    tens = [range(first, first + 10) for first in range(0, 600, 10)]
    gates, answer = held(*("".join(f"Line {number}.\n\n" for number in ten) for ten in tens), "The end.")
    model.answers.append(answer)
    await window.says("Tell me a lot, and fast")
    for gate in gates[:-1]:
        gate.set()
        await window.page.evaluate("new Promise(requestAnimationFrame)")
    await expect(window.page.get_by_text("Line 599.", exact=True)).to_be_visible()
    await settled(window)
    await expect(window.page.get_by_text("Line 599.", exact=True)).to_be_in_viewport()
    await expect(window.button("New messages ↓")).to_have_count(0)
    gates[-1].set()
    await window.whole_answer()
