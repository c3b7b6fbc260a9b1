"""What a request would do is shown without sending it; then it is sent once, and what came of it is told truly."""

import asyncio
from dataclasses import replace
from typing import Any

import orjson
import pytest

from parlour.tools.outcomes import BadArguments, Failed, NotThere, Refused, ToolProblem, Unsure
from tests.providers import Answer
from tests.toolkits.data.http.conftest import ALL, BRIEF, LIMITS, Open, Shop, json, sent, speaking

BODY = {"item": "tea", "amount": 2}


async def test_it_is_shown_without_being_sent_and_then_sent_as_shown(opens: Open) -> None:
    shop = await opens(writable=True, methods=ALL, headers={"X-Client": "house"})
    seen = await shop.foresee(method="POST", path="/orders", body=BODY, query={"dry": False})
    assert shop.api.received == []
    (change,) = seen.preview.changes
    assert change.what == f"POST {shop.api.base_url}/orders?dry=false"
    assert (change.before, change.after) == (None, '{\n  "item": "tea",\n  "amount": 2\n}')
    goes = f"It goes to “shop”: {shop.api.base_url}."
    assert (seen.effect, seen.preview.note) == ("write", f"X-Client: house\n{goes}")
    assert seen.label == "POST /v1/orders?dry=false at “shop”"
    done = await shop.request("POST", body=BODY, query={"dry": False})
    (request,) = shop.api.received
    assert (request.method, request.path, request.json) == ("POST", "/v1/orders?dry=false", BODY)
    assert request.headers["content-type"] == "application/json"
    assert (done["status_code"], done["body"], done["method"]) == (200, {"ok": True}, "POST")


@pytest.mark.parametrize(("method", "effect"), [("POST", "write"), ("PUT", "write"), ("PATCH", "write")])
async def test_what_takes_nothing_away_is_a_write(opens: Open, method: str, effect: str) -> None:
    shop = await opens(writable=True, methods=ALL)
    assert (await shop.foresee(method=method, path="/x", body=1)).effect == effect


async def test_what_takes_something_away_is_destructive_and_has_to_have_been_asked_as_such(opens: Open) -> None:
    shop = await opens(writable=True, methods=ALL)
    seen = await shop.foresee(method="DELETE", path="/orders/7")
    assert (seen.effect, seen.preview.changes[0].before, seen.preview.changes[0].after) == (
        "destructive",
        "/v1/orders/7",
        None,
    )
    tool = (await shop.project.tools())["http_request"]
    as_a_write = replace(shop.project.context, effect="write")
    with pytest.raises(Refused, match="was not asked about"):
        await tool.function(as_a_write, method="DELETE", path="/orders/7")
    assert shop.api.received == []
    await shop.request("DELETE", "/orders/7")
    assert await shop.asked() == ["DELETE /v1/orders/7"]


@pytest.mark.parametrize(
    ("body", "headers", "data", "kind"),
    [
        ([1, None], None, b"[1,null]", "application/json"),
        ('{"a": 1}', None, b'{"a": 1}', "application/json"),
        ("words", None, b"words", "text/plain; charset=utf-8"),
        ("<a/>", {"Content-Type": "application/xml"}, b"<a/>", "application/xml"),
        (
            {"a": "b c", "d": [1, True]},
            {"content-type": "application/x-www-form-urlencoded"},
            b"a=b+c&d=1&d=true",
            "application/x-www-form-urlencoded",
        ),
    ],
)
async def test_a_body_is_sent_as_what_it_is(opens: Open, body: Any, headers: Any, data: bytes, kind: str) -> None:
    shop = await opens(writable=True, methods=ALL)
    await shop.request("POST", body=body, headers=headers)
    (request,) = shop.api.received
    assert (request.body, request.headers["content-type"]) == (data, kind)


async def test_a_body_that_is_too_large_is_not_sent(opens: Open) -> None:
    shop = await opens(writable=True, methods=ALL)
    with pytest.raises(BadArguments, match=r"has 5,002 bytes; at most 5,000 are sent"):
        await shop.request("POST", body="x" * (LIMITS.request_bytes + 2))
    assert shop.api.received == []


async def test_a_long_body_is_shown_in_part_and_that_is_said(opens: Open) -> None:
    shop = await opens(writable=True, methods=ALL)
    seen = await shop.foresee(method="PUT", path="/x", body="y" * 4_900)
    assert (seen.preview.changes[0].after or "").endswith("… [cut: 4,900 characters]")


async def test_the_key_of_a_call_goes_along_where_the_other_side_honours_it(opens: Open) -> None:
    shop = await opens(writable=True, methods=ALL, idempotency_header="Idempotency-Key")
    tool = (await shop.project.tools())["http_request"]
    context = replace(shop.project.context, idempotency_key="one-effect")
    for _ in range(2):
        await tool.function(context, method="POST", path="/orders", body=BODY)
    await shop.get("/")
    keys = [each.headers.get("idempotency-key") for each in shop.api.received]
    assert keys == ["one-effect", "one-effect", None]
    for headers in ({"Idempotency-Key": "mine"}, {"idempotency-key": "mine"}):
        with pytest.raises(Refused):
            await shop.request("POST", headers=headers)


