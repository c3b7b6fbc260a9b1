"""Who gets in at the socket, and who is sent away with a code and a reason."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import update

from parlour.clock import isoformat
from parlour.identity.gate import Gate
from parlour.identity.who import Who
from parlour.journal.unit import Unit
from parlour.models.scripted import ScriptedModel
from parlour.store.tables import credentials, users
from tests.models.stepped_clock import SteppedClock
from tests.served import Closed, Served, Serving

MISSING = Closed(1008, "missing authentication")
FAILED = Closed(1008, "authentication failed")
PATIENT: dict[str, Any] = {"websocket_idle": 100}
"""A connection looks after itself every 50 seconds, which nobody else sleeps."""


async def session_of(served: Served) -> str:
    link = await served.app.gate.make_link(served.app.house.admin)
    _, session = await served.app.gate.sign_in(link.secret)
    return session.secret


async def refusal(served: Served, secret: str | None = None, *, query: str = "", **headers: str) -> Closed:
    """How the server sends somebody away, which it does before it says anything."""
    async with served.at_the_socket(secret, query=query, **headers) as client:
        closed = await client.until_closed()
        assert client.frames == []
        return closed


async def test_the_first_frame_says_who_one_is_and_how_often_to_be_heard(serving: Serving) -> None:
    async with serving(ScriptedModel()) as served, served.at_the_socket(await served.key()) as client:
        hello = await client.next()
        assert hello["type"] == "connection_established"
        assert hello["protocol_version"] == "1.0"
        assert hello["user_id"] == served.app.house.admin.id
        assert hello["heartbeat_interval"] == 30.0
        assert hello["timestamp"].endswith("Z")
        assert hello["connection_id"]


async def test_nobody_comes_in_without_a_credential(serving: Serving) -> None:
    async with serving(ScriptedModel()) as served:
        assert await refusal(served) == MISSING


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer ", "Basic YTpi", "Bearer pk_\xe9"])
async def test_nobody_comes_in_with_a_wrong_key(serving: Serving, header: str) -> None:
    async with serving(ScriptedModel()) as served:
        assert await refusal(served, Authorization=header) == FAILED


async def test_nobody_comes_in_with_a_wrong_cookie_or_ticket(serving: Serving) -> None:
    async with serving(ScriptedModel()) as served:
        assert await refusal(served, Cookie="parlour_session=nonsense", Origin=served.url) == FAILED
        assert await refusal(served, query="?ticket=nonsense") == FAILED
        assert await refusal(served, query="?ticket=") == FAILED


async def test_a_key_in_the_query_opens_nothing(serving: Serving) -> None:
    async with serving(ScriptedModel()) as served:
        assert await refusal(served, query=f"?token={await served.key()}") == MISSING


async def test_a_revoked_key_opens_nothing(serving: Serving) -> None:
    async with serving(ScriptedModel()) as served:
        secret = await served.key()
        who = await served.knows(secret)
        await served.app.gate.revoke_api_key(who, who.credential_id)
        assert await refusal(served, secret) == FAILED


async def test_a_ticket_opens_one_socket_and_no_second(serving: Serving) -> None:
    async with serving(ScriptedModel()) as served:
        ticket = await served.app.gate.make_ticket(await served.knows(await served.key()))
        async with served.at_the_socket(query=f"?ticket={ticket.secret}") as client:
            assert (await client.next())["type"] == "connection_established"
            assert await refusal(served, query=f"?ticket={ticket.secret}") == FAILED
            assert (await client.asks("heartbeat"))["type"] == "heartbeat_ack"


async def test_a_ticket_is_good_for_a_minute(serving: Serving) -> None:
    clock = SteppedClock()
    async with serving(ScriptedModel(), clock=clock) as served:
        ticket = await served.app.gate.make_ticket(await served.knows(await served.key()))
        clock.advance(61)
        assert await refusal(served, query=f"?ticket={ticket.secret}") == FAILED


async def test_a_session_that_has_expired_opens_nothing(serving: Serving) -> None:
    clock = SteppedClock()
    async with serving(ScriptedModel(), clock=clock) as served:
        secret = await session_of(served)
        clock.advance(31 * 24 * 3600)
        assert await refusal(served, Cookie=f"parlour_session={secret}", Origin=served.url) == FAILED


async def test_a_session_counts_only_from_a_page_of_ours(serving: Serving) -> None:
    async with serving(ScriptedModel()) as served:
        cookie = f"parlour_session={await session_of(served)}"
        assert await refusal(served, Cookie=cookie, Origin="https://elsewhere.example") == FAILED
        assert await refusal(served, Cookie=cookie) == FAILED
        async with served.at_the_socket(Cookie=cookie, Origin=served.url) as client:
            assert (await client.next())["type"] == "connection_established"


async def test_somebody_who_was_shut_out_does_not_come_in(serving: Serving) -> None:
    async with serving(ScriptedModel()) as served:
        ann = await served.newcomer("ann")
        secret = await served.key(ann)
        await served.app.writer.commit(
            Unit(changes=[update(users).where(users.c.id == ann.id).values(is_active=False)])
        )
        assert await refusal(served, secret) == FAILED


Deed = Callable[[Gate, Who], Awaitable[None]]


async def sign_out(gate: Gate, who: Who) -> None:
    await gate.sign_out(who)


async def expire(gate: Gate, who: Who) -> None:
    past = isoformat(gate.clock.now())
    await gate.writer.commit(
        Unit(changes=[update(credentials).where(credentials.c.id == who.credential_id).values(expires_at=past)])
    )


async def shut_out(gate: Gate, who: Who) -> None:
    await gate.writer.commit(Unit(changes=[update(users).where(users.c.id == who.user_id).values(is_active=False)]))


@pytest.mark.parametrize("deed", [sign_out, expire, shut_out])
async def test_whoever_has_no_right_to_it_any_more_loses_an_open_socket(serving: Serving, deed: Deed) -> None:
    clock = SteppedClock()
    async with serving(ScriptedModel(), clock=clock, **PATIENT) as served:
        secret = await served.key()
        async with served.at_the_socket(secret) as client:
            await client.next()
            await clock.until_asleep(50)
            await deed(served.app.gate, await served.knows(secret))
            clock.advance(50)
            assert await client.until_closed() == Closed(1008, "Signed out")


async def test_a_silent_connection_is_closed_so_that_its_client_comes_back(serving: Serving) -> None:
    clock = SteppedClock()
    async with serving(ScriptedModel(), clock=clock, **PATIENT) as served, served.connected() as client:
        for _ in range(3):
            await clock.until_asleep(50)
            clock.advance(50)
        assert await client.until_closed() == Closed(4408, "Heartbeat timeout")


async def test_a_connection_that_is_heard_stays(serving: Serving) -> None:
    clock = SteppedClock()
    async with serving(ScriptedModel(), clock=clock, **PATIENT) as served, served.connected() as client:
        for _ in range(6):
            await clock.until_asleep(50)
            assert (await client.asks("heartbeat"))["type"] == "heartbeat_ack"
            clock.advance(50)
        assert (await client.asks("heartbeat"))["type"] == "heartbeat_ack"


async def test_a_stopping_server_says_that_it_comes_back(serving: Serving) -> None:
    async with serving(ScriptedModel()) as served:
        client = await served.session.ws_connect(
            f"{served.url}/api/v1/chat/ws", headers={"Authorization": f"Bearer {await served.key()}"}
        )
        await client.receive()
        served.stop()
        assert (await client.receive()).data == 1012
