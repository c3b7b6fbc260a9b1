"""People, projects and invitations for the reference to be tried on: somebody whom every door refuses something."""

from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import insert, update

from parlour.clock import isoformat
from parlour.identity.throttle import account_subject
from parlour.identity.who import who_is
from parlour.journal.unit import Unit
from parlour.store.tables import sign_ins, users
from tests.served import Served

BOATS = {"name": "The boat"}
FAR = "2999-01-01T00:00:00.000Z"


@dataclass(frozen=True, slots=True)
class Household:
    """The ids of everything, and the keys of everybody."""

    keys: dict[str, str]
    people: dict[str, str]
    boat: str
    shed: str
    attic: str
    home: str
    taken_back: str
    secret: str


async def household(served: Served) -> Household:
    """A house with ann, who owns a boat and a shed; bob, who is in her boat; ines, a guest; and dan, who is gone."""
    admin = await served.key()
    keys, people = {"admin": admin, "nobody": ""}, {"admin": served.app.house.admin_id}
    for name, role in (("ann", "user"), ("bob", "user"), ("ines", "guest"), ("dan", "user")):
        body = {"username": name, "role": role, "email": f"{name}@house.example"}
        people[name] = (await _made(served, admin, "/users", body))["id"]
    for name in ("ann", "bob", "ines"):
        keys[name] = await served.key(await served.app.household.people.one(await served.knows(admin), people[name]))
    await served.asks("PATCH", f"/api/v1/users/{people['dan']}", admin, {"is_active": False})
    boat = (await _made(served, keys["ann"], "/projects", BOATS))["id"]
    shed = (await _made(served, keys["ann"], "/projects", {"name": "The shed"}))["id"]
    attic = (await _made(served, admin, "/projects", {"name": "The attic"}))["id"]
    await served.asks("PATCH", f"/api/v1/projects/{attic}", admin, {"status": "archived"})
    await served.asks("PUT", f"/api/v1/projects/{boat}/members/{people['bob']}", keys["ann"])
    back = (await _made(served, admin, "/invitations", {}))["id"]
    await served.asks("DELETE", f"/api/v1/invitations/{back}", admin)
    secret = (await _made(served, admin, "/invitations", {}))["link"].partition("#")[2]
    keys["ann herself"] = await _signed_in(served, people["ann"])
    await _guessed(served, people["ann"])
    home = served.app.house.home_project_id
    return Household(keys, people, boat, shed, attic, home, back, secret)


async def _made(served: Served, key: str, path: str, body: Any) -> Any:
    status, text = await served.asks("POST", f"/api/v1{path}", key, body)
    assert status == 201, text
    return orjson.loads(text)


async def _signed_in(served: Served, user_id: str) -> str:
    """An access token of somebody who has signed in by a password."""
    people, words = served.app.household, "three quiet words"
    person = await people.people.one(await served.knows(await served.key()), user_id)
    await people.oneself.set_password(who_is(person, ""), words, None)
    return (await people.sign_ins.program(person.username, words)).access_token


async def _guessed(served: Served, ann: str) -> None:
    """Somebody has guessed the passwords of ann, and of a ghost, for long, from here too."""
    at = isoformat(served.app.clock.now())
    closed = [
        insert(sign_ins).values(subject=account_subject(account), failures=99, failed_at=at, closed_until=FAR)
        for account in (ann, "ghost")
    ]
    here = insert(sign_ins).values(subject="address:127.0.0.1", failures=1, failed_at=at)
    hers = update(users).where(users.c.id == ann).values(password_hash="unknown")
    await served.app.writer.commit(Unit(changes=[*closed, here, hers]))
