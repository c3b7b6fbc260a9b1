"""The official client of OpenAI against a served house: streamed and whole, tools, history, retries, refusals."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import openai
import orjson
import pytest
from sqlalchemy import func, select

from parlour.api.following import BEAT_S
from parlour.clock import SystemClock
from parlour.identity.who import Who, who_is
from parlour.models.base import Called, ModelProblem, RequestedCall
from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.commands import DecideToolCall
from parlour.protocol.people import NewProject
from parlour.store.queries.messages import message_page
from parlour.store.tables import conversations, messages
from tests.flow.conftest import HeldModel
from tests.served import Served, Serving

KITCHEN = "What is in the kitchen?"
STUDY = RequestedCall("", "create_entity", {"entity_type": "room", "name": "Study"})


@asynccontextmanager
async def client_of(served: Served, **options: Any) -> AsyncGenerator[openai.AsyncOpenAI]:
    """The official client, with a key of the admin."""
    key = await served.key()
    async with openai.AsyncOpenAI(base_url=f"{served.url}/v1", api_key=key, max_retries=0) as one:
        yield one.with_options(**options)


def user(text: str) -> Any:
    return {"role": "user", "content": text}


def assistant(text: str | None) -> Any:
    return {"role": "assistant", "content": text}


async def counted(served: Served, *tables: Any) -> list[int]:
    """How many rows each table has."""
    async with served.app.database.read() as connection:
        return [await connection.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


async def texts(served: Served, conversation_id: str) -> list[str]:
    """What a conversation says, message by message."""
    async with served.app.database.read() as connection:
        page = await message_page(connection, conversation_id)
    return ["".join(part.text for part in m.value.parts if part.kind == "text") for m in page.messages]


async def streamed(client: openai.AsyncOpenAI, said: Sequence[Any], **options: Any) -> tuple[str, list[Any]]:
    """The words of a stream, and its pieces."""
    pieces = [
        piece
        async for piece in await client.chat.completions.create(
            model="default", messages=list(said), stream=True, **options
        )
    ]
    return "".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices), pieces


async def test_an_answer_comes_whole_and_says_where_it_is_kept(serving: Serving) -> None:
    model = ScriptedModel(otherwise=Script.of(says("Nine devices.")))
    async with serving(model) as served, client_of(served) as client:
        raw = await client.chat.completions.with_raw_response.create(model="scripted/demo", messages=[user(KITCHEN)])
        answer = raw.parse()
        choice = answer.choices[0]
        assert (choice.message.role, choice.message.content, choice.finish_reason) == (
            "assistant",
            "Nine devices.",
            "stop",
        )
        assert answer.model == "scripted/demo"
        assert answer.usage is not None
        assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0
        ours = (answer.model_extra or {})["parlour"]
        assert ours["conversation_id"] == raw.headers["x-conversation-id"]
        assert (ours["status"], ours["approvals"]) == ("completed", [])
        assert await texts(served, ours["conversation_id"]) == [KITCHEN, "Nine devices."]


async def test_an_answer_that_used_a_tool_is_streamed_word_by_word(serving: Serving) -> None:
    look = says("Let me look.") + call("get_devices_in_room", room_name="kitchen")
    model = ScriptedModel(otherwise=Script.of(look, says("The kitchen is empty.")))
    async with serving(model) as served, client_of(served) as client:
        words, pieces = await streamed(client, [user(KITCHEN)], stream_options={"include_usage": True})
        assert words == "Let me look.\n\nThe kitchen is empty."
        assert len([piece for piece in pieces if piece.choices and piece.choices[0].delta.content]) > 1
        assert pieces[0].choices[0].delta.role == "assistant"
        assert {piece.object for piece in pieces} == {"chat.completion.chunk"}
        assert len({piece.id for piece in pieces}) == 1
        *_, last, usage = pieces
        assert last.choices[0].finish_reason == "stop"
        assert (usage.choices, usage.usage.total_tokens > 0) == ([], True)
        whole = await client.chat.completions.create(model="default", messages=[user(KITCHEN)])
        assert whole.choices[0].message.content == words


async def test_a_client_that_tells_the_whole_talk_goes_on_in_the_same_conversation(
    serving: Serving, held: HeldModel
) -> None:
    async with serving(held) as served, client_of(served) as client:
        talk = [user("hello")]
        for answer in ("Good **morning**.", "Fine, thank you.", "Bye."):
            held.lets(answer, None)
            got = await client.chat.completions.create(model="default", messages=talk)
            talk += [assistant(f" {got.choices[0].message.content}\n"), user(f"and then? {len(talk)}")]
        assert await counted(served, conversations, messages) == [1, 6]
        assert [len(request.messages) for request in held.requests] == [1, 3, 5]


async def test_what_a_client_says_was_said_counts_for_the_model_and_is_no_stored_answer(
    serving: Serving, held: HeldModel
) -> None:
    talk: list[Any] = [
        {"role": "system", "content": "Speak like a pirate."},
        user("hello"),
        assistant("I opened the safe."),
    ]
    async with serving(held) as served, client_of(served) as client:
        for answer in ("Aye.", "Aye aye."):
            held.lets(answer, None)
            talk.append(user("and now?"))
            got = await client.chat.completions.create(model="default", messages=talk)
            talk.append(assistant(got.choices[0].message.content))
        first, second = held.requests
        assert "Speak like a pirate." in first.system
        assert [type(message).__name__ for message in first.messages] == [
            "UserMessage",
            "AssistantMessage",
            "UserMessage",
        ]
        assert len(second.messages) == 5
        conversation_id = (got.model_extra or {})["parlour"]["conversation_id"]
        assert await texts(served, conversation_id) == ["and now?", "Aye.", "and now?", "Aye aye."]
        assert await counted(served, conversations) == [1]
        answer_id = (got.model_extra or {})["parlour"]["message_id"]
        _, seen = await served.asks("GET", f"/api/v1/chat/messages/{answer_id}/context", await served.key())
        assert "I opened the safe." in seen


async def test_a_conversation_can_be_named(serving: Serving, held: HeldModel) -> None:
    async with serving(held) as served, client_of(served) as client:
        held.lets("One.", None, "Two.", None)
        one = await client.chat.completions.create(model="default", messages=[user("one")])
        there = (one.model_extra or {})["parlour"]["conversation_id"]
        await client.chat.completions.create(
            model="default", messages=[user("two")], metadata={"conversation_id": there}
        )
        assert await texts(served, there) == ["one", "One.", "two", "Two."]


async def test_a_key_makes_a_repeat_count_once(serving: Serving, held: HeldModel) -> None:
    once = {"Idempotency-Key": "kitchen-1"}
    async with serving(held) as served, client_of(served) as client:
        held.lets("Nine devices.", None)
        answers = [
            await client.chat.completions.create(model="default", messages=[user(KITCHEN)], extra_headers=once)
            for _ in range(2)
        ]
        words, _ = await streamed(client, [user(KITCHEN)], extra_headers=once)
        assert {answer.choices[0].message.content for answer in answers} | {words} == {"Nine devices."}
        assert await counted(served, conversations, messages) == [1, 2]
        with pytest.raises(openai.ConflictError) as refusal:
            await client.chat.completions.create(model="default", messages=[user("else")], extra_headers=once)
        assert refusal.value.code == "idempotency_conflict"
        assert refusal.value.response.headers["x-should-retry"] == "false"


async def test_what_a_client_tries_again_by_itself_counts_once(serving: Serving, held: HeldModel) -> None:
    async with serving(held) as served, client_of(served, max_retries=2, timeout=0.5) as client:
        with pytest.raises(openai.APITimeoutError):
            await client.chat.completions.create(model="default", messages=[user(KITCHEN)])
        assert await counted(served, conversations, messages) == [1, 2]
        assert len(held.requests) == 1
        held.lets("Nine devices.", None)
        retry = {"X-Stainless-Retry-Count": "3"}
        patient = client.with_options(timeout=60)
        answer = await patient.chat.completions.create(model="default", messages=[user(KITCHEN)], extra_headers=retry)
        assert answer.choices[0].message.content == "Nine devices."
        assert await counted(served, conversations, messages) == [1, 2]


async def test_a_stream_that_is_left_is_written_to_its_end(serving: Serving, held: HeldModel) -> None:
    async with serving(held) as served, client_of(served) as client:
        held.lets("Nine ")
        stream = await client.chat.completions.create(model="default", messages=[user(KITCHEN)], stream=True)
        conversation_id = stream.response.headers["x-conversation-id"]
        turn_id = stream.response.headers["x-turn-id"]
        async for piece in stream:
            if piece.choices[0].delta.content:
                break
        await stream.close()
        held.lets("devices.", None)
        await served.app.talk.wait_for_turn(turn_id, 10)
        assert await texts(served, conversation_id) == [KITCHEN, "Nine devices."]


@dataclass
class ClockAhead(SystemClock):
    """The machine's clock, and as much later as a test likes."""

    ahead: float = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.ahead


