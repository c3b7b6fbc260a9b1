"""Whatever is sent to the socket gets its answer or its named refusal, and the connection stays."""

from dataclasses import fields, replace
from typing import Any

import orjson
import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from parlour.app import App
from parlour.errors import StorageFailed
from parlour.identity.who import Who
from parlour.ids import new_id
from parlour.models.scripted import Script, ScriptedModel, says
from parlour.protocol.commands import SendMessage
from parlour.turn.given import NOTHING_GIVEN, Given
from parlour.turn.say import Saying
from parlour.turn.talk import Talk
from tests.served import Client, Serving

SOMETHING = {"type": "send_message", "content": "Hello", "client_message_id": "m"}


def without(*names: str, **others: Any) -> dict[str, Any]:
    return {name: value for name, value in (SOMETHING | others).items() if name not in names}


MALFORMED: list[Any] = [
    "",
    "not json",
    '{"type": "heartbeat"',
    '{"type": "heartbeat"} {"type": "heartbeat"}',
    '{"type": "heartbeat", "id": "\\ud800"}',
    '{"type": "heartbeat", "id": NaN}',
    "[" * 5_000,
    b"\x00\xff\xfe",
    [],
    [SOMETHING],
    None,
    17,
    "[1]",
    {},
    {"type": None},
    {"type": 5},
    {"type": ["heartbeat"]},
    {"type": "heartbeat", "extra": 1},
    {"type": "heartbeat", "id": ""},
    {"type": "heartbeat", "id": 5},
    {"type": "heartbeat", "id": "x" * 201},
    {"type": "subscribe"},
    {"type": "subscribe", "topic": "everything"},
    {"type": "subscribe", "topic": f"conversation:{new_id()}", "after": -1},
    {"type": "subscribe", "topic": f"conversation:{new_id()}", "after": "5"},
    {"type": "subscribe", "topic": f"conversation:{new_id()}", "after": True},
    {"type": "subscribe", "topic": f"conversation:{new_id()}\n"},
    {"type": "stop_generation"},
    {"type": "stop_generation", "turn_id": "  "},
    {"type": "regenerate", "message_id": new_id()},
    without("content"),
    without("client_message_id"),
    without(content=""),
    without(content=" \n\t "),
    without(content=5),
    without(content=["Hello"]),
    without(content=None),
    without(content="Hello\x00"),
    without(client_message_id="m\x00"),
    without(client_message_id=" "),
    without(conversation_id="\x00"),
    without(conversation_id={"$ne": 1}),
    without(attachments="file"),
]


@pytest.mark.parametrize("frame", MALFORMED, ids=lambda frame: str(frame)[:40].encode("unicode_escape").decode())
async def test_a_frame_that_does_not_fit_is_refused_and_the_connection_stays(serving: Serving, frame: Any) -> None:
    async with serving(ScriptedModel()) as served, served.connected() as client:
        await client.sends(frame)
        refused = await client.next()
        assert refused["type"] == "error"
        assert refused["error_code"] == "invalid_message"
        assert refused["error"]
        assert refused["request_id"]
        assert refused["timestamp"].endswith("Z")
        assert (await client.asks("heartbeat"))["type"] == "heartbeat_ack"
        assert (await client.says("Hello")).keys() == {"conversation_id", "message_id", "turn_id"}


async def code_of(client: Client, type: str, **fields: Any) -> str:
    told = await client.asks(type, **fields)
    assert told["type"] == "error", told
    return told["error_code"]


async def test_an_unknown_type_is_told_apart_from_one_that_is_not_served(serving: Serving) -> None:
    async with serving(ScriptedModel()) as served, served.connected() as client:
        assert await code_of(client, "sing") == "unknown_message_type"
        assert await code_of(client, "x" * 10_000) == "unknown_message_type"
        assert await code_of(client, "stream_chunk") == "unknown_message_type"
        assert await code_of(client, "tool_call") == "unknown_message_type"
        assert await code_of(client, **without(attachments=["file"], client_message_id="a")) == "not_available"
        assert await code_of(client, **without(model="openai/gpt-9", client_message_id="b")) == "not_available"


