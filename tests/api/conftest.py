"""The doors on a real server on the loopback, and people who knock."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import uvicorn
from fastapi import FastAPI

from parlour.api.doors import Doors
from parlour.api.headers import WithHeaders
from parlour.hub.hub import Hub
from parlour.identity.connections import ConnectionDesk
from parlour.identity.household import Household, household
from parlour.identity.providers import Providers
from parlour.identity.sealing import Sealing
from parlour.identity.vault import Vault
from parlour.journal.unit import Writer
from parlour.store.database import Database
from parlour.store.queries.people import Person
from parlour.toolkits.data import MIGRATIONS, data_toolkit
from parlour.toolkits.data.sql.kind import SqlKind
from parlour.turn.leaving import Leaving
from parlour.turn.rules import Rules
from tests.api.standins import EchoTalk, Surroundings
from tests.conftest import ManualClock
from tests.doors import standing_doors
from tests.flow.conftest import HeldModel
from tests.house import Lived, cheap_passwords, lived_in
from tests.served import Serving, on_a_free_port
from tests.storage import Storage, Templates


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: Any
    headers: Any
    text: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who calls the doors, with whatever headers they send."""

    session: aiohttp.ClientSession
    url: str
    headers: dict[str, str]

    async def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """Call `path` under `/api/v1`, or an absolute one when it begins with two slashes."""
        url = self.url + (path[1:] if path.startswith("//") else f"/api/v1{path}")
        sent = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.request(method, url, json=body, headers=sent, allow_redirects=False) as response:
            text = await response.text()
            is_json = response.content_type == "application/json"
            return Answer(response.status, await response.json() if is_json else None, response.headers, text)


@dataclass(frozen=True, slots=True)
class Knocking:
    """The server, and everybody at its doors."""

    lived: Lived
    household: Household
    rest: FastAPI
    talk: EchoTalk
    around: Surroundings
    nobody: Caller
    ann: Caller
    bob: Caller
    admin: Caller

    async def cookie_of(self, person: Person) -> str:
        """The session of somebody who signed in by a link, as a browser would send it."""
        _, session = await self.lived.gate.sign_in((await self.lived.gate.make_link(person)).secret)
        return f"parlour_session={session.secret}"


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    made = Templates(tmp_path_factory.mktemp("doors"), (MIGRATIONS,))
    yield made
    made.close()


@pytest.fixture
def storage(templates: Templates) -> Iterator[Storage]:
    """A fresh SQLite file: the doors themselves ask nothing of a database; `test_every_door` tries both kinds."""
    with templates.fresh("sqlite") as made:
        yield made


@pytest.fixture
def rest_of() -> Iterator[Callable[[Doors], FastAPI]]:
    """Puts the doors over a house."""
    with standing_doors() as made:
        yield made


@pytest.fixture
async def knocking(
    database: Database,
    writer: Writer,
    clock: ManualClock,
    tmp_path: Path,
    rest_of: Callable[[Doors], FastAPI],
) -> AsyncIterator[Knocking]:
    """The doors of a house with people in it."""
    vault = Vault(tmp_path / "parlour.key", database, clock)
    people = household(database, database, writer, clock, vault, cheap_passwords())
    lived = replace(await lived_in(database, writer, clock), gate=people.gate)
    talk, around = EchoTalk(lived), Surroundings(lived)
    rest = rest_of(
        Doors(
            reads=database,
            writer=writer,
            clock=clock,
            gate=people.gate,
            household=people,
            leaving=Leaving(database, writer, clock, talk.end),
            address="https://parlour.example",
            conversations=lived.conversations,
            talk=talk,
            hub=Hub(database, clock, replay_limit_bytes=1_048_576),
            rules=Rules(database, writer, clock),
            tools=around,
            models=around,
            offers=(),
            providers=Providers(database, writer, clock, vault, {}),
            connections=ConnectionDesk(database, writer, clock, vault),
            outside=around,
            data=data_toolkit(database, writer, clock, Sealing(vault), [SqlKind(tmp_path, clock)], 60),
            suggestions=around,
            connected=around,
            readiness=around,
            status=around,
            counts=around,
            version="0.0.0",
            origins=frozenset({"https://parlour.example"}),
        )
    )
    listener = on_a_free_port()
    server = uvicorn.Server(uvicorn.Config(WithHeaders(rest), log_config=None, ws="none", lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    async def caller(person: Person | None) -> Caller:
        if person is None:
            return Caller(session, url, {})
        key = await lived.gate.make_api_key(tenant_id=person.tenant_id, user_id=person.id, name="test")
        return Caller(session, url, {"Authorization": f"Bearer {key.secret}"})

    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        callers = [await caller(person) for person in (None, lived.ann, lived.bob, lived.house.admin)]
        yield Knocking(lived, people, rest, talk, around, *callers)
    server.should_exit = True
    await serving


@pytest.fixture
def held() -> HeldModel:
    """A model that says what the test lets it say."""
    return HeldModel()


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    """Opens the whole house to its socket."""
    return Serving(storage, tmp_path)
