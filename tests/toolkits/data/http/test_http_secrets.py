"""Secrets go to the address they were entered for, and come back from nowhere."""

import html
import json as plain_json
from base64 import b64encode
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
import structlog
from pydantic import JsonValue

from parlour.toolkits.data.masking import MASK, Masks
from parlour.tools.outcomes import Failed, ToolProblem
from tests.providers import Answer, Received
from tests.toolkits.data.http.conftest import ALL, LIMITS, TOKEN, Open, json, sent

PASSWORD = 'p"ä/ss wörd'
SECRETS: dict[str, Any] = {
    "user": "robin",
    "password": PASSWORD,
    "secret_headers": {"X-Key": "hush-hush"},
    "secret_query": {"key": "s3cret&key"},
}
BASIC = b64encode(f"robin:{PASSWORD}".encode()).decode()
ALL_OF_THEM = (PASSWORD, BASIC, "hush-hush", "s3cret&key", quote("s3cret&key"), quote(PASSWORD, safe=""))


def echo(request: Received) -> Answer:
    """What servers of all kinds do with what they got."""
    return json(
        {"path": request.path, "headers": request.headers, request.headers["authorization"]: 1, "raw": PASSWORD},
        X_Echo=request.headers["authorization"],
    )


async def test_they_are_sent_and_do_not_come_back(opens: Open) -> None:
    shop = await opens(**SECRETS)
    shop.api.choose = echo
    found = await shop.get("/orders")
    (request,) = shop.api.received
    assert request.headers["authorization"] == f"Basic {BASIC}"
    assert request.headers["x-key"] == "hush-hush"
    assert request.path == "/v1/orders?key=s3cret%26key"
    assert not [secret for secret in ALL_OF_THEM if secret in str(found)]
    assert found["body"]["headers"]["x-key"] == MASK
    assert found["headers"]["X-Echo"] == f"Basic {MASK}"
    assert found["url"].endswith("/v1/orders")


@pytest.mark.parametrize(
    "written",
    [
        *(TOKEN, quote(TOKEN), quote(TOKEN, safe=""), quote(TOKEN, safe="").lower(), quote_plus(TOKEN)),
        *(html.escape(TOKEN), plain_json.dumps(TOKEN), TOKEN.replace("/", "\\/"), b64encode(TOKEN.encode()).decode()),
        *(TOKEN.encode().hex(), TOKEN.encode().hex().upper()),
    ],
)
def test_a_secret_is_hidden_however_it_is_written(written: str) -> None:
    hidden = Masks([TOKEN]).text(f"before {written} after")
    assert MASK in hidden
    assert "t0ken" not in hidden
    assert written.strip('"=') not in hidden
    assert (hidden.startswith("before "), hidden.endswith(" after")) == (True, True)


def test_a_secret_is_hidden_in_keys_and_numbers_and_within_another() -> None:
    masks = Masks(["123456", "123456789"])
    value: JsonValue = {"a 123456789": [123456, 12345678.5, True, None, "x123456y"]}
    assert masks.value(value) == {f"a {MASK}": [MASK, f"{MASK}78.5", True, None, f"x{MASK}y"]}


@pytest.mark.parametrize("before", range(0, 60, 7))
async def test_a_secret_that_is_cut_in_two_is_hidden(opens: Open, before: int) -> None:
    shop = await opens(token=TOKEN)
    shop.says(sent(b"x" * (LIMITS.result_bytes - before) + TOKEN.encode() * 3))
    found = await shop.get("/long")
    assert found["cut"]
    assert not [start for start in (TOKEN[:4], TOKEN) if start in found["body"]]


async def test_nothing_of_them_is_in_what_is_shown_before_a_change(opens: Open) -> None:
    shop = await opens(writable=True, methods=ALL, **SECRETS)
    seen = await shop.foresee(method="POST", path="/orders", body={"a": 1})
    assert not [secret for secret in ALL_OF_THEM if secret in str(seen)]
    assert seen.preview.note.startswith(f"Authorization: {MASK}\nX-Key: {MASK}\n?key={MASK}\nIt goes to “")


@pytest.mark.parametrize("answer", ["refuses", "breaks off", "sends on", "is not there"])
async def test_nothing_of_them_is_in_what_goes_wrong(opens: Open, answer: str) -> None:
    shop = await opens(writable=True, methods=ALL, **SECRETS)
    key = quote("s3cret&key", safe="")
    answers = {
        "breaks off": sent(b"half", end="cut"),
        "sends on": Answer((b"",), 302, {"Location": f"http://evil.example/?{key}"}),
    }
    shop.api.choose = lambda r: answers.get(answer) or json({"you sent": r.headers, "to": r.path}, 403)
    if answer == "is not there":
        await shop.project.add("gone", {"base_url": "http://127.0.0.1:9", **SECRETS}, kind="http", writable=True)
    named = "gone" if answer == "is not there" else "shop"
    with structlog.testing.capture_logs() as logs, pytest.raises(ToolProblem) as told:
        await (shop.request("POST", datasource=named) if answer == "refuses" else shop.get("/", datasource=named))
    said = f"{told.value.message} {told.value.suggestion} {logs}"
    assert not [secret for secret in ALL_OF_THEM if secret in said]


async def test_what_the_other_side_says_when_it_refuses_is_told_without_secrets(opens: Open) -> None:
    shop = await opens(writable=True, methods=ALL, token=TOKEN)
    shop.says(json({"error": f"{TOKEN} may not"}, 403))
    with pytest.raises(Failed) as told:
        await shop.request("PUT", body={})
    assert told.value.message == f"“shop” did not do it: 403 Forbidden. It says: {{'error': '{MASK} may not'}}"
