"""What the reference says of a door comes true: every refusal that it names is provoked at a served house."""

import json
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gen.rest import DOORS, FOR_ADMINS, Door, doors
from parlour.ids import new_id
from parlour.models.other_kinds import OTHER_KINDS
from tests.docs.household import BOATS, Household, household
from tests.served import Served, Serving
from tests.storage import Storage, Templates

LINK = "POST /api/v1/auth/link"
TOKEN = "DELETE /api/v1/auth/tokens/{token_id}"
BEGIN = "POST /api/v1/chat/conversations"
LIST = "GET /api/v1/chat/conversations"
ONE = "/api/v1/chat/conversations/{conversation_id}"
PAGE = f"GET {ONE}/messages"
SAY = "POST /api/v1/chat/messages"
WARM = "POST /api/v1/answers/warm"
MESSAGE = "/api/v1/chat/messages/{message_id}"
AGAIN = f"POST {MESSAGE}/regenerate"
UNDO = f"POST {MESSAGE}/tool-calls/{{tool_call_id}}/undo"
STOP = "POST /api/v1/chat/turns/{turn_id}/stop"
ALLOW = "POST /api/v1/models/allowed"
CHOOSE = "PUT /api/v1/models/default"
ROUTING = "/api/v1/models/routing"
COMPLETE = "POST /v1/chat/completions"
SYSTEM = "GET /api/v1/system"
SETTINGS, EFFECTIVE = "/api/v1/models/settings", "GET /api/v1/models/effective"
PROVIDERS = "/api/v1/providers"
CHANGE = f"PATCH {PROVIDERS}/{{name}}"
REMOVE = f"DELETE {PROVIDERS}/{{name}}"
TRY = f"POST {PROVIDERS}/try"
ABSENT = "mistral"
"""A kind of provider whose packages this server does not have."""
AUTH = "/api/v1/auth"
USERS = "/api/v1/users"
USER = f"{USERS}/{{user_id}}"
INVITATIONS = "/api/v1/invitations"
PROJECTS = "/api/v1/projects"
PROJECT = f"{PROJECTS}/{{project_id}}"
MEMBER = f"{PROJECT}/members/{{user_id}}"
USAGE = "/api/v1/usage"
BUDGETS = "/api/v1/budgets"
CONNECTIONS = "/api/v1/connections"
CONNECTION = f"{CONNECTIONS}/{{connection_id}}"

DATASOURCES = "/api/v1/projects/{project_id}/datasources"
DATASOURCE = f"{DATASOURCES}/{{datasource_id}}"

TOO_LONG = "x" * 50_001
OTHER = {"content": "other words"}
NOBODY = {"model": "nobody/nothing"}
AWAY = "http://127.0.0.1:9/v1"
OURS = {"base_url": "http://127.0.0.1:9", "token": "a-long-lived-access-token"}
SHOP = {"dialect": "postgresql", "host": "127.0.0.1", "port": 9, "database": "shop", "password": "secret"}
OUR_SHOP = {"name": "shop", "kind": "sql", "settings": SHOP}
SHELF = {"name": "shelf", "base_url": AWAY, "api_key": "sk-1234", "models": ["small"]}


@dataclass(frozen=True, slots=True)
class Attempt:
    """Somebody at a door with something that is refused."""

    door: str
    code: str
    body: Any = None
    ids: dict[str, str] = field(default_factory=dict[str, str])
    query: str = ""
    who: str = "admin"
    headers: dict[str, str] = field(default_factory=dict[str, str])


def completion(words: str, **metadata: str) -> dict[str, Any]:
    """What a client of OpenAI's wire asks."""
    return {"messages": [{"role": "user", "content": words}], "metadata": metadata}


