"""An OpenAPI document becomes tools: named after the API, with arguments that are checked before anything is sent."""

import json as plain_json
from dataclasses import replace
from typing import Any

import pytest

from parlour.errors import InvalidRequest
from parlour.protocol.datasources import DatasourceChange
from parlour.toolkits.data.http.document import shortened_document
from parlour.toolkits.data.http.operations import operations_of
from parlour.tools.outcomes import BadArguments, NotThere, Refused, RequestedCall
from parlour.tools.plan import Place, planned
from tests.toolkits.data.http.conftest import ALL, TOKEN, Json, Open, json, sent

ORDER: dict[str, Any] = {
    "type": "object",
    "required": ["id", "item"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "item": {"type": "string", "description": "What is ordered"},
        "amount": {"type": "integer", "minimum": 0, "exclusiveMinimum": True},
        "note": {"type": "string", "nullable": True},
        "links": {"type": "array", "items": {"$ref": "#/components/schemas/Order"}},
    },
}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.0.3",
    "info": {"title": "Shop", "version": "1"},
    "servers": [{"url": "https://evil.example"}],
    "paths": {
        "/orders": {
            "parameters": [{"$ref": "#/components/parameters/Lang"}],
            "get": {
                "operationId": "listOrders",
                "summary": "All orders",
                "parameters": [
                    {"name": "status", "in": "query", "schema": {"enum": ["open", "paid"]}},
                    {"name": "tag", "in": "query", "schema": {"type": "array", "items": {"type": "string"}}},
                    {"name": "ids", "in": "query", "explode": False, "schema": {"type": "array"}},
                    {"name": "filter", "in": "query", "style": "deepObject", "schema": {"type": "object"}},
                    {"name": "X-Page", "in": "header", "schema": {"type": "integer"}},
                    {"name": "X-Api-Key", "in": "header", "required": True, "schema": {"type": "string"}},
                    {"name": "session", "in": "cookie", "schema": {"type": "string"}},
                ],
                "responses": {"200": {"description": "…"}},
            },
            "post": {
                "operationId": "addOrder",
                "summary": "Order something",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Order"}}},
                },
            },
        },
        "/orders/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "get": {"summary": "One"},
            "delete": {"operationId": "removeOrder"},
        },
        "/upload": {"post": {"requestBody": {"content": {"image/png": {}}}}},
        "/elsewhere": {"get": {"parameters": [{"$ref": "https://evil.example/x"}]}},
        "/login": {"get": {"parameters": [{"name": "s", "in": "cookie", "required": True}]}},
    },
    "components": {
        "schemas": {"Order": ORDER},
        "parameters": {"Lang": {"name": "lang", "in": "query", "schema": {"type": "string"}}},
    },
}
TEXT = plain_json.dumps(DOCUMENT)
NAMES = ["shop__add_order", "shop__get_orders_id", "shop__list_orders", "shop__remove_order"]


async def test_every_operation_becomes_a_tool_with_the_permission_of_what_it_does(opens: Open) -> None:
    shop = await opens(writable=True, methods=ALL, openapi=TEXT)
    tools = {name: tool for name, tool in (await shop.project.tools()).items() if "__" in name}
    assert sorted(tools) == NAMES
    assert {name: tool.permission for name, tool in tools.items()} == {
        "shop__list_orders": "tools:read",
        "shop__get_orders_id": "tools:read",
        "shop__add_order": "tools:write",
        "shop__remove_order": "tools:destructive",
    }
    assert all(tool.open_world for tool in tools.values())
    assert tools["shop__list_orders"].description == "All orders\n\nGET /orders of the API “shop”."


async def test_a_change_at_an_api_is_made_only_if_the_one_before_it_was(opens: Open) -> None:
    tools = await (await opens(writable=True, methods=ALL, openapi=TEXT)).project.tools()
    changes = [tool.name for tool in tools.values() if tool.effect != "read"][:2]
    calls = [RequestedCall(str(number), name, {"datasource": "shop"}) for number, name in enumerate(changes)]
    assert planned(calls, tools) == (Place("1", ("0",), ("0",)),)


async def test_only_what_an_admin_allows_becomes_tools(opens: Open) -> None:
    for settings in ({"writable": True}, {"methods": ALL}):
        shop = await opens(openapi=TEXT, **settings)
        assert sorted(await shop.project.tools()) == ["http_get", "shop__get_orders_id", "shop__list_orders"]


