"""What is said on a topic reaches everybody who follows it, and nobody else."""

import pytest

from parlour.ids import new_id
from parlour.models.base import ModelProblem
from parlour.models.scripted import Script, ScriptedModel, call, says
from tests.flow.conftest import HeldModel
from tests.served import Serving

YES = ScriptedModel(otherwise=Script.of(says("Yes, of course.")))


async def test_two_sockets_on_one_conversation_both_see_question_and_answer(serving: Serving) -> None:
    async with serving(YES) as served, served.connected() as one, served.connected() as two:
        first = await one.says("Hello")
        topic = await one.follows(first["conversation_id"])
        await two.follows(first["conversation_id"])
        await two.says("And now?", first["conversation_id"])
        for client in (one, two):
            await client.until_answered(topic, answers=2)
            await client.agrees(topic)
        assert one.state(topic) == two.state(topic)
        assert len(one.state(topic).messages) == 4


async def test_frames_reach_exactly_the_sockets_that_follow(serving: Serving) -> None:
    async with serving(YES) as served, served.connected() as one, served.connected() as two, served.connected() as both:
        first, second = (await one.says("First"))["conversation_id"], (await one.says("Second"))["conversation_id"]
        await one.follows(first)
        await two.follows(second)
        for conversation in (first, second):
            await both.follows(conversation)
        for client, conversation in ((one, first), (two, second)):
            await client.says("More", conversation)
        for client, conversation in ((one, first), (two, second), (both, first), (both, second)):
            await client.until_answered(f"conversation:{conversation}", answers=2)

        def heard(frames: list[dict[str, object]]) -> set[object]:
            return {frame["topic"] for frame in frames if "from_seq" in frame}

        assert heard(one.frames) == {f"conversation:{first}"}
        assert heard(two.frames) == {f"conversation:{second}"}
        assert heard(both.frames) == {f"conversation:{first}", f"conversation:{second}"}


async def test_one_socket_follows_a_conversation_a_project_and_its_own_list(serving: Serving) -> None:
    async with serving(YES) as served, served.connected() as client:
        mine, home = f"user:{served.app.house.admin.id}", f"project:{served.app.house.home_project_id}"
        for topic in (mine, home):
            assert (await client.asks("subscribe", topic=topic))["mode"] == "snapshot"
            await client.until(lambda frame, topic=topic: frame["type"] == "snapshot" and frame["topic"] == topic)
        ids = await client.says("Hello")
        await client.seen(lambda frame: frame["type"] == "conversation_created" and frame["topic"] == mine)
        topic = await client.follows(ids["conversation_id"])
        await client.until_answered(topic)
        heads = (await client.asks("heartbeat"))["heads"]
        assert heads.keys() == {mine, home, topic}
        assert heads[topic] == client.cursors[topic]


async def test_the_sender_hears_its_message_with_the_id_it_chose(serving: Serving) -> None:
    async with serving(YES) as served, served.connected() as client:
        first = await client.says("Hello")
        await client.follows(first["conversation_id"])
        await client.asks(
            "send_message", content="x", client_message_id="chosen", conversation_id=first["conversation_id"]
        )
        said = await client.seen(lambda frame: frame["type"] == "new_message")
        assert said["message"]["client_message_id"] == "chosen"


async def test_whoever_leaves_a_topic_hears_no_more_of_it(serving: Serving) -> None:
    async with serving(YES) as served, served.connected() as leaving, served.connected() as staying:
        ids = await staying.says("Hello")
        topic = await staying.follows(ids["conversation_id"])
        await leaving.follows(ids["conversation_id"])
        await staying.until_answered(topic)
        await leaving.until_answered(topic)
        assert (await leaving.asks("unsubscribe", topic=topic))["type"] == "ack"
        before = len(leaving.frames)
        await staying.says("More", ids["conversation_id"])
        await staying.until_answered(topic, answers=2)
        assert (await leaving.asks("heartbeat"))["heads"] == {}
        assert [frame for frame in leaving.frames[before:] if "from_seq" in frame] == []


async def test_following_twice_gives_a_second_opening_and_every_frame_once(serving: Serving, held: HeldModel) -> None:
    async with serving(held) as served, served.connected() as client:
        ids = await client.says("Tell me")
        topic = await client.follows(ids["conversation_id"])
        held.lets("One ")
        await client.until(lambda frame: frame["type"] == "stream_chunk")
        await client.follows(ids["conversation_id"])
        assert (await client.asks("subscribe", topic=topic, after=0))["mode"] == "replay"
        held.lets("two.", None)
        await client.until_answered(topic)
        last = client.of_type("stream_chunk")[-2:]
        assert [frame["chunk"] for frame in last] == ["two.", ""]
        await client.agrees(topic)


async def test_a_client_that_comes_back_gets_what_it_missed_and_nothing_else(serving: Serving, held: HeldModel) -> None:
    async with serving(held) as served:
        async with served.connected() as client:
            ids = await client.says("Tell me")
            topic = await client.follows(ids["conversation_id"])
            held.lets("One ")
            await client.until(lambda frame: frame["type"] == "stream_chunk")
        held.lets("two.", None)
        async with served.connected() as back:
            back.states, back.cursors = client.states, client.cursors
            await back.follows(ids["conversation_id"], after=client.cursors[topic])
            await back.until_answered(topic)
            assert back.of_type("snapshot") == []
            await back.agrees(topic)


