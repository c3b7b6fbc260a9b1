"""Somebody asks what is in a database of their project, and a model answers from it, through the whole house."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from sqlalchemy import select

from parlour.models.base import RequestedCall
from parlour.protocol.content import TextPart, ToolCallPart
from parlour.protocol.datasources import NewDatasource
from parlour.store.tables import tool_runs
from tests.databases import Shop, shop
from tests.flow.test_wires import behind
from tests.served import Serving
from tests.storage import Storage
from tests.wires import OPENAI, Said

QUESTION = "Which customers in Leeds have open orders?"
QUERY = (
    "SELECT c.name, COUNT(*) AS open_orders FROM customers AS c JOIN orders AS o ON o.customer_id = c.id "
    "WHERE c.city = 'Leeds' AND o.status = 'open' GROUP BY c.name ORDER BY c.name"
)
ROWS = [{"name": "Brown & Sons", "open_orders": 1}, {"name": "Dales | Tea", "open_orders": 1}]
LOOKS = Said(calls=(RequestedCall("call_a", "database_schema", {}, "{}"),))
ASKS = Said(
    calls=(RequestedCall("call_b", "database_query", {"query": QUERY}, orjson.dumps({"query": QUERY}).decode()),)
)
TELLS = Said(text=("Two: Brown & Sons ", "and Dales | Tea."))


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    return Serving(storage, tmp_path)


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Shop]:
    with shop("postgresql", tmp_path) as made:
        yield made


async def test_which_customers_in_leeds_have_open_orders(serving: Serving, there: Shop) -> None:
    async with behind(OPENAI) as (loopback, model):
        loopback.choose = OPENAI.served(LOOKS, ASKS, TELLS)
        async with serving(model) as served, served.connected() as client:
            app = served.app
            who = (await served.knows(await served.key())).in_project(app.house.home_project_id)
            await app.data.desk.add(who, NewDatasource(name="shop", kind="sql", settings=there.settings))
            ids = await client.says(QUESTION)
            answer = await client.until_answered(await client.follows(ids["conversation_id"]))
            async with app.database.read() as connection:
                runs = (await connection.execute(select(tool_runs).order_by(tool_runs.c.started_at))).all()
        told = loopback.received[-1].json["messages"]
    calls = [part for part in answer.parts if isinstance(part, ToolCallPart)]
    assert [(call.name, call.status, call.summary) for call in calls] == [
        ("database_schema", "completed", "2 tables"),
        ("database_query", "completed", "2 rows"),
    ]
    result = calls[1].result
    assert isinstance(result, dict)
    assert (result["rows"], result["query"], result["cut"]) == (ROWS, QUERY, False)
    assert [part.text for part in answer.parts if isinstance(part, TextPart)] == ["Two: Brown & Sons and Dales | Tea."]
    seen = [orjson.loads(message["content"]) for message in told if message["role"] == "tool"]
    assert seen[-1]["result"]["rows"] == ROWS
    assert [(run.name, run.arguments.get("query")) for run in runs] == [
        ("database_schema", None),
        ("database_query", QUERY),
    ]
