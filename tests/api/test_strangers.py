"""The matrix of strangers: every door and every command, by whoever has no business there.

Whatever they name of somebody else's is refused exactly as what never was: the same status, code and sentence.
"""

import json
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from gen.rest import doors
from parlour.identity.connections import ConnectionDesk
from parlour.identity.credentials import issue
from parlour.identity.who import Who, who_is
from parlour.ids import new_id
from parlour.journal.unit import Unit
from parlour.protocol.commands import ClientCommand
from parlour.protocol.connections import NewConnection
from parlour.protocol.datasources import NewDatasource
from parlour.protocol.people import NewInvitation, NewProject, NewUser, UserChange
from parlour.protocol.spending import NewBudget
from parlour.store.queries.people import Person
from tests.api.strangers import COMMANDS, DOORS, ELSEWHERE, SHOP, Ask, Frame
from tests.conftest import ManualClock
from tests.house import Lived, asked, exchange
from tests.served import Client, Served, Serving
from tests.storage import Storage

SECRET_WORDS = "harbour lights"
CALL = "call-1"
"""What `exchange` calls its one call of a tool."""
STRANGERS = ("another user", "who left the project", "guest")


@dataclass(frozen=True, slots=True)
class Street:
    """A served house: what ann has there by the names of its ids, and the keys of who has no business with it."""

    served: Served
    hers: Mapping[str, str]
    keys: Mapping[str, str]

    def unknown(self) -> dict[str, str]:
        """As many ids that nothing has."""
        return {name: "nobody" if name == "name" else new_id() for name in self.hers}

    def nonsense(self) -> dict[str, str]:
        """What is no id at all."""
        return dict.fromkeys(self.hers, "nonsense")

    async def knocks(self, stranger: str, route: str, ask: Ask, ids: Mapping[str, str]) -> tuple[int, str]:
        """What a stranger gets at a door for these ids."""
        method, path = route.split()
        return await self.served.asks(
            method, filled(path + ask.query, ids), self.keys[stranger], json.loads(filled(json.dumps(ask.body), ids))
        )


@pytest.fixture
async def street(storage: Storage, tmp_path: Path) -> AsyncIterator[Street]:
    async with Serving(storage, tmp_path)() as served:
        yield await moved_in(served)


async def moved_in(served: Served) -> Street:
    """ann has a boat of her own, where she talked and where carl was until today."""
    app = served.app
    admin = who_is(app.house.admin, "")
    people = {name: await app.household.people.add(admin, NewUser(username=name)) for name in ("ann", "bob", "carl")}
    people["ines"] = await app.household.people.add(admin, NewUser(username="ines", role="guest"))
    people["gone"] = await app.household.people.add(admin, NewUser(username="gone"))
    ann = who_is(people["ann"], "")
    boat = await app.household.projects.add(ann, NewProject(name="The boat"))
    await app.household.projects.add_member(ann, boat.id, people["carl"].id)
    await app.household.projects.remove_member(ann, boat.id, people["carl"].id)
    conversation = await app.conversations.begin(ann, project_id=boat.id, title=SECRET_WORDS)
    lived = Lived(app.house, people["ann"], people["bob"], app.gate, app.database, app.writer, ManualClock())
    said = await exchange(lived, conversation, SECRET_WORDS)
    approval_id, rule_id = await asked(lived, conversation, said)
    keys = {
        "another user": await served.key(people["bob"]),
        "who left the project": await served.key(people["carl"]),
        "guest": await served.key(people["ines"]),
        "revoked": await served.key(people["gone"]),
        "nobody": "nonsense",
    }
    await app.household.people.change(admin, people["gone"].id, UserChange(is_active=False))
    invitation, _ = await app.household.invitations.make(admin, NewInvitation())
    desk = ConnectionDesk(app.database, app.writer, app.clock, app.providers.vault)
    joined = NewConnection(base_url="http://127.0.0.1:9", token="secret", project_id=app.house.home_project_id)
    hers = {
        "conversation_id": conversation.id,
        "project_id": boat.id,
        "user_id": people["ann"].id,
        "message_id": said.answer_id,
        "question_id": said.question_id,
        "turn_id": said.turn_id,
        "run_id": said.run_id,
        "tool_call_id": CALL,
        "approval_id": approval_id,
        "rule_id": rule_id,
        "token_id": await _token(served, people["ann"]),
        "session_id": await _session(served, people["ann"]),
        "invitation_id": invitation.id,
        "connection_id": await desk.add(admin, joined),
        "datasource_id": await _datasource(served, admin, boat.id),
        "budget_id": await _budget(served, admin, people["ann"]),
        "name": "shelf",
    }
    return Street(served, hers, keys)


