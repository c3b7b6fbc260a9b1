"""Signing in and out, and what a browser, a program and a socket show."""

import pytest
from starlette.requests import HTTPConnection

from parlour.api.auth import who_asks
from parlour.errors import Forbidden, Unauthenticated
from tests.api.conftest import Knocking


async def test_a_link_gives_a_browser_its_session(knocking: Knocking) -> None:
    link = await knocking.lived.gate.make_link(knocking.lived.ann)
    signed_in = await knocking.nobody("POST", "/auth/link", {"link": link.secret}, Origin=knocking.nobody.url)
    assert signed_in.status == 200
    assert signed_in.body["username"] == "ann"
    cookie = signed_in.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    me = await knocking.nobody("GET", "/auth/me", Cookie=cookie.partition(";")[0])
    assert me.body == signed_in.body
    again = await knocking.nobody("POST", "/auth/link", {"link": link.secret})
    assert (again.status, again.body["error"]["code"]) == (401, "unauthorized")


async def test_looking_at_a_link_does_not_use_it_up(knocking: Knocking) -> None:
    link = await knocking.lived.gate.make_link(knocking.lived.ann)
    assert (await knocking.nobody("GET", "/auth/link")).status == 405
    assert (await knocking.nobody("POST", "/auth/link", {"link": link.secret})).status == 200


async def test_another_site_cannot_sign_a_browser_in(knocking: Knocking) -> None:
    link = await knocking.lived.gate.make_link(knocking.lived.ann)
    foreign = await knocking.nobody("POST", "/auth/link", {"link": link.secret}, Origin="https://evil.example")
    assert foreign.status == 403
    assert (await knocking.nobody("POST", "/auth/link", {"link": link.secret})).status == 200


async def test_me_says_who_and_where(knocking: Knocking) -> None:
    me = (await knocking.ann("GET", "/auth/me")).body
    assert (me["username"], me["full_name"], me["role"]) == ("ann", "Ann Other", "user")
    assert "tools:read" in me["permissions"]
    home = knocking.lived.house.home_project_id
    assert me["projects"] == [{"id": home, "name": "Home", "is_home": True, "is_owner": False, "is_archived": False}]


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("same", 201),
        ("https://parlour.example", 201),
        ("https://evil.example", 403),
        ("null", 403),
        ("http://[", 403),
        (None, 403),
    ],
)
async def test_a_cookie_changes_something_only_from_a_page_of_ours(
    knocking: Knocking, origin: str | None, status: int
) -> None:
    cookie = await knocking.cookie_of(knocking.lived.ann)
    headers = {"Cookie": cookie} | ({"Origin": knocking.nobody.url if origin == "same" else origin} if origin else {})
    assert (await knocking.nobody("POST", "/chat/conversations", {}, **headers)).status == status
    assert (await knocking.nobody("GET", "/chat/conversations", **headers)).status == 200


async def test_signing_out_ends_the_session_and_takes_the_cookie(knocking: Knocking) -> None:
    cookie = await knocking.cookie_of(knocking.lived.ann)
    out = await knocking.nobody("POST", "/auth/logout", Cookie=cookie, Origin=knocking.nobody.url)
    assert out.status == 204
    assert 'parlour_session=""' in out.headers["Set-Cookie"]
    assert (await knocking.nobody("GET", "/auth/me", Cookie=cookie)).status == 401


async def test_a_header_comes_before_a_cookie(knocking: Knocking) -> None:
    cookie = await knocking.cookie_of(knocking.lived.ann)
    assert (await knocking.bob("GET", "/auth/me", Cookie=cookie)).body["username"] == "bob"
    both = await knocking.nobody("GET", "/auth/me", Cookie=cookie, Authorization="Bearer pk_nonsense")
    assert both.status == 401


async def test_a_token_is_shown_once_and_ends_when_revoked(knocking: Knocking) -> None:
    browser = {"Cookie": await knocking.cookie_of(knocking.lived.ann), "Origin": knocking.nobody.url}
    made = (await knocking.nobody("POST", "/auth/tokens", {"name": "laptop"}, **browser)).body
    shown = {
        "id": made["id"],
        "name": "laptop",
        "created_at": made["created_at"],
        "expires_at": None,
        "last_used_at": None,
    }
    assert made == shown | {"token": made["token"]}
    assert shown in (await knocking.ann("GET", "/auth/tokens")).body["tokens"]
    bearer = f"Bearer {made['token']}"
    assert (await knocking.nobody("POST", "/auth/tokens", {"name": "phone"}, Authorization=bearer)).status == 403
    assert (await knocking.nobody("GET", "/auth/me", Authorization=bearer)).body["username"] == "ann"
    assert (await knocking.ann("DELETE", f"/auth/tokens/{made['id']}")).status == 204
    assert (await knocking.nobody("GET", "/auth/me", Authorization=bearer)).status == 401


async def test_no_secret_in_a_query_opens_a_door(knocking: Knocking) -> None:
    token = knocking.ann.headers["Authorization"].removeprefix("Bearer ")
    ticket = (await knocking.ann("POST", "/auth/ws-ticket")).body["ticket"]
    for query in (f"token={token}", f"ticket={token}", f"access_token={token}", f"ticket={ticket}"):
        assert (await knocking.nobody("GET", f"/auth/me?{query}")).status == 401


def _handshake(knocking: Knocking, query: str = "", **headers: str) -> HTTPConnection:
    pairs = {"host": "127.0.0.1:1", **headers}
    return HTTPConnection(
        {
            "type": "websocket",
            "path": "/api/v1/chat/ws",
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in pairs.items()],
        }
    )


async def test_a_socket_opens_for_a_ticket_once(knocking: Knocking) -> None:
    gate = knocking.lived.gate
    ticket = (await knocking.ann("POST", "/auth/ws-ticket")).body["ticket"]
    who = await who_asks(_handshake(knocking, f"ticket={ticket}"), gate, frozenset())
    assert who.username == "ann"
    with pytest.raises(Unauthenticated):
        await who_asks(_handshake(knocking, f"ticket={ticket}"), gate, frozenset())


async def test_a_socket_opens_for_no_long_lived_secret_in_its_query(knocking: Knocking) -> None:
    token = knocking.ann.headers["Authorization"].removeprefix("Bearer ")
    for query in (f"ticket={token}", f"token={token}", ""):
        with pytest.raises(Unauthenticated):
            await who_asks(_handshake(knocking, query), knocking.lived.gate, frozenset())


async def test_a_socket_opens_for_a_cookie_only_from_a_page_of_ours(knocking: Knocking) -> None:
    gate, cookie = knocking.lived.gate, await knocking.cookie_of(knocking.lived.ann)
    who = await who_asks(_handshake(knocking, cookie=cookie, origin="http://127.0.0.1:1"), gate, frozenset())
    assert who.username == "ann"
    for headers in ({"origin": "https://evil.example"}, {}):
        with pytest.raises(Forbidden):
            await who_asks(_handshake(knocking, cookie=cookie, **headers), gate, frozenset())


async def test_a_socket_opens_for_a_token_in_its_header(knocking: Knocking) -> None:
    token = knocking.ann.headers["Authorization"]
    who = await who_asks(_handshake(knocking, authorization=token), knocking.lived.gate, frozenset())
    assert who.username == "ann"