def attempts(known: dict[str, str]) -> Iterator[Attempt]:
    """One for every refusal that a door has of its own. `known` are ids of what was said before."""
    elsewhere = {"project_id": new_id()}
    used = {"client_message_id": "used"}
    question = {"message_id": known["question_id"]}
    yield Attempt(LINK, "unauthorized", {"link": "nonsense"}, who="nobody")
    yield Attempt(LINK, "forbidden", {"link": "any"}, who="nobody", headers={"Origin": "https://elsewhere.example"})
    yield Attempt(TOKEN, "not_found")
    yield Attempt(BEGIN, "not_found", elsewhere)
    yield Attempt(BEGIN, "message_too_long", {"initial_message": TOO_LONG})
    yield Attempt(BEGIN, "not_available", {"initial_message": "hello", **NOBODY})
    yield Attempt(BEGIN, "idempotency_conflict", {"initial_message": "other words", **used})
    yield Attempt(LIST, "not_found", query=f"?project_id={new_id()}")
    yield Attempt(f"GET {ONE}", "thread_not_found")
    yield Attempt(f"PATCH {ONE}", "thread_not_found", {"title": "Mine"})
    yield Attempt(f"DELETE {ONE}", "thread_not_found")
    yield Attempt(PAGE, "thread_not_found")
    yield Attempt(PAGE, "unknown_cursor", ids=known, query=f"?before={new_id()}")
    yield Attempt(SAY, "message_too_long", {"content": TOO_LONG})
    yield Attempt(SAY, "thread_not_found", {"content": "hello", "conversation_id": new_id()})
    yield Attempt(SAY, "not_found", {"content": "hello", **elsewhere})
    yield Attempt(WARM, "not_found", {"questions": ["hello"], **elsewhere})
    yield Attempt(SAY, "not_available", {"content": "hello", **NOBODY})
    yield Attempt(SAY, "idempotency_conflict", {"content": "other words", **used})
    yield Attempt(f"GET {MESSAGE}", "message_not_found")
    yield Attempt(f"GET {MESSAGE}/attempts", "message_not_found")
    yield Attempt(f"GET {MESSAGE}/context", "message_not_found")
    yield Attempt(f"PATCH {MESSAGE}", "message_not_found", OTHER)
    yield Attempt(f"PATCH {MESSAGE}", "forbidden", OTHER, ids=known)
    yield Attempt(f"PATCH {MESSAGE}", "not_now", OTHER, ids={"message_id": known["deleted_id"]})
    yield Attempt(f"PATCH {MESSAGE}", "message_too_long", {"content": TOO_LONG}, ids=question)
    yield Attempt(f"PATCH {MESSAGE}", "idempotency_conflict", OTHER | {"command_id": "used"}, ids=question)
    yield Attempt(f"DELETE {MESSAGE}", "message_not_found")
    yield Attempt(f"GET {MESSAGE}/edits", "message_not_found")
    yield Attempt(AGAIN, "message_not_found", {})
    yield Attempt(AGAIN, "not_now", {}, ids={"message_id": known["deleted_id"]})
    yield Attempt(AGAIN, "message_too_long", {"content": TOO_LONG}, ids=known)
    yield Attempt(AGAIN, "idempotency_conflict", {"command_id": "used"}, ids=known)
    yield Attempt(STOP, "not_found")
    yield Attempt(UNDO, "message_not_found", {})
    yield Attempt(UNDO, "not_now", {}, ids=known)
    yield Attempt("GET /api/v1/approvals/{approval_id}", "not_found")
    yield Attempt("POST /api/v1/approvals/{approval_id}/decision", "not_found", {"decision": "approve"})
    yield Attempt("DELETE /api/v1/approvals/rules/{rule_id}", "not_found")
    yield Attempt("GET /api/v1/tools", "not_found", query=f"?project_id={new_id()}")
    yield Attempt("GET /api/v1/tools/runs/{run_id}", "not_found")
    yield Attempt("GET /api/v1/tools/runs", "not_found", query=f"?project_id={new_id()}")
    yield Attempt("GET /api/v1/tools/runs", "thread_not_found", query=f"?conversation_id={new_id()}")
    yield Attempt(f"GET {MESSAGE}/tool-runs", "message_not_found")
    yield Attempt(ALLOW, "forbidden", {"provider": "openai"}, who="ann")
    yield Attempt(ALLOW, "not_found", {"provider": "nobody"})
    yield Attempt("GET /api/v1/suggestions", "not_found", query=f"?project_id={new_id()}")
    yield Attempt("GET /metrics", "forbidden", who="ann")
    yield Attempt(SYSTEM, "not_found", query=f"?project_id={new_id()}")
    yield Attempt(f"{SYSTEM}/abilities", "not_found", query=f"?project_id={new_id()}")
    yield Attempt(f"{SYSTEM}/status", "forbidden", who="ann")
    yield Attempt(COMPLETE, "message_too_long", completion(TOO_LONG))
    yield Attempt(COMPLETE, "thread_not_found", completion("hello", conversation_id=new_id()))
    yield Attempt(COMPLETE, "not_found", completion("hello") | NOBODY)
    yield Attempt(COMPLETE, "idempotency_conflict", completion("other words"), headers={"Idempotency-Key": "used"})
    yield Attempt("GET /v1/models/{name}", "not_found", ids={"name": "nobody/nothing"})
    yield Attempt(CHOOSE, "forbidden", {"model": "built-in"}, who="ann")
    yield Attempt(CHOOSE, "not_found", NOBODY)
    yield Attempt(CHOOSE, "not_now", {"model": "openai/large"})
    for door in (f"GET {ROUTING}", f"PUT {ROUTING}", f"DELETE {ROUTING}", "GET /api/v1/models/instances"):
        yield Attempt(door, "forbidden", {"fast": []} if door.startswith("PUT") else None, who="ann")
    yield Attempt(f"PUT {ROUTING}", "invalid_message", {"fast": ["nobody/nothing"]})