async def test_what_is_unknown_and_what_is_not_yours_are_refused_alike(serving: Serving) -> None:
    async with serving(ScriptedModel()) as served:
        async with served.connected() as owner:
            ids = await owner.says("Mine")
            await owner.until_answered(await owner.follows(ids["conversation_id"]))
            answer_id = owner.state(f"conversation:{ids['conversation_id']}").messages[-1].id
        stranger = await served.newcomer("ann")
        async with served.connected(stranger) as client:

            async def told(type: str, **fields: Any) -> tuple[str, str]:
                refused = await client.asks(type, **fields)
                return refused["error_code"], refused["error"]

            for kind, theirs in (
                ("conversation", ids["conversation_id"]),
                ("user", served.app.house.admin.id),
            ):
                unknown = await told("subscribe", topic=f"{kind}:{new_id()}")
                assert unknown == await told("subscribe", topic=f"{kind}:{theirs}")
                assert unknown[0] == "not_found"
            for fields in ({"type": "send_message", "content": "x", "client_message_id": "m"},):
                unknown = await told(**fields, conversation_id=new_id())
                assert unknown == await told(**fields, conversation_id=ids["conversation_id"])
                assert unknown == await told(**fields, conversation_id="nonsense")
                assert unknown[0] == "thread_not_found"
            unknown = await told("stop_generation", turn_id=new_id())
            assert unknown == await told("stop_generation", turn_id=ids["turn_id"])
            unknown = await told("regenerate", message_id=new_id(), command_id="r")
            assert unknown == await told("regenerate", message_id=answer_id, command_id="r")
            assert client.of_type("subscribed", "snapshot", "new_message") == []


async def test_a_binary_frame_with_json_in_it_is_as_good_as_text(serving: Serving) -> None:
    async with serving(ScriptedModel()) as served, served.connected() as client:
        await client.sends(b'{"type": "heartbeat", "id": "h"}')
        assert (await client.next())["reply_to"] == "h"


async def test_a_refusal_names_the_frame_even_when_little_of_it_fits(serving: Serving) -> None:
    async with serving(ScriptedModel()) as served, served.connected() as client:
        await client.sends({"id": "mine", "type": "send_message", "content": 5})
        assert (await client.next())["reply_to"] == "mine"
        await client.sends({"id": "x" * 1_000, "type": "heartbeat"})
        assert (await client.next())["reply_to"] == "x" * 200


async def test_a_frame_above_our_limit_is_refused_and_one_above_the_transports_ends_it(serving: Serving) -> None:
    limits: dict[str, Any] = {"websocket_max_frame_bytes": 100_000, "websocket_transport_bytes": 200_000}
    async with serving(ScriptedModel(), **limits) as served, served.connected() as client:
        for large in ("x" * 100_000, "é" * 50_001):
            await client.sends(without(content=large))
            assert (await client.next())["error_code"] == "message_too_long"
        assert (await client.asks("heartbeat"))["type"] == "heartbeat_ack"
        await client.sends(without(content="x" * 200_000))
        assert (await client.until_closed()).code == 1009


async def test_fifty_thousand_characters_are_the_longest_message(serving: Serving) -> None:
    async with serving(ScriptedModel()) as served, served.connected() as client:
        assert await code_of(client, **without(content="x" * 50_001)) == "message_too_long"
        ids = await client.says("🏠" * 50_000)
        question = client.state(await client.follows(ids["conversation_id"])).messages[0]
        assert question.parts[0].kind == "text"
        assert question.parts[0].length == 100_000


async def test_the_same_message_sent_again_counts_once_and_with_other_words_is_refused(serving: Serving) -> None:
    async with serving(ScriptedModel()) as served, served.connected() as client, served.connected() as other:
        first = await client.asks(**SOMETHING)
        again = await other.asks(**SOMETHING)
        assert (first["duplicate"], again["duplicate"]) == (False, True)
        assert (first["ids"], first["seq"]) == (again["ids"], again["seq"])
        assert await code_of(client, **without(content="Other words")) == "idempotency_conflict"


async def test_commands_out_of_order_are_answered_as_they_come(serving: Serving) -> None:
    async with serving(ScriptedModel()) as served, served.connected() as client:
        topic = f"conversation:{new_id()}"
        assert (await client.asks("unsubscribe", topic=topic))["type"] == "ack"
        assert await code_of(client, "stop_generation", turn_id=new_id()) == "not_found"
        ids = await client.says("Hello")
        answer = await client.until_answered(await client.follows(ids["conversation_id"]))
        for _ in range(2):
            assert (await client.asks("stop_generation", turn_id=ids["turn_id"]))["type"] == "ack"
        again = await client.asks("regenerate", message_id=answer.id, command_id="r")
        assert again["type"] == "ack"
        assert await code_of(client, "regenerate", message_id=ids["message_id"], command_id="r") == (
            "idempotency_conflict"
        )