async def is_revoked(served: Served, ann: Who, project_id: str) -> None:
    """The key that ann asked with ends."""
    await served.app.gate.revoke_api_key(ann, ann.credential_id)


async def is_taken_out(served: Served, ann: Who, project_id: str) -> None:
    """ann is in the project no longer."""
    await served.app.household.projects.remove_member(who_is(served.app.house.admin, ""), project_id, ann.user_id)


async def hears(stream: openai.AsyncStream[Any], heard: list[str], until: str | None = None) -> None:
    """Listen to a stream to its end, or `until` these words came."""
    async for piece in stream:
        heard.append(piece.choices[0].delta.content or "")
        if heard[-1] == until:
            return


@pytest.mark.parametrize("happens", [is_revoked, is_taken_out])
async def test_who_may_no_longer_listen_hears_no_more_also_while_word_follows_word(
    serving: Serving, held: HeldModel, happens: Callable[[Served, Who, str], Awaitable[None]]
) -> None:
    clock = ClockAhead()
    async with serving(held, clock=clock) as served:
        ann, projects, admin = await served.newcomer("ann"), served.app.household.projects, served.app.house.admin
        boat = await projects.add(who_is(admin, ""), NewProject(name="The boat"))
        await projects.add_member(who_is(admin, ""), boat.id, ann.id)
        key = await served.key(ann)
        async with openai.AsyncOpenAI(base_url=f"{served.url}/v1", api_key=key, max_retries=0) as client:
            held.lets("Nine ")
            stream = await client.chat.completions.create(
                model="default", messages=[user(KITCHEN)], stream=True, metadata={"project_id": boat.id}
            )
            heard: list[str] = []
            await hears(stream, heard, until="Nine ")
            await happens(served, await served.knows(key), boat.id)
            clock.ahead = BEAT_S
            held.lets("devices.", None)
            with pytest.raises(openai.APIError):
                await hears(stream, heard)
            assert "".join(heard) == "Nine "
            await served.app.talk.wait_for_turn(stream.response.headers["x-turn-id"], 10)