async def test_a_hundred_topics_on_one_socket_are_heard_each(serving: Serving) -> None:
    async with serving(YES) as served, served.connected() as client:
        conversations = [(await client.says(str(n)))["conversation_id"] for n in range(100)]
        topics = [await client.follows(conversation) for conversation in conversations]
        for topic in topics:
            await client.until_answered(topic)
        assert set((await client.asks("heartbeat"))["heads"]) == set(topics)


async def test_an_answer_comes_in_the_order_the_wire_promises(serving: Serving) -> None:
    script = Script.of(says("I look. ") + call("search_entities", query="x"), says("Nothing is there."))
    async with serving(ScriptedModel(otherwise=script)) as served, served.connected() as client:
        ids = await client.says("Hello")
        topic = await client.follows(ids["conversation_id"], after=0)
        client.states, client.cursors = {}, {}
        await client.until(lambda frame: frame["type"] == "stream_chunk" and frame["is_final"])
        types = [frame["type"] for frame in client.frames if "from_seq" in frame]
        order = ["new_message", "assistant_message_start", "stream_chunk", "tool_call", "tool_result"]
        assert sorted(order, key=types.index) == order
        results = client.of_type("tool_result")
        assert [frame["status"] for frame in results][-1] == "completed"
        assert results[-1]["tool_name"] == "search_entities"
        chunks = client.of_type("stream_chunk")
        # Those that lay in the log already may come merged, each under the number of its last.
        numbers = [chunk["chunk_index"] for chunk in chunks]
        assert numbers == sorted(set(numbers))
        assert "".join(chunk["chunk"] for chunk in chunks) == "I look. Nothing is there."
        assert (chunks[-1]["chunk"], chunks[-1]["length"]) == ("", len("I look. Nothing is there."))
        status, body = await served.asks("GET", f"/api/v1/chat/messages/{chunks[-1]['message_id']}", await served.key())
        assert status == 200
        assert "".join(chunk["chunk"] for chunk in chunks) in body
        assert topic == chunks[-1]["topic"]


async def test_a_large_answer_comes_in_bounded_frames(serving: Serving, held: HeldModel) -> None:
    async with serving(held) as served, served.connected() as client:
        ids = await client.says("Everything")
        topic = await client.follows(ids["conversation_id"])
        held.lets("🏠" * 200_000, None)
        answer = await client.until_answered(topic)
        assert answer.parts[0].kind == "text"
        assert answer.parts[0].length == 400_000
        assert max(client.sizes) < 70_000
        assert "".join(frame["chunk"] for frame in client.of_type("stream_chunk")) == "🏠" * 200_000
        await client.agrees(topic)


async def test_stopping_from_another_socket_keeps_what_was_said(serving: Serving, held: HeldModel) -> None:
    async with serving(held) as served, served.connected() as one, served.connected() as two:
        ids = await one.says("Tell me")
        topic = await one.follows(ids["conversation_id"])
        held.lets("Once upon ")
        await one.until(lambda frame: frame["type"] == "stream_chunk")
        assert (await two.asks("stop_generation", turn_id=ids["turn_id"]))["type"] == "ack"
        answer = await one.until_answered(topic, "stopped")
        assert answer.parts[0].kind == "text"
        assert answer.parts[0].text == "Once upon "
        assert one.of_type("error") == []
        await one.agrees(topic)


@pytest.mark.parametrize("kind", ["conversation", "user", "project"])
async def test_a_topic_that_is_not_there_is_refused_and_leaves_nothing_behind(serving: Serving, kind: str) -> None:
    async with serving(YES) as served, served.connected() as client:
        refused = await client.asks("subscribe", topic=f"{kind}:{new_id()}")
        assert (refused["type"], refused["error_code"]) == ("error", "not_found")
        assert (await client.asks("heartbeat"))["heads"] == {}


async def test_a_deleted_conversation_is_told_to_its_followers_and_then_is_not_there(serving: Serving) -> None:
    async with serving(YES) as served, served.connected() as client:
        ids = await client.says("Hello")
        topic = await client.follows(ids["conversation_id"])
        await client.until_answered(topic)
        key = await served.key()
        status, _ = await served.asks("DELETE", f"/api/v1/chat/conversations/{ids['conversation_id']}", key)
        assert status == 204
        await client.until(lambda frame: frame["type"] == "conversation_deleted")
        assert (await client.asks("subscribe", topic=topic))["error_code"] == "not_found"


async def test_a_failing_model_ends_the_turn_in_sight_of_all(serving: Serving, held: HeldModel) -> None:
    async with serving(held) as served, served.connected() as client:
        ids = await client.says("Hello")
        topic = await client.follows(ids["conversation_id"])
        held.lets(ModelProblem("provider_unavailable", "The model is away."))
        answer = await client.until_answered(topic, "failed")
        assert answer.error is not None
        assert answer.error.message == "The model is away."
