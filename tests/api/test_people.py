"""People come in, are managed and leave: over the doors."""

import pytest
from sqlalchemy import func, select

from parlour.store.tables import conversations, users
from tests.api.conftest import Knocking
from tests.house import anybody, exchange
from tests.served import Serving

WORDS = "three quiet words"


async def test_somebody_is_made_signs_in_by_the_link_and_sets_a_password(knocking: Knocking) -> None:
    made = await knocking.admin("POST", "/users", {"username": "Eve", "full_name": "Eve Other", "role": "guest"})
    assert (made.status, made.body["username"], made.body["has_password"]) == (201, "eve", False)
    link = made.body["link"]["link"].removeprefix("https://parlour.example/link?token=")
    page = {"Origin": knocking.nobody.url}
    came = await knocking.nobody("POST", "/auth/link", {"link": link}, **page)
    cookie = came.headers["Set-Cookie"].partition(";")[0]
    browser = {"Cookie": cookie, **page}
    assert (await knocking.nobody("POST", "/auth/password", {"password": WORDS}, **browser)).status == 204
    assert (await knocking.nobody("GET", "/auth/me", **browser)).body["has_password"]
    await knocking.nobody("POST", "/auth/logout", **browser)
    assert (await knocking.nobody("GET", "/auth/me", **browser)).status == 401
    again = await knocking.nobody("POST", "/auth/login", {"username": "eve", "password": WORDS}, **page)
    assert (again.status, again.body["role"]) == (200, "guest")
    assert "HttpOnly" in again.headers["Set-Cookie"]


async def test_a_program_signs_in_and_goes_on(knocking: Knocking) -> None:
    await knocking.household.oneself.set_password(anybody(knocking.lived.ann), WORDS, None)
    tokens = (await knocking.nobody("POST", "/auth/token", {"username": "ann", "password": WORDS})).body
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    assert (await knocking.nobody("GET", "/auth/me", **bearer)).body["username"] == "ann"
    (session,) = (await knocking.nobody("GET", "/auth/sessions", **bearer)).body["sessions"]
    assert (session["kind"], session["is_current"], session["address"]) == ("program", True, "127.0.0.1")
    again = (await knocking.nobody("POST", "/auth/refresh", {"refresh_token": tokens["refresh_token"]})).body
    assert again["refresh_token"] != tokens["refresh_token"]
    assert (await knocking.nobody("POST", "/auth/logout", **bearer)).status == 204
    assert (await knocking.nobody("POST", "/auth/refresh", {"refresh_token": again["refresh_token"]})).status == 401


async def test_who_guesses_is_told_how_long_to_wait(knocking: Knocking) -> None:
    wrong = {"username": "ann", "password": "wrong"}
    answers = [await knocking.nobody("POST", "/auth/login", wrong) for _ in range(7)]
    assert [answer.status for answer in answers] == [401] * 5 + [429] * 2
    assert (answers[-1].headers["Retry-After"], answers[-1].body["error"]["code"]) == ("1", "rate_limit_exceeded")


@pytest.mark.parametrize(("trusted", "address"), [("", "127.0.0.1"), ("10.0.0.0/8,127.0.0.1", "192.0.2.9")])
async def test_only_a_trusted_proxy_says_where_somebody_is(serving: Serving, trusted: str, address: str) -> None:
    async with serving(trusted_proxies=trusted) as served:
        ann = await served.newcomer("ann")
        await served.app.household.oneself.set_password(anybody(ann), WORDS, None)
        body, headers = {"username": "ann", "password": WORDS}, {"X-Forwarded-For": "192.0.2.9"}
        async with served.session.post(f"{served.url}/api/v1/auth/token", json=body, headers=headers) as answer:
            assert answer.status == 200
        (session,) = await served.app.household.oneself.sessions(anybody(ann))
        assert session.address == address


async def test_an_invitation_is_opened_and_answered(knocking: Knocking) -> None:
    made = (await knocking.admin("POST", "/invitations", {"role": "user", "email": "eve@house.example"})).body
    secret = made["link"].removeprefix("https://parlour.example/invitation#")
    opened = await knocking.nobody("POST", "/invitations/open", {"secret": secret})
    assert (opened.body["email"], opened.body["projects"]) == ("eve@house.example", ["Home"])
    answer = {"secret": secret, "username": "eve", "password": WORDS}
    foreign = await knocking.nobody("POST", "/invitations/accept", answer, Origin="https://evil.example")
    assert foreign.status == 403
    came = await knocking.nobody("POST", "/invitations/accept", answer)
    assert (came.status, came.body["username"]) == (200, "eve")
    assert (await knocking.nobody("POST", "/invitations/accept", answer)).status == 404
    assert secret not in str((await knocking.admin("GET", "/invitations")).body)


async def test_whoever_is_removed_takes_what_they_said_along(knocking: Knocking) -> None:
    lived = knocking.lived
    boat = (await knocking.ann("POST", "/projects", {"name": "The boat"})).body["id"]
    await knocking.ann("PUT", f"/projects/{boat}/members/{lived.bob.id}")
    talk = await lived.conversations.begin(anybody(lived.bob), project_id=boat)
    await exchange(lived, talk, "hello", status="running")
    await lived.conversations.begin(anybody(lived.bob))
    assert (await knocking.ann("DELETE", f"/projects/{boat}/members/{lived.bob.id}")).status == 204
    assert (await knocking.admin("DELETE", f"/users/{lived.bob.id}")).status == 204
    assert (await knocking.bob("GET", "/auth/me")).status == 401
    async with lived.database.read() as connection:
        left = select(func.count()).select_from(conversations).where(conversations.c.owner_id == lived.bob.id)
        assert await connection.scalar(left) == 0
        assert await connection.scalar(select(users.c.id).where(users.c.id == lived.bob.id)) is None
    names = [one["username"] for one in (await knocking.admin("GET", "/users")).body["users"]]
    assert names == ["admin", "ann"]
    entries = (await knocking.admin("GET", "/audit?action=user_removed")).body["entries"]
    assert [(one["username"], one["details"]) for one in entries] == [("admin", {"username": "bob"})]


async def test_what_was_done_is_found_by_who_what_and_when(knocking: Knocking) -> None:
    await knocking.ann("POST", "/projects", {"name": "The boat"}, User_Agent="knocker/1")
    found = (await knocking.admin("GET", f"/audit?user_id={knocking.lived.ann.id}&action=project_added")).body
    (entry,) = found["entries"]
    assert (entry["username"], entry["address"], entry["agent"]) == ("ann", "127.0.0.1", "knocker/1")
    later = f"/audit?since={entry['at']}&until={entry['at']}"
    assert (await knocking.admin("GET", later)).body["entries"] == []
    assert (await knocking.admin("GET", "/audit?nonsense=1")).status == 422
    assert (await knocking.admin("PATCH", "/audit", {})).status == 405
