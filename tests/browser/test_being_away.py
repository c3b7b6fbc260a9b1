"""A line that loses everything, a laptop that sleeps, a server that is stopped: what was written goes out once."""

from playwright.async_api import expect

from tests.browser.conftest import Comes
from tests.browser.line import Line
from tests.browser.serving import Serving
from tests.browser.test_losing_the_server import RECONNECTING
from tests.browser.test_streaming import path
from tests.browser.visiting import Visitor, Window
from tests.providers import Provider, answer_of

HEARTBEAT_MS = 30_000
SILENCE_MS = 10_000
LONGEST_PAUSE_MS = 30_000
HOUR_MS = 3_600_000
HANDSHAKE_MS = 2_000
ATTEMPTS = 5
SENDING = "Sending…"
KEPT = "Kept here; it goes out when the connection is back."


async def test_a_line_that_loses_everything_is_noticed_and_what_went_into_it_arrives_once(
    house: Serving, between: Line, far: Comes, model: Provider
) -> None:
    window = await with_a_clock(await far())
    model.answer(*answer_of("Here."))
    await window.asks("Is anybody there?")
    between.go_silent()
    await window.says("Said into nothing")
    await expect(window.page.get_by_text(SENDING)).to_be_visible()
    await window.page.clock.run_for(HEARTBEAT_MS + SILENCE_MS)
    await expect(window.page.get_by_text(RECONNECTING)).to_be_visible()
    await expect(window.page.get_by_text(KEPT)).to_be_visible()
    between.come_back()
    await window.page.clock.run_for(SILENCE_MS + LONGEST_PAUSE_MS)
    await expect(window.page.get_by_text(RECONNECTING)).to_have_count(0)
    await expect(window.page.locator(".prose")).to_have_text(["Here.", "Here."])
    assert house.kept("Said into nothing") == 1
    assert len(model.received) == 2


async def test_a_message_whose_receipt_was_lost_is_sent_again_and_counts_once(
    house: Serving, between: Line, far: Comes, model: Provider
) -> None:
    window = await with_a_clock(await far())
    model.answer(*answer_of("Heard."))
    await window.asks("Do you hear me?")
    between.swallows_answers = True
    await window.says("The receipt of this is lost")
    await model.until_asked(2)
    await expect(window.page.get_by_text(SENDING)).to_be_visible()
    await window.page.clock.run_for(HEARTBEAT_MS + SILENCE_MS)
    await expect(window.page.get_by_text(KEPT)).to_be_visible()
    between.come_back()
    await window.page.clock.run_for(SILENCE_MS + LONGEST_PAUSE_MS)
    await expect(window.questions).to_have_text(["Do you hear me?", "The receipt of this is lost"])
    await expect(window.page.locator(".prose")).to_have_text(["Heard.", "Heard."])
    await expect(window.page.get_by_text(KEPT)).to_have_count(0)
    assert house.kept("The receipt of this is lost") == 1
    assert len(model.received) == 2


async def test_after_an_hour_of_sleep_on_which_the_server_was_restarted_the_page_heals_by_itself(
    house: Serving, between: Line, far: Comes, model: Provider
) -> None:
    window = await with_a_clock(await far())
    model.answer(*answer_of("Good night."))
    await window.asks("Good night")
    await house.stop()
    await expect(window.page.get_by_text(RECONNECTING)).to_be_visible()
    await window.says("Written before the lid was closed")
    await expect(window.page.get_by_text(KEPT)).to_be_visible()
    between.go_silent()
    await house.start()
    between.come_back()
    await window.page.clock.fast_forward(HOUR_MS)
    await expect(window.page.get_by_text(RECONNECTING)).to_have_count(0)
    await expect(window.page.locator(".prose")).to_have_text(["Good night.", "Good night."])
    await expect(window.field).to_have_value("")
    assert house.kept("Written before the lid was closed") == 1
    assert len(model.received) == 2


async def test_an_hour_of_sleep_over_a_line_that_was_forgotten_meanwhile_loses_nothing(
    house: Serving, between: Line, far: Comes, model: Provider
) -> None:
    window, other = await with_a_clock(await far()), await with_a_clock(await far())
    model.answer(*answer_of("Yes."))
    await window.asks("Are you awake?")
    await other.page.goto(between.address + await path(window))
    await expect(other.words).to_have_text("Yes.")
    between.go_silent()
    await window.says("Typed as the network went")
    await window.page.clock.fast_forward(HOUR_MS)
    await other.page.clock.fast_forward(HOUR_MS)
    between.come_back()
    for one in (window, other):
        await one.page.clock.run_for(HEARTBEAT_MS + SILENCE_MS)
        await comes_back(one)
        await expect(one.questions).to_have_text(["Are you awake?", "Typed as the network went"])
        await expect(one.page.locator(".prose")).to_have_text(["Yes.", "Yes."])
    assert house.kept("Typed as the network went") == 1


async def test_what_is_written_while_a_conversation_begins_goes_on_in_it(
    between: Line, far: Comes, model: Provider
) -> None:
    window = await with_a_clock(await far())
    model.answer(*answer_of("Here."))
    await expect(window.field).to_be_focused()
    between.cut()
    await expect(window.page.get_by_text(RECONNECTING)).to_be_visible()
    await window.says("The first of a conversation")
    await window.page.keyboard.type("half a")
    between.come_back()
    await window.page.clock.run_for(LONGEST_PAUSE_MS)
    await path(window)
    await expect(window.words).to_have_text("Here.")
    await expect(window.field).to_be_focused()
    await window.page.keyboard.type(" thought")
    await expect(window.field).to_have_value("half a thought")


async def test_two_tabs_with_messages_waiting_each_send_theirs_once(
    house: Serving, between: Line, far: Comes, model: Provider
) -> None:
    visitor = await far()
    model.answer(*answer_of("Yes."))
    first = await visitor.opens("/")
    await first.asks("Are there two of us?")
    second = await visitor.opens(await path(first))
    await expect(second.words).to_have_text("Yes.")
    await house.stop()
    written = ["One of the first tab", "Two of the first tab", "One of the second tab"]
    for window, message in zip((first, first, second), written, strict=True):
        await expect(window.page.get_by_text(RECONNECTING)).to_be_visible()
        await window.says(message)
    await expect(first.page.get_by_text(KEPT)).to_have_count(2)
    await house.start()
    await first.page.reload()
    for window in (first, second):
        await expect(window.page.locator(".prose")).to_have_text(["Yes."] * 4)
        await expect(window.page.get_by_text(KEPT)).to_have_count(0)
        await expect(window.questions).to_have_count(4)
    assert [house.kept(message) for message in written] == [1, 1, 1]
    assert len(model.received) == 4
    said = await first.questions.all_text_contents()
    assert said.index(written[0]) < said.index(written[1])


async def comes_back(window: Window) -> None:
    """Let time pass until the window has its connection back.

    Time is given to the network before more of it passes: a handshake on a busy machine is not to be overtaken.
    """
    gone = expect(window.page.get_by_text(RECONNECTING))
    for _ in range(ATTEMPTS):
        try:
            await gone.to_have_count(0, timeout=HANDSHAKE_MS)
            return
        except AssertionError:
            await window.page.clock.run_for(LONGEST_PAUSE_MS)
    await gone.to_have_count(0)


async def with_a_clock(visitor: Visitor) -> Window:
    """The empty page, in a browser whose clock the test can move; otherwise it goes as clocks go."""
    await visitor.context.clock.install()
    return await visitor.opens("/")
