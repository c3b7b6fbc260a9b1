"""An admin signs in at an MCP server, through the doors of the house and with the browser's session."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from mcp.shared.auth import OAuthClientInformationFull
from pydantic import AnyUrl
from sqlalchemy import select

from parlour.api.auth import COOKIE
from parlour.clock import SystemClock
from parlour.ids import new_id
from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.store.queries.people import Person
from parlour.store.tables import audit, tool_runs
from parlour.toolkits.data.mcp.link import Link
from parlour.toolkits.data.tables import datasources
from parlour.tools.outcomes import Failed
from parlour.tools.tool import Tool
from tests.flow.test_wires import ON_SQLITE
from tests.served import Served, Serving
from tests.storage import Storage
from tests.toolkits.data.mcp.authority import Guarded, guarded
from tests.toolkits.data.mcp.conftest import until

LOOPBACK = "127.0.0.0/8"
ADDS = Script.of(call("desk__add", a=1, b=2), says("It is three."))
SIGNS_IN = Script.of(call("desk__sign_in"), says("Sign in first."))


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    return Serving(storage, tmp_path / "data")


@pytest.fixture
async def there() -> AsyncIterator[Guarded]:
    async with guarded(lambda: SystemClock().now().timestamp()) as it:
        yield it


def elsewhere(path: str, body: dict[str, Any]) -> dict[str, Any]:
    """The same authorization server under another name."""
    return (
        orjson.loads(orjson.dumps(body).replace(b"127.0.0.1", b"localhost"))
        if "authorization-server" in path
        else (
            body | {"authorization_servers": [str(body["authorization_servers"][0]).replace("127.0.0.1", "localhost")]}
        )
    )


@dataclass
class Browser:
    """A browser with a session of somebody."""

    served: Served
    cookie: str

    async def asks(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The status, and the JSON, the place it leads to, or the text."""
        headers = {"Cookie": f"{COOKIE}={self.cookie}", "Origin": self.served.url}
        url = path if path.startswith("http") else self.served.url + path
        async with self.served.session.request(
            method, url, json=body, headers=headers, allow_redirects=False
        ) as response:
            if response.content_type == "application/json":
                return response.status, await response.json()
            return response.status, response.headers.get("Location") or await response.text()


@dataclass
class House:
    """A house with a server called "desk" that wants a sign-in, and an admin's browser."""

    served: Served
    browser: Browser
    there: Guarded
    door: str

    async def stands(self) -> dict[str, Any]:
        """What the page is told."""
        status, told = await self.browser.asks("GET", self.door)
        assert status == 200, told
        return told

    async def sent_away(self) -> str:
        """Where the browser is sent."""
        status, told = await self.browser.asks("POST", self.door)
        assert status == 200, told
        return told["url"]

    async def comes_back(self, url: str) -> str:
        """The address below this house that the authorization server sends the browser to."""
        status, location = await self.browser.asks("GET", url)
        assert status == 302, location
        parts = urlsplit(str(location))
        return f"{parts.path}?{parts.query}"

    async def signs_in(self, browser: Browser | None = None) -> None:
        if browser is not None:
            await replace(self, browser=browser).signs_in()
            return
        status, location = await self.browser.asks("GET", await self.comes_back(await self.sent_away()))
        assert (status, urlsplit(str(location)).path) == (303, "/settings/data")

    async def tools(self) -> list[str]:
        """What the tools of the server are called, as soon as some are offered."""
        return [each.name for each in await self.offered()]

    async def offered(self, person: Person | None = None) -> Sequence[Tool]:
        """The tools that somebody is offered, as soon as some are; the admin when nobody is named."""
        app = self.served.app
        who = (await self.served.knows(await self.served.key(person))).in_project(app.house.home_project_id)

        async def are_offered() -> bool:
            return bool(await app.data.tools(who))

        await until(are_offered)
        return await app.data.tools(who)

    async def is_wanted(self) -> bool:
        """Whether the page is told that somebody has to sign in."""
        return (await self.stands())["wanted"]

    @asynccontextmanager
    async def lent(self) -> AsyncGenerator[Link]:
        """The way to the server."""
        data, project_id = self.served.app.data, self.served.app.house.home_project_id
        async with data.lend((await data.desk.kept(project_id))[0]) as link:
            yield link

    async def answer(self, person: Person | None = None, words: str = "add") -> Any:
        """What became of the one call in an answer to somebody; to the admin when nobody is named."""
        async with self.served.connected(person) as client:
            said = await client.asks("send_message", content=words, client_message_id=new_id())
            topic = await client.follows(said["ids"]["conversation_id"])
            answer = await client.until_answered(topic)
        return next(part for part in answer.parts if part.kind == "tool_call")

    async def everything(self) -> str:
        """All that is kept in the open of datasources, runs and the audit, and all that the doors tell of it."""
        kept: list[str] = []
        async with self.served.app.database.read() as connection:
            for table in (datasources, tool_runs, audit):
                kept.extend(str(tuple(row)) for row in await connection.execute(select(table)))
        _, told = await self.browser.asks("GET", self.door.rpartition("/datasources")[0] + "/datasources")
        return "".join([*kept, orjson.dumps(told).decode(), str(await self.stands())])


