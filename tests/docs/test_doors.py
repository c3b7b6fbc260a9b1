"""What the reference says of a door comes true: every refusal that it names is provoked at a served house."""

import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from gen.rest import DOORS, FOR_ADMINS, Door, doors
from parlour.ids import new_id
from tests.served import Served, Serving
from tests.storage import Storage, Templates

LINK = "POST /api/v1/auth/link"
TOKEN = "DELETE /api/v1/auth/tokens/{token_id}"
BEGIN = "POST /api/v1/chat/conversations"
LIST = "GET /api/v1/chat/conversations"
ONE = "/api/v1/chat/conversations/{conversation_id}"
PAGE = f"GET {ONE}/messages"
SAY = "POST /api/v1/chat/messages"
MESSAGE = "/api/v1/chat/messages/{message_id}"
AGAIN = f"POST {MESSAGE}/regenerate"
STOP = "POST /api/v1/chat/turns/{turn_id}/stop"
ALLOW = "POST /api/v1/models/allowed"
CHOOSE = "PUT /api/v1/models/default"
SYSTEM = "GET /api/v1/system"
PROVIDERS = "/api/v1/providers"
CHANGE = f"PATCH {PROVIDERS}/{{name}}"
REMOVE = f"DELETE {PROVIDERS}/{{name}}"
TRY = f"POST {PROVIDERS}/try"

TOO_LONG = "x" * 50_001
NOBODY = {"model": "nobody/nothing"}
AWAY = "http://127.0.0.1:9/v1"
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


def attempts(known: dict[str, str]) -> Iterator[Attempt]:
    """One for every refusal that a door has of its own. `known` are ids of what was said before."""
    elsewhere = {"project_id": new_id()}
    used = {"client_message_id": "used"}
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
    yield Attempt(SAY, "not_available", {"content": "hello", **NOBODY})
    yield Attempt(SAY, "idempotency_conflict", {"content": "other words", **used})
    yield Attempt(f"GET {MESSAGE}", "message_not_found")
    yield Attempt(f"GET {MESSAGE}/attempts", "message_not_found")
    yield Attempt(f"GET {MESSAGE}/context", "message_not_found")
    yield Attempt(AGAIN, "message_not_found", {})
    yield Attempt(AGAIN, "not_now", {}, ids={"message_id": known["question_id"]})
    yield Attempt(AGAIN, "not_available", {"content": "other words"}, ids=known)
    yield Attempt(AGAIN, "idempotency_conflict", {"command_id": "used"}, ids=known)
    yield Attempt(STOP, "not_found")
    yield Attempt("GET /api/v1/tools", "not_found", query=f"?project_id={new_id()}")
    yield Attempt("GET /api/v1/tools/runs/{run_id}", "not_found")
    yield Attempt(f"GET {MESSAGE}/tool-runs", "message_not_found")
    yield Attempt(ALLOW, "forbidden", {"provider": "openai"}, who="ann")
    yield Attempt(ALLOW, "not_found", {"provider": "nobody"})
    yield Attempt("GET /api/v1/suggestions", "not_found", query=f"?project_id={new_id()}")
    yield Attempt(SYSTEM, "not_found", query=f"?project_id={new_id()}")
    yield Attempt(CHOOSE, "forbidden", {"model": "built-in"}, who="ann")
    yield Attempt(CHOOSE, "not_found", NOBODY)
    yield Attempt(CHOOSE, "not_now", {"model": "openai/large"})


def attempts_at_providers() -> Iterator[Attempt]:
    """The same, in a house with a provider of its own and one from its settings, which has lost its master key."""
    ours, theirs, nobodys = {"name": "shelf"}, {"name": "openai"}, {"name": "nobody"}
    yield Attempt(f"GET {PROVIDERS}", "forbidden", who="ann")
    yield Attempt(f"POST {PROVIDERS}", "forbidden", SHELF, who="ann")
    yield Attempt(f"POST {PROVIDERS}", "duplicate", SHELF | theirs | {"api_key": ""})
    yield Attempt(f"POST {PROVIDERS}", "bad_setting", SHELF | {"name": "other"})
    yield Attempt(CHANGE, "forbidden", {"models": ["large"]}, ids=ours, who="ann")
    yield Attempt(CHANGE, "not_found", {"models": ["large"]}, ids=nobodys)
    yield Attempt(CHANGE, "not_now", {"models": ["large"]}, ids=theirs)
    yield Attempt(CHANGE, "bad_setting", {"api_key": "sk-5678"}, ids=ours)
    yield Attempt(REMOVE, "forbidden", ids=ours, who="ann")
    yield Attempt(REMOVE, "not_found", ids=nobodys)
    yield Attempt(REMOVE, "not_now", ids=theirs)
    yield Attempt(TRY, "forbidden", {"base_url": AWAY}, who="ann")
    yield Attempt(TRY, "not_found", nobodys)
    yield Attempt(TRY, "not_available", ours)


@pytest.fixture
def storage(templates: Templates) -> Iterator[Storage]:
    """A fresh SQLite file: what a door refuses does not depend on the database."""
    with templates.fresh("sqlite") as made:
        yield made


async def test_every_refusal_that_a_door_names_is_met(storage: Storage, tmp_path: Path) -> None:
    async with Serving(storage, tmp_path)(openai_base_url=AWAY, openai_model="large") as served:
        keys = {"admin": await served.key(), "ann": await served.key(await served.newcomer("ann")), "nobody": ""}
        known = await said(served, keys["admin"])
        await key_lost(served, keys["admin"], tmp_path)
        met: list[tuple[str, str]] = []
        for attempt in (*attempts(known), *attempts_at_providers()):
            met.append((attempt.door, await code_of(served, attempt, keys[attempt.who])))
            assert met[-1] == (attempt.door, attempt.code)
    assert sorted(met) == sorted((door.name, code) for door in doors() for code in door.refuses)


async def said(served: Served, key: str) -> dict[str, str]:
    """Something said and answered; the ids of it."""
    _, text = await served.asks("POST", "/api/v1/chat/messages", key, {"content": "hello", "client_message_id": "used"})
    made = json.loads(text)
    return {
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