async def test_schemas_are_handed_on_as_json_schema_with_what_they_refer_to(opens: Open) -> None:
    shop = await opens(writable=True, methods=ALL, openapi=TEXT)
    tools = await shop.project.tools()
    assert tools["shop__add_order"].parameters == {
        "type": "object",
        "properties": {"lang": {"type": "string"}, "body": {"$ref": "#/$defs/Order"}},
        "required": ["body"],
        "additionalProperties": False,
        "$defs": {
            "Order": {
                "type": "object",
                "required": ["item"],
                "properties": {
                    "item": {"type": "string", "description": "What is ordered"},
                    "amount": {"type": "integer", "exclusiveMinimum": 0},
                    "note": {"type": ["string", "null"]},
                    "links": {"type": "array", "items": {"$ref": "#/$defs/Order"}},
                },
            }
        },
    }
    listed = tools["shop__list_orders"].parameters
    assert (sorted(listed["properties"]), listed["required"]) == (  # pyright: ignore[reportArgumentType]
        ["X-Page", "filter", "ids", "lang", "status", "tag"],
        [],
    )


async def test_a_call_becomes_the_request_that_is_described(opens: Open) -> None:
    shop = await opens(openapi=TEXT, secret_headers={"X-Api-Key": TOKEN})
    shop.says(json([]))
    found = await shop.project.ask(
        "shop__list_orders",
        **{"status": "open", "tag": ["a", "b c"], "ids": [1, 2], "filter": {"city": "Leeds"}, "X-Page": 2},
    )
    await shop.project.ask("shop__get_orders_id", id="7 ä")
    first, second = shop.api.received
    assert first.path == "/v1/orders?status=open&tag=a&tag=b%20c&ids=1%2C2&filter%5Bcity%5D=Leeds"
    assert (first.headers["x-page"], first.headers["x-api-key"]) == ("2", TOKEN)
    assert second.path == "/v1/orders/7%20%C3%A4"
    assert (found["body"], found["datasource"]) == ([], "shop")


async def test_a_change_is_shown_and_then_made(opens: Open) -> None:
    shop = await opens(writable=True, methods=ALL, openapi=TEXT, idempotency_header="X-Once")
    seen = await shop.foresee("shop__add_order", body={"item": "tea"})
    assert (seen.label, seen.effect) == ("Order something at “shop”", "write")
    assert (seen.preview.changes[0].what, seen.preview.changes[0].after) == (
        f"POST {shop.api.base_url}/orders",
        '{\n  "item": "tea"\n}',
    )
    assert (await shop.foresee("shop__remove_order", id="7")).effect == "destructive"
    assert shop.api.received == []
    tool = (await shop.project.tools())["shop__add_order"]
    values = tool.validated({"body": {"item": "tea"}}).model_dump()
    assert values == {"body": {"item": "tea"}}
    context = replace(shop.project.context, idempotency_key="one-effect")
    await tool.function(context, root=values)
    (request,) = shop.api.received
    assert (request.method, request.path, request.json) == ("POST", "/v1/orders", {"item": "tea"})
    assert (request.headers["x-once"], request.headers["content-type"]) == ("one-effect", "application/json")


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("shop__list_orders", {"status": "lost"}, "status: 'lost' is not one of"),
        ("shop__list_orders", {"other": 1}, "'other' was unexpected"),
        ("shop__add_order", {"body": {"amount": 0}}, "body: 'item' is a required property"),
        ("shop__add_order", {"body": {"item": "x", "amount": 0}}, "body.amount: 0 is less than or equal"),
        ("shop__get_orders_id", {}, "'id' is a required property"),
        ("shop__get_orders_id", {"id": ""}, "id is empty"),
        ("shop__remove_order", {"id": " "}, "id is empty"),
    ],
)
async def test_arguments_that_do_not_fit_are_told_and_nothing_is_sent(
    opens: Open, tool: str, arguments: Any, words: str
) -> None:
    shop = await opens(writable=True, methods=ALL, openapi=TEXT)
    with pytest.raises(BadArguments) as told:
        await shop.project.ask(tool, **arguments)
    assert words in told.value.message
    assert shop.api.received == []


@pytest.mark.parametrize("value", ["..", "../admin", "a/b", "a\\b", "%2e%2e", "a\r\nb", "."])
async def test_a_value_does_not_lead_out_of_its_place_in_a_path(opens: Open, value: str) -> None:
    shop = await opens(openapi=TEXT, paths=["/orders"])
    with pytest.raises(Refused):
        await shop.project.ask("shop__get_orders_id", id=value)
    assert shop.api.received == []


async def test_a_stranger_finds_none_of_them(opens: Open) -> None:
    shop = await opens(openapi=TEXT)
    tool = (await shop.project.tools())["shop__list_orders"]
    assert await shop.project.stranger().tools() == {}
    with pytest.raises(NotThere):
        await tool.function(shop.project.stranger().context, root={})


async def test_more_operations_than_wanted_are_left_out_and_that_is_said(opens: Open) -> None:
    shop = await opens(openapi=TEXT, max_tools=1)
    assert sorted(await shop.project.tools()) == ["http_get", "shop__list_orders"]
    settings: Json = {"base_url": shop.api.base_url, "openapi": TEXT, "max_tools": 1, "methods": ALL}
    words = await shop.project.kit.desk.tried(shop.project.caller.project_id, "http", settings)
    assert " It describes 1 tool. 3 more operations are left out: `max_tools` is 1. Left out: " in words
    assert "POST /upload: it takes image/png, which is not sent from here" in words


