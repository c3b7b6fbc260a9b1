"""Whatever goes wrong is said in one shape, with a safe sentence and an id that leads to the detail in the log."""

import io
import re
from collections.abc import AsyncIterator

import structlog

from parlour.api.body_limit import LARGEST_BODY_BYTES
from tests.api.conftest import Knocking


async def test_a_bug_is_answered_without_its_detail_which_is_in_the_log(knocking: Knocking) -> None:
    with structlog.testing.capture_logs() as lines:
        answer = await knocking.ann("POST", "/chat/messages", {"content": "raise"})
    assert (answer.status, answer.body["error"]["code"]) == (500, "internal_error")
    assert "secret-detail" not in answer.text + str(answer.headers)
    assert answer.body["error"]["request_id"] == answer.headers["X-Request-Id"]
    assert "secret-detail-of-a-bug" in str([line.get("exc_info") for line in lines])
    assert (await knocking.ann("POST", "/chat/messages", {"content": "still here"})).status == 200


async def test_a_providers_failure_is_answered_without_its_detail(knocking: Knocking) -> None:
    with structlog.testing.capture_logs() as lines:
        answer = await knocking.ann("POST", "/chat/messages", {"content": "fail"})
    assert (answer.status, answer.body["error"]["code"]) == (502, "ai_provider_error")
    assert "secret-detail" not in answer.text
    assert "secret-detail-of-a-provider" in str(lines)


async def test_every_answer_carries_the_rules_for_browsers(knocking: Knocking) -> None:
    for path in ("//healthz", "/auth/me", "//nowhere", "//docs"):
        headers = (await knocking.nobody("GET", path)).headers
        assert "unsafe-inline" not in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Request-Id"]
    assert (await knocking.nobody("GET", "/auth/me")).headers["Cache-Control"] == "no-store"


async def test_a_request_id_that_came_along_is_kept_when_it_looks_like_one(knocking: Knocking) -> None:
    given = await knocking.nobody("GET", "/auth/me", X_Request_Id="my-request-1")
    assert given.headers["X-Request-Id"] == "my-request-1"
    assert given.body["error"]["request_id"] == "my-request-1"
    odd = await knocking.nobody("GET", "/auth/me", X_Request_Id="<script>")
    assert odd.headers["X-Request-Id"] != "<script>"


async def test_an_unknown_address_and_a_wrong_method_are_answered_in_the_same_shape(knocking: Knocking) -> None:
    lost = await knocking.ann("GET", "/nowhere")
    assert (lost.status, lost.body["error"]["code"]) == (404, "not_found")
    wrong = await knocking.ann("PUT", "/auth/me")
    assert (wrong.status, wrong.body["error"]["code"]) == (405, "method_not_allowed")


async def test_a_body_that_is_no_json_is_refused(knocking: Knocking) -> None:
    for body in (b"{", b"\xff\xfe", b'{"content": "secret-half'):
        answer = await _posted(knocking, body)
        assert answer[0] == 422
        assert "secret-half" not in answer[1]


async def test_a_body_that_is_too_large_is_refused_however_it_comes(knocking: Knocking) -> None:
    large = b'{"content": "' + b"x" * LARGEST_BODY_BYTES + b'"}'

    async def in_chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 65_536):
            yield large[start : start + 65_536]

    for body in (io.BytesIO(large), in_chunks()):
        status, text = await _posted(knocking, body)
        assert (status, '"too_large"' in text) == (413, True)


async def test_a_message_as_long_as_any_may_be_gets_through(knocking: Knocking) -> None:
    answer = await knocking.ann("POST", "/chat/messages", {"content": "\U0001f600" * 50_000})
    assert answer.status == 200


async def test_health_is_open_and_says_when_a_part_is_not_ready(knocking: Knocking) -> None:
    assert (await knocking.nobody("GET", "//healthz")).body == {"status": "ok", "version": "0.0.0", "parts": {}}
    assert (await knocking.nobody("GET", "//readyz")).status == 200
    knocking.around.parts["model"] = False
    waiting = await knocking.nobody("GET", "//readyz")
    assert (waiting.status, waiting.body["status"], waiting.body["parts"]["model"]) == (503, "not_ready", False)


async def test_the_reference_page_names_every_route_and_runs_no_script(knocking: Knocking) -> None:
    page = await knocking.nobody("GET", "//docs")
    assert page.status == 200
    assert "<script" not in page.text
    document = (await knocking.nobody("GET", "//openapi.json")).body
    assert [path for path in document["paths"] if path not in page.text] == []
    policy = re.search(r"'sha256-[^']+'", page.headers["Content-Security-Policy"])
    assert policy is not None


async def _posted(knocking: Knocking, body: object) -> tuple[int, str]:
    headers = knocking.ann.headers | {"Content-Type": "application/json"}
    url = f"{knocking.ann.url}/api/v1/chat/messages"
    async with knocking.ann.session.post(url, data=body, headers=headers) as response:
        return response.status, await response.text()