async def signed_in(served: Served, person: Any = None) -> Browser:
    link = await served.app.gate.make_link(person or served.app.house.admin)
    _, session = await served.app.gate.sign_in(link.secret)
    return Browser(served, session.secret)


@asynccontextmanager
async def house(serving: Serving, there: Guarded, networks: str = LOOPBACK, **settings: Any) -> AsyncGenerator[House]:
    model = ScriptedModel({"add": ADDS, "sign in": SIGNS_IN})
    async with serving(model, datasource_private_networks=networks) as served:
        browser = await signed_in(served)
        doors = f"/api/v1/projects/{served.app.house.home_project_id}/datasources"
        given = {"url": there.url, "trusted": True, **settings}
        _, made = await browser.asks(
            "POST", doors, {"name": "desk", "kind": "mcp", "settings": given, "writable": True}
        )
        yield House(served, browser, there, f"{doors}/{made['id']}/sign-in")


@ON_SQLITE
async def test_after_a_sign_in_its_tools_are_used_and_nobody_sees_the_tokens(
    serving: Serving, there: Guarded, capfd: pytest.CaptureFixture[str]
) -> None:
    async with house(serving, there) as home:
        assert (await home.stands())["signed_in"] is False
        await until(home.is_wanted)
        _, tried = await home.browser.asks("POST", home.door.removesuffix("sign-in") + "check")
        assert (tried["works"], "wants somebody to sign in" in tried["words"]) == (True, True)
        url = await home.sent_away()
        asked = {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}
        assert (asked["code_challenge_method"], asked["resource"], asked["scope"]) == ("S256", there.url, "tools")
        await home.signs_in()
        stands = await home.stands()
        assert (stands["signed_in"], stands["wanted"], stands["problem"]) == (True, False, None)
        assert stands["by"] == home.served.app.house.admin.username
        assert await home.tools() == ["desk__add", "desk__note"]
        part = await home.answer()
        assert (part.status, part.summary) == ("completed", "done")
        told = await home.everything() + "".join(capfd.readouterr())
    secrets = [*there.authority.tokens, *there.authority.refreshes]
    assert len(secrets) == 2
    assert [each for each in secrets if each in told] == []


@ON_SQLITE
async def test_what_is_kept_of_a_sign_in_is_neither_shown_nor_readable(serving: Serving, there: Guarded) -> None:
    async with house(serving, there) as home:
        await home.signs_in()
        _, told = await home.browser.asks("GET", home.door.removesuffix("/sign-in"))
        assert told["secrets"] == ["sign_in"]
        assert "sign_in" not in told["settings"]
        _, refused = await home.browser.asks(
            "PATCH", home.door.removesuffix("/sign-in"), {"settings": {"sign_in": "mine"}}
        )
        assert "not yours to set" in str(refused)


@ON_SQLITE
@pytest.mark.parametrize("lasts_s", [10, 3600], ids=["before it ends", "when it is refused"])
async def test_tokens_are_renewed_and_kept_for_the_next_time(lasts_s: int, serving: Serving, there: Guarded) -> None:
    there.authority.lasts_s = lasts_s
    async with house(serving, there) as home:
        await home.signs_in()
        if lasts_s > 60:
            there.authority.forget()
        first = {*there.authority.refreshes}
        assert await home.tools() == ["desk__add", "desk__note"]
        assert (await home.answer()).status == "completed"
        assert not first & {*there.authority.refreshes}
        there.authority.forget()
        assert (await home.answer()).status == "completed"
        assert (await home.stands())["signed_in"] is True
    assert there.authority.asked.count("POST /register") == 1