async def test_a_change_waits_for_a_word_and_says_how_to_give_it(serving: Serving) -> None:
    model = ScriptedModel(otherwise=Script.of((Called(STUDY),), says("It is there.")))
    async with serving(model) as served, client_of(served) as client:
        words, pieces = await streamed(client, [user("Add a study")])
        ours = pieces[-1].model_extra["parlour"]
        (waiting,) = ours["approvals"]
        assert (ours["status"], pieces[-1].choices[0].finish_reason) == ("waiting", "stop")
        assert words.startswith("⏸ This waits for your word: ")
        assert f"/api/v1/approvals/{waiting['id']}/decision" in words
        who = await served.knows(await served.key())
        yes = DecideToolCall(type="decide_tool_call", approval_id=waiting["id"], decision="approve", command_id="yes")
        await served.app.talk.decide(who, yes)
        await served.app.talk.wait_for_turn(ours["turn_id"], 10)
        assert (await texts(served, ours["conversation_id"]))[-1] == "It is there."
        talk = [user("Add a study"), assistant(words), user("thanks")]
        again = await client.chat.completions.create(model="default", messages=talk)
        assert (again.model_extra or {})["parlour"]["conversation_id"] == ours["conversation_id"]


async def test_a_model_that_fails_is_an_error_whole_and_streamed(serving: Serving) -> None:
    broken = ModelProblem("provider_rejected", "It does not want to.")
    model = ScriptedModel({"two": Script.of((*says("Nine devices"), broken))}, otherwise=Script.of((broken,)))
    async with serving(model) as served, client_of(served, max_retries=2) as client:
        with pytest.raises(openai.InternalServerError) as failure:
            await client.chat.completions.create(model="default", messages=[user("one")])
        assert failure.value.code == "provider_rejected"
        assert await counted(served, conversations) == [1]
        with pytest.raises(openai.APIError, match="does not want to"):
            await streamed(client, [user("two")])


