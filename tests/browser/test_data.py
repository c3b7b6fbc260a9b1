"""A database on the page: an admin gives it to a project, others see that it is there, and people ask what is in it."""

import json
import re
import sqlite3
from contextlib import closing

from playwright.async_api import Locator, expect

from tests.browser.conftest import Comes
from tests.browser.inspecting import cut_off, grave_faults
from tests.browser.serving import Serving
from tests.browser.visiting import Window
from tests.databases import shop
from tests.providers import DONE, Answer, Provider, answer_of, call_delta, delta, end

QUERY = (
    "SELECT c.name, COUNT(*) AS open_orders FROM customers AS c JOIN orders AS o ON o.customer_id = c.id "
    "WHERE c.city = 'Leeds' AND o.status = 'open' GROUP BY c.name ORDER BY c.name"
)
TOLD = "These have:\n\n| customer | open orders |\n|---|--:|\n| Brown & Sons | 1 |\n| Dales \\| Tea | 1 |\n"


async def test_a_database_is_tried_out_kept_seen_by_others_and_removed(new_house: Serving, strangers: Comes) -> None:
    folder = new_house.folder / "data" / "datasources"
    folder.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(folder / "shop.db")) as shop:
        shop.executescript("CREATE TABLE customers (name TEXT); CREATE TABLE orders (number INTEGER)")
    window = await (await strangers()).opens()
    await window.signs_in(new_house.link)
    page = window.page
    await page.goto(f"{new_house.address}/settings/data")
    await expect(page.get_by_text("works with nothing else yet")).to_be_visible()
    await window.button("Add a datasource").click()
    await page.get_by_label("Name", exact=True).fill("shop")
    await page.get_by_label("Database", exact=True).fill("nowhere.db")
    await window.button("Check").click()
    await expect(page.locator(".provider-test .problem")).to_contain_text("is no file in the folder")
    await window.button("Check and keep").click()
    await page.get_by_label("Database", exact=True).fill("shop.db")
    await window.button("Check").click()
    await expect(page.get_by_text(re.compile(r"2 tables can be read\. It took"))).to_be_visible()
    assert await looked_at(window) == []
    await window.button("Check and keep").click()
    await expect(page.get_by_text("shop is kept.")).to_be_visible()
    await expect(row(window)).to_contain_text("is only read")

    await window.button("Change").click()
    await page.get_by_label("What is in it").fill("Customers and their orders")
    await page.get_by_label("Changes").select_option("yes")
    await window.button("Check and keep").click()
    await expect(row(window)).to_contain_text("may be changed, each change asks first")
    assert await looked_at(window) == []

    await new_house.command("user", "add", "ines", "--full-name", "Ines")
    other = await (await strangers()).opens()
    await other.signs_in(await new_house.new_link("ines"))
    await other.page.goto(f"{new_house.address}/settings/data")
    await expect(row(other)).to_contain_text("Customers and their orders")
    await expect(row(other)).not_to_contain_text("shop.db")
    await expect(other.button("Add a datasource")).to_have_count(0)

    await window.button("Remove…").click()
    await window.button("Remove it").click()
    await expect(page.get_by_text("works with nothing else yet")).to_be_visible()


async def test_the_rows_behind_an_answer_are_a_table_beside_the_query_a_press_away(
    new_house: Serving, strangers: Comes, model: Provider
) -> None:
    folder = new_house.folder / "data" / "datasources"
    folder.mkdir(parents=True, exist_ok=True)
    with shop("sqlite", folder) as there:
        window = await (await strangers()).opens()
        await window.signs_in(new_house.link)
        await window.button("Allow it").click()
        await keeps(window, new_house, there.settings["database"])
        asks = call_delta(0, id="c1", name="database_query", arguments=json.dumps({"query": QUERY}))
        model.answers.append(Answer((delta(role="assistant", content=""), asks, end("tool_calls"), DONE)))
        model.answers.append(Answer(answer_of(TOLD)))
        await window.page.goto(f"{new_house.address}/chat")
        answer = await window.asks("Which customers in Leeds have open orders?")
    line = answer.get_by_role("button", name=re.compile("^Asked “shop”"))
    await expect(line).to_contain_text("2 rows")
    await answer.get_by_role("table").hover()
    await answer.get_by_role("button", name="Show where it is from: Asked “shop”").click()
    await expect(line).to_be_focused()
    await expect(line).to_be_in_viewport()
    rows = answer.get_by_role("region", name="What came back").get_by_role("row")
    await expect(rows).to_have_text([re.compile("^name.*open orders"), "Brown & Sons1", "Dales | Tea1"])
    await expect(answer.locator(".tool-inside").get_by_text(QUERY, exact=True).first).to_be_visible()
    assert await looked_at(window) == []


async def keeps(window: Window, house: Serving, database: str) -> None:
    """Give the home a database."""
    await window.page.goto(f"{house.address}/settings/data")
    await window.button("Add a datasource").click()
    await window.page.get_by_label("Name", exact=True).fill("shop")
    await window.page.get_by_label("Database", exact=True).fill(database)
    await window.button("Check and keep").click()
    await expect(window.page.get_by_text("shop is kept.")).to_be_visible()


def row(window: Window) -> Locator:
    return window.page.locator(".settings-rows > li")


async def looked_at(window: Window) -> list[str]:
    return [*await grave_faults(window.page), *await cut_off(window.page)]