async def test_two_hundred_commands_at_once_are_answered_in_their_order(serving: Serving) -> None:
    async with serving(ScriptedModel(otherwise=Script.of(says("Yes.")))) as served, served.connected() as client:
        ids = await client.says("0")
        topic = await client.follows(ids["conversation_id"])
        for n in range(200):
            await client.sends(
                {
                    "type": "send_message",
                    "id": str(n),
                    "content": str(n),
                    "client_message_id": f"burst-{n}",
                    "conversation_id": ids["conversation_id"],
                }
            )
        await client.until(lambda frame: frame.get("reply_to") == "199")
        acks = [frame for frame in client.of_type("ack") if frame["reply_to"].isdigit()]
        assert [frame["reply_to"] for frame in acks] == [str(n) for n in range(200)]
        assert [frame["seq"] for frame in acks] == sorted(frame["seq"] for frame in acks)
        said = [message for message in client.state(topic).messages if message.role == "user"]
        assert [message.client_message_id for message in said][-200:] == [f"burst-{n}" for n in range(200)]


class Broken(Saying):
    """Takes nothing, and says why in words that are for nobody outside."""

    async def message(self, who: Who, command: SendMessage, given: Given = NOTHING_GIVEN) -> Any:
        del who, given
        if command.content == "store":
            raise StorageFailed
        raise RuntimeError("secret-detail-of-a-bug")


def broken(app: App) -> App:
    """The house, in which nothing can be said."""
    whole = app.talk.saying
    saying = Broken(whole.reads, whole.writer, whole.clock, whole.models, whole.limits, whole.max_characters)
    return replace(app, talk=replace(app.talk, saying=saying))


async def test_a_bug_is_logged_under_its_request_id_and_told_without_its_detail(serving: Serving) -> None:
    async with serving(ScriptedModel(), change=broken) as served, served.connected() as client:
        with capture_logs([merge_contextvars]) as lines:
            told = await client.asks(**SOMETHING)
            stored = await client.asks(**without(content="store"))
        assert (told["error_code"], told["error"]) == ("message_creation_failed", "Internal server error")
        assert stored["error_code"] == "storage_failed"
        assert "secret-detail" not in orjson.dumps(client.frames).decode()
        assert [line["log_level"] for line in lines] == ["error", "error"]
        assert [line["request_id"] for line in lines] == [told["request_id"], stored["request_id"]]
        assert (await client.asks("heartbeat"))["type"] == "heartbeat_ack"


async def test_closing_from_the_clients_side_is_no_error(serving: Serving) -> None:
    async with serving(ScriptedModel()) as served:
        with capture_logs() as lines:
            async with served.connected() as client:
                await client.socket.close()
                assert client.socket.close_code == 1000
        assert [line for line in lines if line["log_level"] in ("error", "critical")] == []


class BrokenTalk(Talk):
    """Does nothing of what is asked, for reasons of its own."""

    async def _break(self, *_: object) -> Any:
        raise RuntimeError("secret-detail-of-a-bug")

    say = edit = delete = regenerate = decide = stop = _break  # pyright: ignore[reportIncompatibleMethodOverride, reportAssignmentType]


async def test_a_bug_is_told_by_what_was_asked_for(serving: Serving) -> None:
    def break_all(app: App) -> App:
        return replace(app, talk=BrokenTalk(**{each.name: getattr(app.talk, each.name) for each in fields(app.talk)}))

    asked: dict[str, dict[str, Any]] = {
        "message_creation_failed": SOMETHING,
        "edit_failed": {"type": "edit_message", "message_id": new_id(), "content": "Hi", "command_id": "a"},
        "deletion_failed": {"type": "delete_message", "message_id": new_id(), "command_id": "b"},
        "regeneration_failed": {"type": "regenerate", "message_id": new_id(), "command_id": "c"},
        "handler_error": {"type": "stop_generation", "turn_id": new_id()},
    }
    async with serving(ScriptedModel(), change=break_all) as served, served.connected() as client:
        for code, command in asked.items():
            told = await client.asks(**command)
            assert (told["error_code"], told["error"]) == (code, "Internal server error")
        assert (await client.asks("heartbeat"))["type"] == "heartbeat_ack"