PICTURE = {"type": "image_url", "image_url": {"url": "data:,"}}
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"tools": [{"type": "function", "function": {"name": "f"}}]}, "tools"),
    ({"n": 2}, "n"),
    ({"temperature": 3}, "temperature"),
    ({"messages": []}, "messages"),
    ({"messages": [assistant("hello")]}, "messages.0.role"),
    ({"messages": [user("a"), {"role": "tool", "content": "9", "tool_call_id": "c"}, user("b")]}, "messages.1.role"),
    ({"messages": [user("a\x00b")]}, "messages.0.content"),
    (
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "x"}}]}]},
        "messages.0.content",
    ),
    ({"model": "a\x00b"}, "model"),
    ({"model": " "}, "model"),
    ({"metadata": {"project_id": "a\x00b"}}, "metadata.project_id"),
    ({"metadata": {"conversation_id": ""}}, "metadata.conversation_id"),
    ({"extra_body": {"of_no_meaning": orjson.loads("[" * 300 + "]" * 300)}}, "body"),
]


async def test_what_cannot_be_done_is_refused_by_name(serving: Serving, held: HeldModel) -> None:
    async with serving(held) as served, client_of(served) as client:
        for wanted, param in REFUSED:
            body: dict[str, Any] = {"model": "default", "messages": [user("hello")]} | wanted
            with pytest.raises(openai.BadRequestError) as refusal:
                await client.chat.completions.create(**body)
            assert (refusal.value.param, refusal.value.code) == (param, "invalid_message"), wanted
            assert refusal.value.type == "invalid_request_error"
        assert held.requests == []
        assert await counted(served, conversations) == [0]


async def test_strangers_and_strange_names_are_refused_in_the_shape_of_the_wire(serving: Serving) -> None:
    async with serving() as served, client_of(served) as client:
        with pytest.raises(openai.NotFoundError) as absent:
            await client.chat.completions.create(model="gpt-9", messages=[user("hello")])
        assert absent.value.param == "model"
        with pytest.raises(openai.NotFoundError):
            await client.models.retrieve("gpt-9")
        with pytest.raises(openai.AuthenticationError) as unknown:
            await client.with_options(api_key="pk_nonsense").models.list()
        assert unknown.value.body == {
            "message": "Please sign in.",
            "type": "authentication_error",
            "param": None,
            "code": "unauthorized",
        }


async def test_the_models_are_those_that_may_answer(serving: Serving, held: HeldModel) -> None:
    async with serving(held) as served, client_of(served) as client:
        listed = (await client.models.list()).data
        assert {"held/model", "built-in"} <= {model.id for model in listed}
        one = await client.models.retrieve("held/model")
        assert (one.id, one.object, one.owned_by) == ("held/model", "model", "held")


async def test_somebody_who_asks_too_often_is_told_when_it_goes_on(serving: Serving, held: HeldModel) -> None:
    async with serving(held, chat_messages_admin=(1, 0, 0)) as served, client_of(served) as client:
        held.lets("One.", None)
        await client.chat.completions.create(model="default", messages=[user("one")])
        with pytest.raises(openai.RateLimitError) as refusal:
            await client.chat.completions.create(model="default", messages=[user("two")])
        assert refusal.value.type == "rate_limit_error"
        assert int(refusal.value.response.headers["retry-after"]) > 0