def attempts_at_settings(nowhere: str) -> Iterator[Attempt]:
    """The same, where it is decided who answers; `nowhere` is the id of nothing."""
    project, talk = f"?project_id={nowhere}", f"?conversation_id={nowhere}"
    nothing: dict[str, Any] = {"settings": {}, "version": 0}
    for door in (f"GET {SETTINGS}", f"PUT {SETTINGS}", EFFECTIVE):
        body = nothing if door.startswith("PUT") else None
        yield Attempt(door, "not_found", body, query=project)
        yield Attempt(door, "thread_not_found", body, query=talk)
    yield Attempt(f"PUT {SETTINGS}", "forbidden", nothing, who="ann")
    yield Attempt(f"PUT {SETTINGS}", "not_now", {"settings": NOBODY, "version": 0})
    yield Attempt(f"PUT {SETTINGS}", "moved", nothing | {"version": 9})
    yield Attempt("GET /api/v1/models", "not_found", query=project)
    yield Attempt(f"GET {PROVIDERS}", "not_found", query=project)
    yield Attempt(f"POST {PROVIDERS}", "not_found", SHELF, query=project)


def attempts_of_people(there: Household) -> Iterator[Attempt]:
    """The same, for signing in, people, invitations and projects."""
    wrong, elsewhere = {"username": "nobody", "password": "wrong"}, {"Origin": "https://elsewhere.example"}
    ghost = {"username": "ghost", "password": "wrong"}
    one, two = {"user_id": there.people["bob"]}, {"user_id": there.people["admin"]}
    hers, home = {"project_id": there.boat}, {"project_id": there.home}
    yield Attempt(f"POST {AUTH}/login", "unauthorized", wrong, who="nobody")
    yield Attempt(f"POST {AUTH}/login", "forbidden", wrong, who="nobody", headers=elsewhere)
    yield Attempt(f"POST {AUTH}/login", "rate_limit_exceeded", ghost, who="nobody")
    yield Attempt(f"POST {AUTH}/token", "unauthorized", wrong, who="nobody")
    yield Attempt(f"POST {AUTH}/token", "rate_limit_exceeded", ghost, who="nobody")
    yield Attempt(f"POST {AUTH}/refresh", "unauthorized", {"refresh_token": "nonsense"}, who="nobody")
    yield Attempt(f"PATCH {AUTH}/me", "duplicate", {"email": "bob@house.example"}, who="ann")
    password = {"password": "three quiet words"}
    yield Attempt(f"POST {AUTH}/password", "forbidden", password, who="ann")
    yield Attempt(f"POST {AUTH}/password", "rate_limit_exceeded", password, who="ann herself")
    yield Attempt(f"POST {AUTH}/tokens", "forbidden", {"name": "laptop"}, who="ann")
    yield Attempt(f"DELETE {AUTH}/sessions/{{session_id}}", "not_found")
    yield Attempt(f"GET {USERS}", "forbidden", who="ann")
    yield Attempt(f"POST {USERS}", "forbidden", {"username": "eve"}, who="ann")
    yield Attempt(f"POST {USERS}", "duplicate", {"username": "Ann"})
    yield Attempt("GET /api/v1/audit", "forbidden", who="ann")
    for door in (f"GET {USER}", f"PATCH {USER}", f"DELETE {USER}", f"POST {USER}/link"):
        yield Attempt(door, "forbidden", {}, ids=one, who="ann")
        yield Attempt(door, "not_found", {})
    yield Attempt(f"PATCH {USER}", "duplicate", {"email": "ann@house.example"}, ids=one)
    yield Attempt(f"PATCH {USER}", "not_now", {"role": "user"}, ids=two)
    yield Attempt(f"DELETE {USER}", "not_now", ids=two)
    yield Attempt(f"POST {USER}/link", "not_now", ids={"user_id": there.people["dan"]})
    yield Attempt(f"GET {INVITATIONS}", "forbidden", who="ann")
    yield Attempt(f"POST {INVITATIONS}", "forbidden", {}, who="ann")
    yield Attempt(f"POST {INVITATIONS}", "not_found", {"project_ids": [new_id()]})
    yield Attempt(f"DELETE {INVITATIONS}/{{invitation_id}}", "forbidden", who="ann")
    yield Attempt(f"DELETE {INVITATIONS}/{{invitation_id}}", "not_found")
    yield Attempt(f"DELETE {INVITATIONS}/{{invitation_id}}", "not_now", ids={"invitation_id": there.taken_back})
    yield Attempt(f"POST {INVITATIONS}/open", "not_found", {"secret": "nonsense"}, who="nobody")
    eve = {"secret": there.secret, "username": "eve"}
    yield Attempt(f"POST {INVITATIONS}/accept", "not_found", eve | {"secret": "nonsense"}, who="nobody")
    yield Attempt(f"POST {INVITATIONS}/accept", "forbidden", eve, who="nobody", headers=elsewhere)
    yield Attempt(f"POST {INVITATIONS}/accept", "duplicate", eve | {"username": "ann"}, who="nobody")
    yield Attempt(f"POST {PROJECTS}", "forbidden", BOATS, who="ines")
    yield Attempt(f"POST {PROJECTS}", "duplicate", BOATS, who="ann")
    yield Attempt(f"GET {PROJECT}", "not_found", ids=hers, who="ines")
    yield Attempt(f"GET {PROJECT}/members", "not_found", ids=hers, who="ines")
    for door in (f"PATCH {PROJECT}", f"DELETE {PROJECT}", f"PUT {MEMBER}", f"DELETE {MEMBER}"):
        yield Attempt(door, "not_found", {})
        yield Attempt(door, "forbidden", {}, ids=hers, who="bob")
    yield Attempt(f"PATCH {PROJECT}", "duplicate", BOATS, ids={"project_id": there.shed}, who="ann")
    yield Attempt(f"PATCH {PROJECT}", "not_now", {"status": "archived"}, ids=home)
    yield Attempt(f"DELETE {PROJECT}", "not_now", ids=home)
    yield Attempt(f"DELETE {MEMBER}", "not_now", ids=hers | {"user_id": there.people["ann"]}, who="ann")
    yield Attempt(BEGIN, "not_now", {"project_id": there.attic})
    yield Attempt(SAY, "not_now", {"content": "hello", "project_id": there.attic})
    yield Attempt(COMPLETE, "not_now", completion("hello", project_id=there.attic))