# --- what came of it -----------------------------------------------------------------------------------------------


CHANGING = ["POST", "PUT", "PATCH", "DELETE"]


async def left_open(shop: Shop, method: str) -> str:
    """What is said of a change of which nobody knows whether it was made."""
    with pytest.raises(Unsure) as told:
        await shop.request(method)
    return told.value.message


@pytest.mark.parametrize(
    "answer",
    [
        sent(b"", end="hang", status=502),
        json({"error": "half of it"}, 500),
        json({}, 504),
    ],
)
async def test_an_answer_that_says_nothing_leaves_it_open(opens: Open, answer: Answer) -> None:
    shop = await opens(writable=True, methods=ALL, limits=BRIEF)
    shop.says(answer)
    await asyncio.gather(*(left_open(shop, method) for method in CHANGING))
    assert sorted(each.method for each in shop.api.received) == sorted(CHANGING)


@pytest.mark.parametrize("words", [b"", b"HTTP/1.1 20", b"nonsense\r\n\r\n"])
async def test_a_lost_answer_leaves_it_open_and_nothing_is_sent_twice(opens: Open, words: bytes) -> None:
    async with speaking(words, leaves=bool(words)) as host:
        limits = LIMITS if words else BRIEF
        shop = await opens(base_url=f"http://{host}", writable=True, methods=ALL, limits=limits)
        told = await asyncio.gather(*(left_open(shop, method) for method in CHANGING))
        assert told == [f"http://{host} was sent the {method}, and no answer came." for method in CHANGING]
        assert host.connections == len(CHANGING)


async def test_a_connection_that_is_cut_is_not_made_again_by_itself(opens: Open) -> None:
    async with speaking(b"", leaves=True) as host:
        shop = await opens(base_url=f"http://{host}", writable=True, methods=ALL)
        for method in ("PUT", "DELETE"):
            with pytest.raises(Unsure):
                await shop.request(method)
        assert host.connections == 2


async def test_nobody_there_means_that_nothing_was_changed(opens: Open) -> None:
    shop = await opens(base_url="http://127.0.0.1:9", writable=True, methods=ALL)
    for method in ("POST", "DELETE"):
        with pytest.raises(Failed, match="does not answer"):
            await shop.request(method)


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422, 429])
async def test_a_refusal_means_that_nothing_was_changed(opens: Open, status: int) -> None:
    shop = await opens(writable=True, methods=ALL)
    shop.says(json({"error": "no"}, status))
    with pytest.raises(Failed, match=f"did not do it: {status}"):
        await shop.request("POST", body=BODY)


@pytest.mark.parametrize(
    "answer",
    [
        sent(b"done, and ", status=201, end="cut"),
        sent(b"done, and ", status=201, end="hang"),
        sent(b"not packed", status=201, Content_Encoding="gzip"),
        sent(*[b"x" * 65_536] * 100, status=201),
    ],
)
async def test_what_was_answered_was_done_however_the_rest_comes(opens: Open, answer: Answer) -> None:
    shop = await opens(writable=True, methods=ALL, limits=BRIEF if answer.end == "hang" else LIMITS)
    shop.says(answer)
    done = await shop.request("POST", body=BODY)
    assert (done["status_code"], done["cut"]) == (201, True)
    assert len(orjson.dumps(done)) < LIMITS.result_bytes + 5_000


# --- who may -------------------------------------------------------------------------------------------------------


async def test_what_an_admin_did_not_make_writable_is_not_changed(opens: Open) -> None:
    shop = await opens(writable=True, methods=ALL)
    await shop.project.add("fixed", {"base_url": shop.api.base_url, "methods": ALL}, kind="http")
    with pytest.raises(Refused, match="“fixed” is not changed through tools"):
        await shop.request("POST", datasource="fixed")
    with pytest.raises(Refused, match="“fixed” is not changed through tools"):
        await shop.foresee(method="POST", path="/", datasource="fixed")
    assert shop.api.received == []


async def test_somebody_of_another_project_changes_nothing(opens: Open) -> None:
    shop = await opens(writable=True, methods=ALL)
    tool = (await shop.project.tools())["http_request"]
    for named in (None, "shop", shop.id):
        with pytest.raises(NotThere):
            await tool.function(shop.project.stranger().context, method="POST", path="/", datasource=named)
    assert shop.api.received == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"method": "GET", "path": "/"},
        {"method": "TRACE", "path": "/"},
        {"method": "POST", "path": "/../x"},
        {"method": "POST", "path": "http://127.0.0.1:9/x"},
        {"method": "POST", "path": "/", "query": {"a": {"b": 1}}},
        {"method": "POST", "path": "/", "headers": {"Host": "x"}},
        {"method": "POST", "path": "/" + "x" * 4_000},
        {"method": "POST", "path": "/", "query": {str(number): 1 for number in range(300)}},
    ],
)
async def test_what_cannot_be_sent_is_told_before_anybody_is_asked(opens: Open, arguments: Any) -> None:
    shop = await opens(writable=True, methods=ALL)
    for deed in (shop.foresee(**arguments), shop.project.ask("http_request", **arguments)):
        with pytest.raises(ToolProblem):
            await deed
    assert shop.api.received == []