@ON_SQLITE
async def test_of_two_servers_of_a_house_the_second_uses_what_the_first_has_renewed(
    serving: Serving, there: Guarded
) -> None:
    async with house(serving, there) as home:
        await home.signs_in()
        desk, project_id = home.served.app.data.desk, home.served.app.house.home_project_id
        (kept,) = await desk.kept(project_id)
        links: list[Any] = [await desk.connect(kept) for _ in range(2)]
        there.authority.forget()
        one_by_one = [await link.call("desk", "add", {"a": 1, "b": 1}, {}, changes=False) for link in links]
        there.authority.forget()
        at_once = await asyncio.gather(
            *(link.call("desk", "add", {"a": 1, "b": 1}, {}, changes=False) for link in links)
        )
        assert [each["data"] for each in (*one_by_one, *at_once)] == [{"result": 2}] * 4
        assert len(there.authority.refreshes) == 1
        assert (await home.stands())["signed_in"] is True
        for link in links:
            await link.close()


@ON_SQLITE
@pytest.mark.parametrize("method", ["client_secret_post", "client_secret_basic"])
async def test_a_client_that_was_registered_by_hand_is_not_registered_again(
    method: str, serving: Serving, there: Guarded
) -> None:
    there.authority.rewrite = lambda path, body: (
        {**body, "token_endpoint_auth_methods_supported": [method]} if "authorization-server" in path else body
    )
    async with house(serving, there, client_id="by-hand", client_secret="hush") as home:
        known = OAuthClientInformationFull(
            client_id="by-hand",
            client_secret="hush",
            scope="tools",
            token_endpoint_auth_method=method,
            redirect_uris=[AnyUrl(f"{home.served.app.settings.address}/api/v1/mcp/sign-in")],
        )
        await there.authority.register_client(known)
        await home.signs_in()
        assert (await home.stands())["signed_in"] is True
        assert await home.tools() == ["desk__add", "desk__note"]
        assert "hush" not in await home.everything()
        there.authority.rewrite = elsewhere
        status, told = await home.browser.asks("POST", home.door)
        assert status >= 400
        assert "named another when client_id was used first" in str(told)
    assert "POST /register" not in there.authority.asked


@ON_SQLITE
async def test_a_sign_in_that_has_ended_is_said_and_can_be_made_again(
    serving: Serving, there: Guarded, capfd: pytest.CaptureFixture[str]
) -> None:
    async with house(serving, there) as home:
        await home.signs_in()
        await home.tools()
        secrets = [*there.authority.tokens, *there.authority.refreshes]
        there.authority.forget(refreshes=True)
        async with home.lent() as link:
            # Nobody was let in, so it is certain that nothing was changed.
            with pytest.raises(Failed, match="wants somebody to sign in"):
                await link.call("desk", "note", {"text": "x"}, {}, changes=True)
        assert there.notes == []
        part = await home.answer()
        assert part.status == "failed"
        assert part.error.message.startswith("It wants somebody to sign in.")
        stands = await home.stands()
        assert stands["signed_in"] is False
        assert "does not accept this sign-in any more (invalid_grant)" in stands["problem"]
        await home.signs_in()
        part = await home.answer()
        assert part.status == "completed", part
        told = await home.everything() + "".join(capfd.readouterr())
        assert [each for each in secrets if each in told] == []
    assert there.authority.asked.count("POST /register") == 1


