"""The server is killed in the middle of everything, and nobody in front of a page has to do anything about it."""

from playwright.async_api import expect

from tests.browser.serving import Serving
from tests.browser.test_streaming import held, path
from tests.browser.visiting import Visitor
from tests.providers import DONE, Answer, Provider, answer_of, call_delta, delta, end

RECONNECTING = "Reconnecting. What you write is kept and goes out once."


async def test_both_pages_heal_by_themselves_and_the_answer_is_finished_once(
    house: Serving, admin: Visitor, model: Provider
) -> None:
    here = admin.windows[0]
    asked = call_delta(0, id="c1", name="get_devices_in_room", arguments='{"room": "kitchen"}')
    (gate, _), cut = held("The kitchen has nine ", "never sent")
    whole = answer_of("The kitchen has nine ", "devices, and the oven ", "is on.")
    looked = Answer((delta(role="assistant", content=""), asked, end("tool_calls"), DONE))
    model.answers.extend([looked, cut, Answer(whole), Answer(answer_of("You are welcome."))])

    await here.says("What's in the kitchen?")
    there = await admin.opens(await path(here))
    gate.set()
    for window in (here, there):
        await expect(window.words).to_have_text("The kitchen has nine")

    await house.kill()
    for window in (here, there):
        await expect(window.page.get_by_text(RECONNECTING)).to_be_visible()
        await expect(window.words).to_have_text("The kitchen has nine")
    await here.says("Thank you")
    await expect(here.page.get_by_text("Kept here; it goes out when the connection is back.")).to_be_visible()

    await house.start()
    for window in (here, there):
        await expect(window.page.get_by_text(RECONNECTING)).to_have_count(0)
        await expect(window.questions).to_have_text(["What's in the kitchen?", "Thank you"])
        await expect(window.page.locator(".prose")).to_have_text(
            ["The kitchen has nine devices, and the oven is on.", "You are welcome."]
        )
        await expect(window.answers.locator(".tool")).to_have_count(1)
        await window.whole_answer()

    await there.page.reload()
    await expect(there.questions).to_have_text(["What's in the kitchen?", "Thank you"])
    await expect(there.page.locator(".prose")).to_have_count(2)
    assert len(model.received) == 4


async def test_a_message_written_while_the_server_is_away_outlives_its_tab_and_goes_out_once(
    house: Serving, admin: Visitor, model: Provider
) -> None:
    window = admin.windows[0]
    model.answer(*answer_of("Here."))
    await window.asks("Are you there?")
    await house.kill()
    await expect(window.page.get_by_text(RECONNECTING)).to_be_visible()
    await window.says("And now?")
    await window.field.fill("half a thought")
    address = await path(window)
    await window.page.close()
    await house.start()
    window = await admin.opens(address)
    await expect(window.questions).to_have_text(["Are you there?", "And now?"])
    await expect(window.page.locator(".prose")).to_have_text(["Here.", "Here."])
    await expect(window.field).to_have_value("half a thought")
    assert len(model.received) == 2


async def test_a_refused_sign_in_after_the_restart_leads_to_the_door(house: Serving, admin: Visitor) -> None:
    window = admin.windows[0]
    await expect(window.field).to_be_visible()
    await house.kill()
    await expect(window.page.get_by_text(RECONNECTING)).to_be_visible()
    await admin.context.clear_cookies()
    await house.start()
    await expect(window.page.get_by_text("You are not signed in here.")).to_be_visible()
