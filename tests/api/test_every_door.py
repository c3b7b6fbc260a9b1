"""Every route, by the table of the app itself: nobody gets in without a credential, whatever they show."""

import re
from collections.abc import Iterator

import pytest

from parlour.ids import new_id
from tests.api.conftest import Knocking
from tests.api.strangers import DOORS
from tests.house import anybody
from tests.storage import Storage, Templates, postgres_is_there

OPEN = {route for route, ask in DOORS.items() if ask.kind == "open"}


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
            answer = await knocking.nobody(method, f"/{_filled(path, {})}", DOORS[route].body, **headers)
            assert (route, answer.status) == (route, 401)
            assert answer.body["error"]["code"] == "unauthorized"
            assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_no_route_is_there_that_neither_the_document_nor_this_test_knows(knocking: Knocking) -> None:
    documented = {re.sub(":path", "", path) for path in knocking.rest.openapi()["paths"]}
    there = {re.sub(":path", "", str(getattr(route, "path", ""))) for route in knocking.rest.routes}
    assert there - documented - {""} == {"/openapi.json", "/docs", "/mcp"}
    refused = await knocking.nobody("POST", "//mcp", {})
    assert (refused.status, refused.body["error"]["code"]) == (401, "unauthorized")


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