async def test_two_apis_of_one_name_and_odd_names_do_not_get_in_each_others_way(opens: Open) -> None:
    shop = await opens(openapi=TEXT)
    for name in ("Shop", "SHOP!", "Käserei " + "x" * 60, "店"):
        await shop.project.add(name, {"base_url": shop.api.base_url, "openapi": TEXT}, kind="http")
    names = sorted(name for name in await shop.project.tools() if "list_orders" in name or "kaserei" in name)
    assert names[:1] == ["api__list_orders"]
    assert all(len(name) <= 64 for name in names)
    assert len([name for name in names if name.startswith("kaserei")]) == 2
    assert "shop__list_orders" in names


async def test_a_document_is_fetched_once_when_it_is_entered_and_kept(opens: Open) -> None:
    shop = await opens()
    shop.says(json(DOCUMENT))
    settings = {"base_url": shop.api.base_url, "openapi_path": "/openapi.json", "token": TOKEN}
    await shop.project.add("api", settings, kind="http")
    assert shop.api.received[-1].path == "/v1/openapi.json"
    shop.says(json({"changed": True}))
    assert "api__list_orders" in await shop.project.tools()
    assert len(shop.api.received) == 1


@pytest.mark.parametrize(
    "answer", [json({}, 404), sent(b"x" * 3_000_000), sent(b"\x89PNG", kind="image/png"), json([])]
)
async def test_a_document_that_cannot_be_had_is_told_at_once(opens: Open, answer: Any) -> None:
    shop = await opens()
    shop.says(answer)
    with pytest.raises(InvalidRequest, match=r"and no document|no OpenAPI document"):
        await shop.project.add("x", {"base_url": shop.api.base_url, "openapi_path": "/o.json"}, kind="http")


async def test_a_document_that_is_changed_changes_the_tools(opens: Open) -> None:
    shop = await opens(openapi=TEXT)
    assert "shop__list_orders" in await shop.project.tools()
    await shop.project.kit.desk.change(shop.project.caller, shop.id, DatasourceChange(settings={"openapi": None}))
    shop.project.kit.changed(shop.project.caller, shop.id)
    assert sorted(await shop.project.tools()) == ["http_get"]


YAML = """
openapi: 3.1.0
info: {title: Shop, version: 2020-01-01}
paths:
  /orders:
    get:
      operationId: list
      responses: {200: {description: fine}}
"""


def test_yaml_is_read_too() -> None:
    found, left_out = operations_of(plain_json.loads(shortened_document(YAML)), frozenset({"GET"}))
    assert ([each.id for each in found], left_out) == (["list"], [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "no OpenAPI document of version 3"),
        ("{", "neither JSON nor YAML"),
        ("!!python/object/apply:os.system ['true']", "neither JSON nor YAML"),
        ('{"swagger": "2.0", "paths": {}}', "no OpenAPI document of version 3"),
        ('{"openapi": "3.0.0"}', "has no paths"),
        ("openapi: 3.0.0\npaths: &a {x: *a}", "refers to parts of itself"),
        ("openapi: 3.0.0\npaths: " + "[" * 100_000, "nested too deeply"),
        ('{"openapi": "3.0.0", "paths": ' + '{"a":' * 100 + "1" + "}" * 101, "nested too deeply"),
        (plain_json.dumps(DOCUMENT | {"info": {"description": "x" * 500_000}}), "at most 400,000 are kept"),
    ],
)
def test_what_is_no_document_is_told_plainly(text: str, words: str) -> None:
    with pytest.raises(BadArguments) as told:
        shortened_document(text)
    assert words in told.value.message


def test_whatever_stands_in_a_document_leaves_out_no_more_than_itself() -> None:
    odd: dict[str, Any] = {
        "openapi": "3.1.0",
        "paths": {
            "/a": {"get": {"parameters": "x", "operationId": 5, "summary": ["x"]}},
            "/b": {"get": {"parameters": [1, {"in": "query", "name": "q", "schema": {"properties": 1, "items": 7}}]}},
            "/c": {"post": {"requestBody": {"content": {"application/json": None}}}},
            "/d": {"$ref": "#/paths/~1d"},
            "/e": 7,
            "/f": {"get": {"parameters": [{"$ref": "#/components/parameters/none"}]}},
            "/g": {"get": {"parameters": [{"in": "query", "name": "q", "schema": {"$ref": "#/components/schemas/R"}}]}},
        },
        "components": {"schemas": {"R": {"$ref": "#/components/schemas/R"}}},
    }
    found, left_out = operations_of(
        plain_json.loads(shortened_document(plain_json.dumps(odd))), frozenset({"GET", "POST"})
    )
    assert [each.path for each in found] == ["/a", "/c", "/g"]
    assert [each.partition(":")[0] for each in left_out] == ["GET /b", "GET /f"]