async def _budget(served: Served, admin: Who, person: Person) -> str:
    budget = NewBudget(scope=f"user:{person.id}", period="month", max_cost=1)
    await served.app.household.budgets.put(admin, budget)
    (kept,) = await served.app.household.budgets.listed(admin)
    return kept.id


async def _datasource(served: Served, admin: Who, project_id: str) -> str:
    return await served.app.data.desk.add(admin.in_project(project_id), NewDatasource.model_validate(SHOP))


async def _token(served: Served, person: Person) -> str:
    made = await served.app.gate.make_api_key(tenant_id=person.tenant_id, user_id=person.id, name="hers")
    return made.id


async def _session(served: Served, person: Person) -> str:
    made = issue("session", tenant_id=person.tenant_id, user_id=person.id, now=served.app.clock.now(), name="browser")
    await served.app.writer.commit(Unit(changes=[made.insert]))
    return made.id


def filled(text: str, ids: Mapping[str, str]) -> str:
    """`text` with its ids; `{fresh}` is another one each time."""
    return re.sub(r"{(\w+)}", lambda match: new_id() if match[1] == "fresh" else ids[match[1]], text)


def refusal(text: str) -> tuple[str, str]:
    """The code and the sentence of a refusal."""
    body = json.loads(text)
    return body["error"]["code"], body["error"]["message"]


def test_every_door_and_every_command_is_in_the_matrix() -> None:
    assert {door.name for door in doors()} == set(DOORS), "say in strangers.py what a stranger might ask there"
    known = TypeAdapter[Any](ClientCommand).json_schema()["discriminator"]["mapping"]
    assert set(known) == set(COMMANDS), "say in strangers.py what a stranger might say there"


@pytest.mark.parametrize("stranger", ["nobody", "revoked"])
async def test_who_is_not_signed_in_is_told_the_same_at_every_door(street: Street, stranger: str) -> None:
    for route, ask in DOORS.items():
        status, text = await street.knocks(stranger, route, ask, street.hers)
        if ask.kind == "open":
            assert status != 500, (route, text)
        else:
            assert (route, status, refusal(text)) == (route, 401, ("unauthorized", "Please sign in."))


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_what_is_not_theirs_is_refused_as_what_never_was(street: Street, stranger: str) -> None:
    for route, ask in [*DOORS.items(), *ELSEWHERE.items()]:
        if ask.kind not in ("theirs", "admins"):
            continue
        answers = [
            await street.knocks(stranger, route, ask, ids) for ids in (street.hers, street.unknown(), street.nonsense())
        ]
        said = {(status, *refusal(text)) for status, text in answers}
        assert len(said) == 1, (route, said)
        assert next(iter(said))[0] == (403 if ask.kind == "admins" else 404), (route, said)


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_what_is_theirs_shows_nothing_of_anybody_else(street: Street, stranger: str) -> None:
    last = ("POST /api/v1/auth/logout-everywhere", "POST /api/v1/auth/logout")
    for route, ask in sorted(DOORS.items(), key=lambda item: item[0] in last):
        if ask.kind == "own":
            status, text = await street.knocks(stranger, route, ask, street.hers)
            assert status < 500, (route, text)
            told = [
                name
                for name, identifier in street.hers.items()
                if name not in ("name", "tool_call_id") and identifier in text
            ]
            assert (route, told, SECRET_WORDS in text) == (route, [], False)


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_over_the_socket_it_is_the_same(street: Street, stranger: str) -> None:
    async with street.served.at_the_socket(street.keys[stranger]) as client:
        await client.next()
        for kind, frames in COMMANDS.items():
            for frame in frames:
                told = [await _answer(client, kind, frame, ids) for ids in (street.hers, street.unknown())]
                assert told[0] == told[1], (kind, frame)
                if frame.kind == "theirs":
                    assert told[0][0] == "error", (kind, frame)
        heads = (await client.asks("heartbeat"))["heads"]
        assert heads == {}
        assert SECRET_WORDS not in json.dumps(client.frames)


@pytest.mark.parametrize("stranger", ["nobody", "revoked"])
async def test_a_socket_opens_for_nobody_who_is_not_signed_in(street: Street, stranger: str) -> None:
    async with street.served.at_the_socket(street.keys[stranger]) as client:
        closed = await client.until_closed()
    assert (closed.code, client.frames) == (1008, [])


async def _answer(client: Client, kind: str, frame: Frame, ids: Mapping[str, str]) -> tuple[Any, ...]:
    """What answers a frame, but for the ids in it."""
    told = await client.asks(kind, **json.loads(filled(json.dumps(frame.fields), ids)))
    return told["type"], told.get("error_code"), told.get("error")