def attempts_at_budgets() -> Iterator[Attempt]:
    """The same, about what is used and what may be."""
    monthly = {"scope": "tenant", "period": "month", "max_cost": 1}
    yield Attempt(f"GET {USAGE}", "forbidden", who="ines")
    yield Attempt(f"GET {USAGE}/nearly-used", "not_found", query=f"?project_id={new_id()}")
    yield Attempt(f"GET {BUDGETS}", "forbidden", who="ines")
    yield Attempt(f"PUT {BUDGETS}", "forbidden", monthly, who="ann")
    yield Attempt(f"PUT {BUDGETS}", "not_found", monthly | {"scope": f"project:{new_id()}"})
    yield Attempt(f"PUT {BUDGETS}", "invalid_message", {"scope": "tenant", "period": "month"})
    yield Attempt(f"DELETE {BUDGETS}/{{budget_id}}", "forbidden", who="ann")
    yield Attempt(f"DELETE {BUDGETS}/{{budget_id}}", "not_found")


def attempts_at_providers() -> Iterator[Attempt]:
    """The same, in a house with a provider of its own and one from its settings, which has lost its master key."""
    ours, theirs, nobodys = {"name": "shelf"}, {"name": "openai"}, {"name": "nobody"}
    yield Attempt(f"GET {PROVIDERS}", "forbidden", who="ann")
    yield Attempt(f"POST {PROVIDERS}", "forbidden", SHELF, who="ann")
    yield Attempt(f"POST {PROVIDERS}", "duplicate", SHELF | theirs | {"api_key": ""})
    yield Attempt(f"POST {PROVIDERS}", "bad_setting", SHELF | {"name": "other"})
    yield Attempt(f"POST {PROVIDERS}", "not_available", SHELF | {"kind": ABSENT})
    yield Attempt(CHANGE, "forbidden", {"models": ["large"]}, ids=ours, who="ann")
    yield Attempt(CHANGE, "not_found", {"models": ["large"]}, ids=nobodys)
    yield Attempt(CHANGE, "not_now", {"models": ["large"]}, ids=theirs)
    yield Attempt(CHANGE, "bad_setting", {"api_key": "sk-5678"}, ids=ours)
    yield Attempt(CHANGE, "not_available", {"kind": ABSENT}, ids=ours)
    yield Attempt(REMOVE, "forbidden", ids=ours, who="ann")
    yield Attempt(REMOVE, "not_found", ids=nobodys)
    yield Attempt(REMOVE, "not_now", ids=theirs)
    yield Attempt(TRY, "forbidden", {"base_url": AWAY}, who="ann")
    yield Attempt(TRY, "not_found", nobodys)
    yield Attempt(TRY, "not_available", ours)


