"""What people paste, strangers send and machines withhold: the page stays whole, and says what is the matter."""

import json
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Locator, expect

from tests.browser.conftest import Comes
from tests.browser.devtools import tools_of
from tests.browser.line import Line
from tests.browser.serving import Serving
from tests.browser.test_streaming import path
from tests.browser.visiting import Visitor
from tests.providers import DONE, Answer, Provider, answer_of, call_delta, delta, end

LIMIT = 50_000
OVERRIDE = "\u202eesrever ni"
"""Words behind a mark that turns the direction of everything that follows."""
LINKS = """
[run](javascript:window.ran=1) [data](data:text/html,<script>window.ran=1</script>) [blob](blob:https://far.example/1)
[file](file:///etc/passwd) [spaces](<java\tscript:window.ran=1>) [relative](//far.example/x) [own](/api/v1/auth/logout)
[https://apple.com](https://\u0430\u0440\u0440\u04cf\u0435.com/login) <vbscript:window.ran=1>
"""
PICTURES = """
![pixel](https://far.example/pixel.png) ![](http://far.example/2.gif)
![ref][p] <img src="https://far.example/3.png"> <svg><image href="https://far.example/4.png"/></svg>

[p]: https://far.example/5.png
"""
LEFT_OF = """
(place, words) => {
  const [first, second] = words.map((word) => {
    const walk = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
      const at = node.data.indexOf(word);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + word.length);
      return range.getBoundingClientRect().left;
    }
    throw new Error(`${word} is not there`);
  });
  return first < second;
}
"""
NO_STORAGE = """
const forbidden = () => { throw new DOMException("Storage is not allowed here.", "SecurityError"); };
for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, { get: forbidden });
"""
FULL_STORAGE = """
Storage.prototype.setItem = () => { throw new DOMException("The quota has been exceeded.", "QuotaExceededError"); };
"""


async def test_a_message_of_forty_thousand_characters_is_counted_and_arrives_whole(
    admin: Visitor, house: Serving, model: Provider
) -> None:
    window = admin.windows[0]
    model.answer(*answer_of("Long."))
    words = ("Grüße 🪔 " * 5_001)[:40_001]
    await window.field.fill(words[:40_000])
    await expect(window.page.get_by_text("/ 50,000")).to_have_count(0)
    await window.field.fill(words)
    await expect(window.page.get_by_text("40,001 / 50,000")).to_be_visible()
    await window.field.press("Enter")
    await window.whole_answer()
    assert house.kept(words.strip()) == 1


async def test_a_paste_of_ten_megabytes_is_kept_out_and_what_was_written_stays(admin: Visitor, model: Provider) -> None:
    window = admin.windows[0]
    model.answer(*answer_of("Short."))
    await window.page.evaluate("navigator.clipboard.writeText('ten megabytes of it '.repeat(500_000))")
    await window.field.fill("half a thought")
    await window.field.press("Control+V")
    await expect(window.page.get_by_role("alert")).to_contain_text("That is 10,000,000 characters")
    await expect(window.field).to_have_value("half a thought")
    await window.field.press("Enter")
    await window.whole_answer()
    await expect(window.questions).to_have_text(["half a thought"])


async def test_a_mark_that_turns_the_direction_turns_nothing_but_its_own_words(admin: Visitor, model: Provider) -> None:
    window, page = admin.windows[0], admin.windows[0].page
    model.answer(*answer_of(f"It says {OVERRIDE}.\n\nWhat follows is read as ever."))
    answer = await window.asks(OVERRIDE)
    await expect(window.questions).to_have_text([OVERRIDE])
    assert await stands_before(answer.locator(".prose p").last, "What", "ever")
    item = page.get_by_role("navigation").locator(".item.on")
    assert await stands_before(item, "esrever", "now")
    await item.get_by_role("link").press("Delete")
    toast = page.locator(".toast")
    await expect(toast).to_contain_text(f"“{OVERRIDE}” is deleted for good in 10 seconds.")
    assert await stands_before(toast, "deleted", "seconds")
    await toast.get_by_role("button", name="Undo").click()


async def test_a_hostile_link_leads_nowhere_and_a_disguised_one_shows_where_it_leads(
    admin: Visitor, model: Provider
) -> None:
    window = admin.windows[0]
    model.answer(*answer_of(LINKS))
    answer = await window.asks("Where shall I go?")
    addresses = await answer.locator(".prose a").evaluate_all("all => all.map(one => one.href)")
    assert addresses == ["https://xn--80ak6aa92e.com/login"]
    await expect(answer.locator(".prose")).to_contain_text("https://apple.com (leads to xn--80ak6aa92e.com)")
    for words in ("run", "data", "blob", "file", "spaces"):
        await answer.get_by_text(words, exact=True).click()
    assert await window.page.evaluate("window.ran") is None
    assert await window.page.evaluate("location.pathname") == await path(window)


async def test_a_picture_from_elsewhere_is_named_and_nobody_there_hears_of_it(admin: Visitor, model: Provider) -> None:
    window = admin.windows[0]
    model.answer(*answer_of(PICTURES))
    asked: list[str] = []
    tools = await tools_of(window.page)
    await tools.send("Network.enable")
    tools.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    answer = await window.asks("Show me")
    await window.page.reload()
    await expect(answer.locator(".prose")).to_contain_text("pixel")
    await expect(answer.locator("img, image, picture, svg:not(.icon)")).to_have_count(0)
    assert asked != []
    assert [url for url in asked if "far.example" in url] == []