@ON_SQLITE
async def test_where_each_person_signs_in_nobody_is_there_as_somebody_else(serving: Serving, there: Guarded) -> None:
    async with house(serving, there, personal=True) as home:
        ines = await home.served.newcomer("ines")
        hers = replace(home, browser=await signed_in(home.served, ines))
        await home.signs_in()
        assert await home.tools() == ["desk__add", "desk__note"]
        assert (await home.answer()).status == "completed"
        (robins,) = there.authority.tokens
        assert there.shown == [robins]
        assert [(await each.stands())["signed_in"] for each in (home, hers)] == [True, False]
        refused = await home.answer(ines, "sign in")
        assert refused.error.message == "It wants somebody to sign in. Sign in at Settings → Data."
        await hers.signs_in()
        assert (await home.answer(ines)).status == "completed"
        (hers_alone,) = {*there.authority.tokens} - {robins}
        assert there.shown == [robins, hers_alone]
        assert (await hers.browser.asks("DELETE", home.door))[0] == 204
        assert [(await each.stands())["signed_in"] for each in (home, hers)] == [True, False]
        assert (await home.answer()).status == "completed"
    assert there.authority.asked.count("POST /register") == 1


@ON_SQLITE
async def test_where_each_person_signs_in_each_is_offered_what_they_are_there(serving: Serving, there: Guarded) -> None:
    there.has_diaries = True
    async with house(serving, there, personal=True) as home:
        ines = await home.served.newcomer("ines")
        hers = replace(home, browser=await signed_in(home.served, ines))

        async def offers(person: Person | None, *names: str) -> bool:
            return [each.name for each in await home.offered(person)] == [f"desk__{name}" for name in names]

        await until(lambda: offers(None, "sign_in"))
        await home.signs_in()
        await until(lambda: offers(None, "add", "note", "diary_1"))
        await until(lambda: offers(ines, "sign_in"))
        await hers.signs_in()
        await until(lambda: offers(ines, "add", "note", "diary_2"))
        await until(lambda: offers(None, "add", "note", "diary_1"))
        _, tried = await home.browser.asks("POST", home.door.removesuffix("sign-in") + "check")
        assert (tried["works"], "wants somebody to sign in" in tried["words"]) == (True, True)
        assert "diary" not in await home.everything()
        assert (await hers.browser.asks("DELETE", home.door))[0] == 204
        await until(lambda: offers(ines, "sign_in"))
        await until(lambda: offers(None, "add", "note", "diary_1"))


@ON_SQLITE
async def test_what_was_heard_as_somebody_before_is_offered_to_nobody_and_forgotten(
    serving: Serving, there: Guarded
) -> None:
    there.has_diaries = True
    async with house(serving, there, personal=False) as home:
        await home.signs_in()
        await until(lambda: _is_kept(home, "diary_1"))
        await home.browser.asks("PATCH", home.door.removesuffix("/sign-in"), {"settings": {"personal": True}})
        assert [each.name for each in await home.offered()] == ["desk__sign_in"]
        await until(lambda: _is_kept(home, "diary_1", is_there=False))


@ON_SQLITE
async def test_a_house_that_has_just_started_offers_at_once_what_somebody_has_signed_in_for(
    serving: Serving, there: Guarded
) -> None:
    async with house(serving, there, personal=True) as home:
        await home.signs_in()
        await home.offered()
    async with serving(ScriptedModel({}), datasource_private_networks=LOOPBACK) as served:
        who = (await served.knows(await served.key())).in_project(served.app.house.home_project_id)
        assert [each.name for each in await served.app.data.tools(who)] == ["desk__add", "desk__note"]


async def _is_kept(home: House, words: str, *, is_there: bool = True) -> bool:
    return (words in await home.everything()) is is_there


@ON_SQLITE
async def test_where_one_sign_in_counts_for_all_it_is_for_admins_to_make(serving: Serving, there: Guarded) -> None:
    async with house(serving, there) as home:
        ines = await signed_in(home.served, await home.served.newcomer("ines"))
        another = home.door.replace(home.served.app.house.home_project_id, new_id())
        for method in ("GET", "POST", "DELETE"):
            assert (await ines.asks(method, home.door))[0] == 403
            assert (await Browser(home.served, "").asks(method, home.door))[0] == 401
            assert (await home.browser.asks(method, another))[0] == 404
        foreign = {"Cookie": f"{COOKIE}={home.browser.cookie}", "Origin": "https://evil.example"}
        for method in ("POST", "DELETE"):
            async with home.served.session.request(method, home.served.url + home.door, headers=foreign) as response:
                assert response.status == 403
    assert "POST /register" not in there.authority.asked


