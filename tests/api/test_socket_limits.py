"""What one connection, one address and all of them together may take of a server; who is over it is told."""

from contextlib import AsyncExitStack
from typing import Any

from parlour.kinds import Rates
from parlour.models.scripted import Script, ScriptedModel, says
from tests.models.stepped_clock import SteppedClock
from tests.served import Closed, Served, Serving

TOO_MANY = Closed(1013, "Too many connections; try again later")
TYPING = {"type": "typing_indicator", "is_typing": True}
"""One that names no conversation, which is about nothing and answered by nothing."""


def model() -> ScriptedModel:
    return ScriptedModel(otherwise=Script.of(says("Yes.")))


async def refused_at_the_door(served: Served, key: str) -> Closed:
    async with served.at_the_socket(key) as client:
        return await client.until_closed()


async def test_sixty_messages_a_minute_pass_and_the_next_is_told_when_it_goes_on(serving: Serving) -> None:
    clock = SteppedClock()
    async with (
        serving(model(), clock=clock, chat_rate_limit=60, websocket_idle=1_000) as served,
        served.connected() as client,
    ):
        for _ in range(60):
            await client.sends(TYPING)
        refused = await client.asks("stop_generation", turn_id="any")
        assert (refused["type"], refused["error_code"]) == ("error", "rate_limit_exceeded")
        told = refused["details"]
        assert (told["limit"], told["current"], told["maximum"]) == ("messages_per_connection", 60, 60)
        assert 0 < told["retry_after"] <= 60
        assert (await client.asks("heartbeat"))["type"] == "heartbeat_ack"
        clock.advance(61)
        assert (await client.asks("stop_generation", turn_id="any"))["error_code"] == "not_found"


async def test_the_connection_after_the_last_is_sent_away_and_comes_in_once_one_has_left(serving: Serving) -> None:
    async with serving(model(), websocket_max_connections=5) as served, AsyncExitStack() as stack:
        key = await served.key()
        last = AsyncExitStack()
        for _ in range(4):
            await stack.enter_async_context(served.connected())
        await last.enter_async_context(served.connected())
        for _ in range(3):
            assert await refused_at_the_door(served, key) == TOO_MANY
        await last.aclose()
        async with served.connected() as client:
            assert (await client.asks("heartbeat"))["type"] == "heartbeat_ack"


async def test_one_address_has_its_own_share(serving: Serving) -> None:
    async with serving(model(), websocket_max_per_address=2) as served, served.connected(), served.connected():
        assert await refused_at_the_door(served, await served.key()) == TOO_MANY


async def test_two_hundred_messages_at_once_are_kept_in_their_order_and_each_is_answered(serving: Serving) -> None:
    async with serving(model()) as served, served.connected() as client:
        begun = await client.says("0")
        talk = begun["conversation_id"]
        for n in range(1, 201):
            await client.sends(message(n, talk))
        answers = [await client.until(answers_it) for _ in range(200)]
        assert [answer["reply_to"] for answer in answers] == [str(n) for n in range(1, 201)]
        seqs = [answer["seq"] for answer in answers]
        assert seqs == sorted(set(seqs))


async def test_what_is_over_the_limit_of_a_burst_is_answered_and_nothing_of_the_rest_is_lost(serving: Serving) -> None:
    async with serving(model(), clock=SteppedClock(), chat_rate_limit=60) as served, served.connected() as client:
        begun = await client.says("0")
        talk = begun["conversation_id"]
        for n in range(1, 201):
            await client.sends(message(n, talk))
        answers = [await client.until(answers_it) for _ in range(200)]
        assert [answer["type"] for answer in answers] == ["ack"] * 59 + ["error"] * 141
        assert {answer.get("error_code") for answer in answers[59:]} == {"rate_limit_exceeded"}


async def test_an_operator_reads_how_many_are_connected_and_nobody_else_does(serving: Serving) -> None:
    async with serving(model()) as served, served.connected() as one, served.connected() as other:
        begun = await one.says("Hello")
        for client in (one, other):
            await client.follows(begun["conversation_id"])
        status, text = await served.asks("GET", "/metrics", await served.key())
        assert status == 200
        counts = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        assert (counts["parlour_connections"], counts["parlour_subscriptions"]) == ("2", "2")
        assert counts["parlour_most_connections_of_one_conversation"] == "2"
        assert begun["conversation_id"] not in text
        assert (await served.asks("GET", "/metrics", await served.key(await served.newcomer("ann"))))[0] == 403
        assert (await served.asks("GET", "/metrics", "pk_nonsense"))[0] == 401


async def test_who_writes_is_told_to_the_others_who_follow_and_not_to_oneself(serving: Serving) -> None:
    # What is said again after a while is told again, and here no time passes.
    clock = SteppedClock()
    async with serving(model(), clock=clock) as served, served.connected() as one, served.connected() as other:
        begun = await one.says("Hello")
        talk = begun["conversation_id"]
        says_so: dict[str, Any] = TYPING | {"conversation_id": talk}
        assert (await one.asks(**says_so))["error_code"] == "thread_not_found"
        for client in (one, other):
            await client.follows(talk)
        for _ in range(3):
            await one.sends(says_so)
        await one.sends(says_so | {"is_typing": False})
        heard = [await other.until(lambda frame: frame["type"] == "typing_indicator") for _ in range(2)]
        assert [notice["is_typing"] for notice in heard] == [True, False]
        assert {notice["conversation_id"] for notice in heard} == {talk}
        assert {notice["user_id"] for notice in heard} == {served.app.house.admin.id}
        await one.asks("heartbeat")
        assert one.of_type("typing_indicator") == []
        async with served.connected(await served.newcomer("ann")) as stranger:
            assert (await stranger.asks(**says_so))["error_code"] == "thread_not_found"


async def test_too_many_messages_by_rest_say_when_to_come_again(serving: Serving) -> None:
    async with serving(model(), chat_messages_admin=Rates(1, 0, 0)) as served:
        key = await served.key()
        url = f"{served.url}/api/v1/chat/messages"
        headers = {"Authorization": f"Bearer {key}"}
        async with served.session.post(url, json={"content": "One"}, headers=headers) as first:
            assert first.status == 200
        async with served.session.post(url, json={"content": "Two"}, headers=headers) as refused:
            error = (await refused.json())["error"]
            assert (refused.status, error["code"]) == (429, "rate_limit_exceeded")
            assert int(refused.headers["Retry-After"]) == error["details"]["retry_after"]
            assert (error["details"]["limit"], error["details"]["maximum"]) == ("messages_per_minute", 1)


def message(n: int, conversation_id: str) -> dict[str, Any]:
    own = {"id": str(n), "content": str(n), "client_message_id": str(n)}
    return {"type": "send_message", "conversation_id": conversation_id, **own}


def answers_it(frame: dict[str, Any]) -> bool:
    return frame["type"] in ("ack", "error")