@pytest.mark.parametrize("script", [NO_STORAGE, FULL_STORAGE], ids=["forbidden", "full"])
async def test_a_browser_that_keeps_nothing_says_so_and_can_be_used(
    script: str, house: Serving, between: Line, far: Comes, model: Provider
) -> None:
    visitor = await far()
    await visitor.context.add_init_script(script)
    window = await visitor.opens("/")
    model.answer(*answer_of("Here."))
    await window.asks("Does it work?")
    between.cut()
    await expect(window.page.get_by_text("this browser stores nothing, so keep this tab open")).to_be_visible()
    words = f"Kept in this tab alone, {script.split()[0]}"
    await window.says(words)
    between.come_back()
    await expect(window.page.locator(".prose")).to_have_text(["Here.", "Here."])
    assert house.kept(words) == 1


async def test_by_a_clock_that_is_a_day_behind_nothing_is_of_tomorrow(admins: Comes, model: Provider) -> None:
    visitor = await admins()
    await visitor.context.clock.install(time=datetime.now(UTC) - timedelta(days=1))
    window = await visitor.opens("/")
    model.answer(*answer_of("Now."))
    await window.asks("What time is it, by a slow clock?")
    today = window.page.get_by_role("navigation").get_by_role("region", name="Today")
    await expect(today.locator(".item.on time")).to_have_text("now")
    await window.page.reload()
    await expect(window.words).to_have_text("Now.")
    await expect(today.locator(".item.on time")).to_have_text("now")


async def stands_before(place: Locator, first: str, second: str) -> bool:
    """Whether the one word is seen to the left of the other."""
    return bool(await place.evaluate(LEFT_OF, [first, second]))


async def test_a_result_of_ten_thousand_rows_is_sorted_scrolled_and_copied(
    admin: Visitor, house: Serving, model: Provider
) -> None:
    window, page = admin.windows[0], admin.windows[0].page
    asked = call_delta(0, id="c1", name="get_devices_in_room", arguments='{"room": "kitchen"}')
    looked = Answer((delta(role="assistant", content=""), asked, end("tool_calls"), DONE))
    model.answers.extend([looked, Answer(answer_of("A great many."))])
    answer = await window.asks("How many?")
    swell(house, [{"name": f"lamp {number}", "watts": number % 997} for number in range(10_000)])
    await page.reload()
    await answer.get_by_role("button", name=re.compile("^Looked at")).click()
    await window.button("Show the whole result").click()
    table = answer.get_by_role("region", name="What came back")
    await expect(answer.get_by_text("10,000 rows")).to_be_visible()
    assert await table.get_by_role("row").count() < 200
    await table.get_by_role("button", name="watts").click()
    await table.get_by_role("button", name="watts").click()
    await expect(table.get_by_role("row").nth(1)).to_contain_text("996")
    await table.evaluate("box => box.scrollTo(0, box.scrollHeight)")
    await expect(table.locator("tr[aria-rowindex='10001']")).to_be_visible()
    await answer.locator(".sheet-tools").get_by_role("button", name="Copy").last.click()
    copied = str(await page.evaluate("navigator.clipboard.readText()"))
    assert len(copied.strip().splitlines()) == 10_001
    model.answers.clear()
    model.answer(*answer_of("Yes."))
    await window.asks("Still there?")


async def test_a_written_table_of_ten_thousand_rows_leaves_the_page_in_reach(admin: Visitor, model: Provider) -> None:
    window = admin.windows[0]
    rows = [f"| lamp {number} | {number % 997} |\n" for number in range(10_000)]
    pieces = ["".join(rows[first : first + 50]) for first in range(0, 10_000, 50)]
    model.answers.append(Answer(answer_of("| name | watts |\n|---|--:|\n", *pieces)))
    await window.says("Write them all down")
    await window.field.fill("half a thought")
    await window.whole_answer()
    await expect(window.field).to_have_value("half a thought")
    assert await window.copied() == "| name | watts |\n|---|--:|\n" + "".join(rows)
    model.answers.clear()
    model.answer(*answer_of("Yes."))
    await window.asks("Still there?")


def swell(house: Serving, rows: list[dict[str, str | int]]) -> None:
    """Let the last run of a tool have had this result, which is too long to come along with its answer."""
    with closing(sqlite3.connect(house.folder / "data" / "parlour.db")) as database, database:
        run, message = database.execute("SELECT id, message_id FROM tool_runs ORDER BY started_at DESC").fetchone()
        database.execute("UPDATE tool_runs SET result = ? WHERE id = ?", (json.dumps(rows), run))
        (kept,) = database.execute("SELECT parts FROM messages WHERE id = ?", (message,)).fetchone()
        parts = json.loads(kept)
        call = next(part for part in parts if part["kind"] == "tool_call")
        call |= {"result": None, "truncated": True}
        database.execute("UPDATE messages SET parts = ? WHERE id = ?", (json.dumps(parts), message))