def attempts_at_connections() -> Iterator[Attempt]:
    """The same, in a house that is joined to one system."""
    yield Attempt(f"GET {CONNECTIONS}", "forbidden", who="ann")
    yield Attempt(f"POST {CONNECTIONS}", "forbidden", OURS, who="ann")
    yield Attempt(f"POST {CONNECTIONS}", "not_found", OURS | {"project_id": new_id()})
    yield Attempt(f"POST {CONNECTIONS}", "duplicate", OURS)
    yield Attempt(f"PATCH {CONNECTION}", "forbidden", {"is_on": False}, who="ann")
    yield Attempt(f"PATCH {CONNECTION}", "not_found", {"is_on": False})
    yield Attempt(f"DELETE {CONNECTION}", "forbidden", who="ann")
    yield Attempt(f"DELETE {CONNECTION}", "not_found")
    yield Attempt(f"POST {CONNECTIONS}/check", "forbidden", OURS, who="ann")
    yield Attempt(f"POST {CONNECTION}/check", "forbidden", who="ann")
    yield Attempt(f"POST {CONNECTION}/check", "not_found")


def attempts_at_datasources(home: str, shop: str) -> Iterator[Attempt]:
    """The same, in a project with a database, `shop`, and one more that is called "stock"."""
    here, both = {"project_id": home}, {"project_id": home, "datasource_id": shop}
    yield Attempt(f"GET {DATASOURCES}", "not_found")
    yield Attempt(f"POST {DATASOURCES}", "forbidden", OUR_SHOP, here, who="ann")
    yield Attempt(f"POST {DATASOURCES}", "not_found", OUR_SHOP)
    yield Attempt(f"POST {DATASOURCES}", "duplicate", OUR_SHOP, here)
    yield Attempt(f"POST {DATASOURCES}/check", "forbidden", {"kind": "sql", "settings": SHOP}, here, who="ann")
    yield Attempt(f"POST {DATASOURCES}/check", "not_found", {"kind": "sql", "settings": SHOP})
    yield Attempt(f"GET {DATASOURCE}", "not_found", ids=here)
    yield Attempt(f"PATCH {DATASOURCE}", "forbidden", {"writable": True}, both, who="ann")
    yield Attempt(f"PATCH {DATASOURCE}", "not_found", {"writable": True}, here)
    yield Attempt(f"PATCH {DATASOURCE}", "duplicate", {"name": "stock"}, both)
    yield Attempt(f"DELETE {DATASOURCE}", "forbidden", ids=both, who="ann")
    yield Attempt(f"DELETE {DATASOURCE}", "not_found", ids=here)
    yield Attempt(f"POST {DATASOURCE}/check", "forbidden", ids=both, who="ann")
    yield Attempt(f"POST {DATASOURCE}/check", "not_found", ids=here)


def attempts_at_sealed_datasources(home: str, shop: str) -> Iterator[Attempt]:
    """The same, once the master key is lost."""
    here, both = {"project_id": home}, {"project_id": home, "datasource_id": shop}
    yield Attempt(f"POST {DATASOURCES}", "bad_setting", OUR_SHOP | {"name": "other"}, here)
    yield Attempt(f"PATCH {DATASOURCE}", "bad_setting", {"settings": {"password": "another"}}, both)
    yield Attempt(f"PATCH {DATASOURCE}", "not_available", {"settings": {"functions": ["mine"]}}, both)