@ON_SQLITE
async def test_signing_out_forgets_it(serving: Serving, there: Guarded) -> None:
    async with house(serving, there) as home:
        await home.signs_in()
        await home.tools()
        assert (await home.browser.asks("DELETE", home.door))[0] == 204
        assert (await home.stands())["signed_in"] is False
        assert (await home.answer()).error.message.startswith("It wants somebody to sign in.")


@ON_SQLITE
async def test_only_the_browser_that_was_sent_away_comes_back_and_once(serving: Serving, there: Guarded) -> None:
    async with house(serving, there) as home:
        back = await home.comes_back(await home.sent_away())
        other = await signed_in(home.served)
        guest = await signed_in(home.served, await home.served.newcomer("guest"))
        nobody = Browser(home.served, "")
        for browser, status in ((other, 422), (guest, 403), (nobody, 401)):
            assert (await browser.asks("GET", back))[0] == status
        changed = back.replace("state=", "state=x")
        assert (await home.browser.asks("GET", changed))[0] in (404, 422)
        assert (await home.browser.asks("GET", "/api/v1/mcp/sign-in"))[0] == 422
        assert (await home.stands())["signed_in"] is False
        assert (await home.browser.asks("GET", back))[0] == 303
        assert (await home.browser.asks("GET", back))[0] == 422
        assert (await home.stands())["signed_in"] is True


@ON_SQLITE
async def test_what_comes_back_leads_to_one_page_of_ours_whatever_it_says(serving: Serving, there: Guarded) -> None:
    async with house(serving, there) as home:
        state = parse_qs(urlsplit(await home.sent_away()).query)["state"][0]
        path = f"/api/v1/mcp/sign-in?error=access_denied&error_description=http://evil&next=http://evil&state={state}"
        status, location = await home.browser.asks("GET", path)
        assert (status, location) == (303, f"{home.served.app.settings.address}/settings/data")
        assert (await home.stands())["problem"].endswith("did not sign you in: access_denied. Try it again.")


@ON_SQLITE
@pytest.mark.parametrize("issuer", ["http://127.0.0.1:1", ""], ids=["another", "none"])
async def test_a_code_of_another_issuer_is_taken_nowhere(issuer: str, serving: Serving, there: Guarded) -> None:
    there.authority.rewrite = lambda path, body: (
        {**body, "authorization_response_iss_parameter_supported": True} if "authorization-server" in path else body
    )
    async with house(serving, there) as home:
        back = await home.comes_back(await home.sent_away())
        await home.browser.asks("GET", back + (f"&iss={issuer}" if issuer else ""))
        assert "Somebody else than" in (await home.stands())["problem"]
    assert "POST /token" not in there.authority.asked


MIXED_UP: dict[str, tuple[str, dict[str, Any], str]] = {
    "another resource": ("protected-resource", {"resource": "https://evil.example/mcp"}, "which is another server"),
    "another issuer": (
        "authorization-server",
        {"issuer": "https://evil.example"},
        "says that it is https://evil.example",
    ),
    "no proof": ("authorization-server", {"code_challenge_methods_supported": None}, "does not say that it knows PKCE"),
    "a place inside": (
        "protected-resource",
        {"authorization_servers": ["http://10.0.0.7/"]},
        "leads to an address inside of a network",
    ),
    "no registration": ("authorization-server", {"registration_endpoint": None}, "takes nobody whom it does not know"),
}


@ON_SQLITE
@pytest.mark.parametrize("mixed_up", MIXED_UP)
async def test_who_says_to_be_somebody_else_is_sent_nobody(mixed_up: str, serving: Serving, there: Guarded) -> None:
    where, change, says_so = MIXED_UP[mixed_up]
    there.authority.rewrite = lambda path, body: {**body, **change} if where in path else body
    async with house(serving, there) as home:
        status, told = await home.browser.asks("POST", home.door)
        assert status >= 400
        assert says_so in str(told)
        assert (await home.stands())["signed_in"] is False
    assert "POST /register" not in there.authority.asked


@ON_SQLITE
async def test_a_server_in_our_own_network_is_not_asked_where_to_sign_in(serving: Serving, there: Guarded) -> None:
    async with house(serving, there, networks="") as home:
        status, told = await home.browser.asks("POST", home.door)
        assert status >= 400
        assert "inside of a network" in str(told)
    assert there.authority.asked == []
