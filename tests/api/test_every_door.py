"""Every route, by the table of the app itself: nobody gets in without a credential, strangers find nothing."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from parlour.ids import new_id
from tests.api.conftest import Knocking
from tests.house import anybody, exchange
from tests.storage import Storage, Templates, postgres_is_there

OPEN = {"POST /api/v1/auth/link", "GET /healthz", "GET /readyz"}

BODIES: dict[str, Any] = {
    "POST /api/v1/auth/tokens": {"name": "laptop"},
    "POST /api/v1/chat/messages": {"content": "hello"},
    "POST /api/v1/models/allowed": {"provider": "openai"},
    "POST /api/v1/auth/link": {"link": "nonsense"},
    "PUT /api/v1/models/default": {"model": None},
    "POST /api/v1/providers": {"name": "acme", "base_url": "http://127.0.0.1:9/v1", "models": ["small"]},
    "PATCH /api/v1/providers/{name}": {"models": ["large"]},
    "POST /api/v1/providers/try": {"name": "acme"},
}
FOR_ADMINS = "/api/v1/providers"
"""Behind these nobody else finds anything, whatever they name."""


@pytest.fixture(params=["sqlite", "postgres"])
def storage(request: pytest.FixtureRequest, templates: Templates) -> Iterator[Storage]:
    """A fresh database of either kind: what is odd in an id is odd to each in its own way."""
    if request.param == "postgres" and not postgres_is_there():
        pytest.skip("no PostgreSQL")
    with templates.fresh(request.param) as made:
        yield made


def _routes(knocking: Knocking) -> list[str]:
    paths = knocking.rest.openapi()["paths"]
    return [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]


def _body(route: str) -> Any:
    return BODIES.get(route, {} if route.split()[0] in ("POST", "PATCH") else None)


async def test_every_route_but_the_open_ones_refuses_whoever_shows_nothing(knocking: Knocking) -> None:
    routes = _routes(knocking)
    assert set(routes) > OPEN
    shown = [
        {},
        {"Authorization": "Bearer pk_nonsense"},
        {"Authorization": "Basic YW5uOmFubg=="},
        {"Authorization": "Bearer"},
        {"Cookie": "parlour_session=nonsense", "Origin": knocking.nobody.url},
    ]
    for route in sorted(set(routes) - OPEN):
        method, path = route.split()
        for headers in shown:
            answer = await knocking.nobody(method, f"/{_filled(path, {})}", _body(route), **headers)
            assert (route, answer.status) == (route, 401)
            assert answer.body["error"]["code"] == "unauthorized"
            assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_a_strangers_id_is_answered_exactly_as_an_unknown_one(knocking: Knocking) -> None:
    lived = knocking.lived
    conversation = await lived.conversations.begin(anybody(lived.ann))
    ids = await exchange(lived, conversation, "hello")
    (key,) = await lived.gate.api_keys(anybody(lived.ann))
    hers = {
        "conversation_id": conversation.id,
        "message_id": ids.answer_id,
        "turn_id": ids.turn_id,
        "run_id": ids.run_id,
        "token_id": key.id,
    }
    named = [route for route in _routes(knocking) if "{" in route and FOR_ADMINS not in route]
    assert len(named) >= 10
    for route in named:
        method, path = route.split()
        (name,) = re.findall(r"{(\w+)}", path)
        body = {"title": "Mine"} if method == "PATCH" else _body(route)
        answers: list[tuple[int, str, str]] = []
        for identifier in (hers[name], new_id(), "nonsense", "%00"):
            answer = await knocking.bob(method, f"/{_filled(path, {name: identifier})}", body)
            assert answer.status == 404, (route, identifier, answer.text)
            answers.append((answer.status, answer.body["error"]["code"], answer.body["detail"]))
        assert len(set(answers)) == 1, route
    assert (await knocking.ann("GET", f"/chat/conversations/{conversation.id}")).body["title"] == "New chat"


async def test_what_is_for_admins_is_refused_to_everybody_else_whatever_they_name(knocking: Knocking) -> None:
    added = await knocking.admin("POST", "/providers", BODIES["POST /api/v1/providers"])
    assert added.status == 201
    routes = [route for route in _routes(knocking) if FOR_ADMINS in route]
    assert len(routes) == 5
    for route in routes:
        method, path = route.split()
        answers = [
            await knocking.ann(method, f"/{_filled(path, {'name': name})}", _body(route))
            for name in ("acme", "nobody", "%00")
        ]
        assert {(answer.status, answer.body["error"]["code"]) for answer in answers} == {(403, "forbidden")}, route
        assert len({answer.body["detail"] for answer in answers}) == 1
    assert (await knocking.admin("GET", "/providers")).body == added.body


async def test_a_strangers_id_in_a_body_or_query_is_answered_as_an_unknown_one(knocking: Knocking) -> None:
    conversation = await knocking.lived.conversations.begin(anybody(knocking.lived.ann))
    for identifier in (conversation.id, new_id()):
        answer = await knocking.bob("POST", "/chat/messages", {"content": "hi", "conversation_id": identifier})
        assert (answer.status, answer.body["error"]["code"]) == (404, "thread_not_found")
    for path in ("/tools", "/suggestions", "/chat/conversations"):
        for project in (new_id(), "nonsense", "%00"):
            answer = await knocking.bob("GET", f"{path}?project_id={project}")
            assert (answer.status, answer.body["error"]["code"]) == (404, "not_found")


async def test_every_route_says_what_it_is_for(knocking: Knocking) -> None:
    paths = knocking.rest.openapi()["paths"]
    silent = [path for path, methods in paths.items() for each in methods.values() if not each.get("description")]
    assert silent == []


def _filled(path: str, ids: dict[str, str]) -> str:
    return "/" + re.sub(r"{(\w+)}", lambda match: ids.get(match[1]) or new_id(), path).lstrip("/")
