"""What changes something waits for a word: asked in one window, decided in another, done once, and taken back."""

import sqlite3
from contextlib import closing

from playwright.async_api import Locator, expect

from tests.browser.serving import Serving
from tests.browser.visiting import Visitor, Window
from tests.providers import DONE, Answer, Provider, answer_of, call_delta, delta, end

ASKED = "Add a floor lamp to the study"


async def test_a_lamp_asked_for_in_one_window_and_approved_in_another_is_there_once_and_can_be_taken_back(
    house: Serving, admin: Visitor, model: Provider
) -> None:
    here = admin.windows[0]
    model.answers.extend([adds("Reading Lamp"), Answer(answer_of("The lamp is in the study now."))])
    await here.says(ASKED)
    await expect(card(here)).to_contain_text("Nothing has happened yet. You can decide until")
    assert lamps(house, "Reading Lamp") == 0

    there = await admin.opens("/inbox")
    await expect(there.page).to_have_title("(1) Waiting for you · Parlour")
    await card(there).get_by_role("button", name="Do it").click()
    await expect(card(there)).to_contain_text("You said yes.")
    await there.page.get_by_role("main").get_by_role("link", name=ASKED).click()
    for window in (here, there):
        await expect(window.words).to_have_text("The lamp is in the study now.")
        await expect(line(window)).to_contain_text("admin said yes")
        await expect(card(window)).to_have_count(0)
        await expect(window.page).to_have_title(f"{ASKED} · Parlour")
    assert lamps(house, "Reading Lamp") == 1

    model.answers.clear()
    model.answers.extend([adds("Reading Lamp"), Answer(answer_of("It was there already."))])
    await here.whole_answer()
    await here.button("Ask again").click()
    await expect(here.words).to_have_text("It was there already.")
    await expect(line(here)).to_contain_text("done before, not done again")
    assert lamps(house, "Reading Lamp") == 1

    await here.answers.last.get_by_role("button", name="Undo").click()
    for window in (here, there):
        await expect(line(window)).to_contain_text("taken back")
    await expect(here.answers.last.get_by_role("button", name="Undo")).to_have_count(0)
    assert lamps(house, "Reading Lamp") == 0


async def test_what_is_changed_before_it_is_approved_is_what_is_done_and_what_is_refused_is_not(
    house: Serving, admin: Visitor, model: Provider
) -> None:
    here = admin.windows[0]
    model.answers.extend([adds("Banker Lamp"), Answer(answer_of("It is there."))])
    await here.says(ASKED)
    await card(here).get_by_role("button", name="Change…").click()
    await here.page.get_by_label("Name", exact=True).fill("Wall Lamp")
    await here.page.keyboard.press("Enter")
    await expect(here.button("Do it so")).to_be_visible()
    await here.button("Do it so").click()
    await expect(here.words).to_have_text("It is there.")
    assert (lamps(house, "Banker Lamp"), lamps(house, "Wall Lamp")) == (0, 1)

    model.answers.clear()
    model.answers.extend([adds("Pendant"), Answer(answer_of("Then not."))])
    await here.whole_answer()
    await here.says("And a pendant")
    await card(here).get_by_role("button", name="No", exact=True).click()
    await expect(here.words).to_have_text("Then not.")
    await expect(line(here)).to_contain_text("not done · admin said no")
    assert lamps(house, "Pendant") == 0


def adds(name: str) -> Answer:
    """A model that wants to add a lamp to the study."""
    arguments = (
        f'{{"entity_type": "device", "name": "{name}", "place": "study", "content": {{"device_class": "lamp"}}}}'
    )
    call = call_delta(0, id="c1", name="create_entity", arguments=arguments)
    return Answer((delta(role="assistant", content=""), call, end("tool_calls"), DONE))


def card(window: Window) -> Locator:
    return window.page.locator(".approval")


def line(window: Window) -> Locator:
    return window.answers.last.locator(".tool-line")


def lamps(house: Serving, name: str) -> int:
    """How many things of this name the home holds."""
    with closing(sqlite3.connect(f"file:{house.folder / 'data' / 'parlour.db'}?mode=ro", uri=True)) as database:
        (count,) = database.execute("SELECT count(*) FROM home_entities WHERE name = ?", (name,)).fetchone()
        return int(count)