async def shopped(served: Served, key: str, home: str) -> str:
    """The id of a database that the project was given, beside another."""
    path = DATASOURCES.replace("{project_id}", home)
    for name in ("stock", "shop"):
        status, text = await served.asks("POST", path, key, OUR_SHOP | {"name": name})
        assert status == 201, text
    return str(json.loads(text)["id"])


@pytest.fixture
def storage(templates: Templates) -> Iterator[Storage]:
    """A fresh SQLite file: what a door refuses does not depend on the database."""
    with templates.fresh("sqlite") as made:
        yield made


async def test_every_refusal_that_a_door_names_is_met(
    storage: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, OTHER_KINDS[ABSENT].package, None)
    async with Serving(storage, tmp_path)(openai_base_url=AWAY, openai_model="large") as served:
        there = await household(served)
        keys = there.keys
        known = await said(served, keys["admin"])
        met: list[tuple[str, str]] = []
        assert (await served.asks("POST", CONNECTIONS, keys["admin"], OURS))[0] == 201
        shop = await shopped(served, keys["admin"], there.home)
        for attempt in (*attempts_at_connections(), *attempts_at_datasources(there.home, shop)):
            met.append((attempt.door, await code_of(served, attempt, keys[attempt.who])))
            assert met[-1] == (attempt.door, attempt.code)
        await key_lost(served, keys["admin"], tmp_path)
        models = (*attempts_at_budgets(), *attempts_at_providers(), *attempts_at_settings(new_id()))
        models += (*attempts_at_sealed_datasources(there.home, shop),)
        for attempt in (*attempts(known), *attempts_of_people(there), *models):
            met.append((attempt.door, await code_of(served, attempt, keys[attempt.who])))
            assert met[-1] == (attempt.door, attempt.code)
    assert sorted(met) == sorted((door.name, code) for door in doors() for code in door.refuses)


async def said(served: Served, key: str) -> dict[str, str]:
    """Something said and answered, and something taken back; the ids of them."""
    _, text = await served.asks("POST", "/api/v1/chat/messages", key, {"content": "hello", "client_message_id": "used"})
    made = json.loads(text)
    _, text = await served.asks("POST", "/api/v1/chat/messages", key, {"content": "never mind"})
    deleted_id = json.loads(text)["user_message"]["id"]
    await served.asks("DELETE", f"/api/v1/chat/messages/{deleted_id}", key)
    return {
        "deleted_id": deleted_id,
        "conversation_id": made["conversation_id"],
        "message_id": made["ai_message"]["id"],
        "question_id": made["user_message"]["id"],
    }


async def key_lost(served: Served, key: str, folder: Path) -> None:
    """A provider was set up with a key, and then the file that opens the key went missing."""
    status, text = await served.asks("POST", PROVIDERS, key, SHELF)
    assert status == 201, text
    (folder / "parlour.key").unlink()


async def code_of(served: Served, attempt: Attempt, key: str) -> str:
    """The code that an attempt is refused with."""
    method, path = attempt.door.split()
    for piece in [each.partition("}")[0] for each in path.split("{")[1:]]:
        path = path.replace(f"{{{piece}}}", attempt.ids.get(piece, new_id()))
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    url = served.url + path + attempt.query
    async with served.session.request(method, url, json=attempt.body, headers=headers | attempt.headers) as answer:
        assert answer.status >= 400, attempt
        return str((await answer.json())["error"]["code"])


def test_what_is_added_to_the_reference_is_about_doors_that_are_there() -> None:
    assert set(tomllib.loads(DOORS.read_text("utf-8"))) <= {door.name for door in doors()}


def test_a_door_that_makes_or_changes_something_is_shown_in_use_or_says_whom_it_refuses() -> None:
    silent = [door.name for door in doors() if writes(door) and not (door.example or door.refuses)]
    assert silent == ["POST /api/v1/auth/logout"]


def writes(door: Door) -> bool:
    return door.method != "GET"


def test_a_door_for_admins_refuses_everybody_else() -> None:
    for door in doors():
        if FOR_ADMINS in door.operation["description"]:
            assert "forbidden" in door.refuses, f"say in {DOORS.name} that {door.name} refuses with forbidden"
