"""Changing and taking back over the socket: every window hears of it, and what cannot be has its own code."""

import pytest

from parlour.ids import new_id
from parlour.models.scripted import Script, ScriptedModel, says
from tests.served import Client, Serving


def model() -> ScriptedModel:
    return ScriptedModel(otherwise=Script.of(says("Yes.")))


async def asked(client: Client, words: str) -> tuple[str, str, str]:
    """Something asked and answered by somebody who follows: the topic, and the ids of question and answer."""
    ids = await client.says(words)
    topic = await client.follows(ids["conversation_id"])
    answer = await client.until_answered(topic)
    return topic, ids["message_id"], answer.id


async def test_another_window_sees_the_new_words_and_then_that_they_are_gone(serving: Serving) -> None:
    async with serving(model()) as served, served.connected() as one, served.connected() as other:
        topic, question, answer = await asked(one, "One")
        await other.follows(topic.partition(":")[2])
        told = await one.asks("edit_message", message_id=question, content="Two", command_id="e1")
        assert (told["type"], told["ids"]["message_id"], told["duplicate"]) == ("ack", question, False)
        updated = await other.until(lambda frame: frame["type"] == "message_updated")
        assert updated["seq"] == told["seq"]
        assert updated["message"]["parts"] == [{"kind": "text", "text": "Two", "length": 3}]
        assert (updated["message"]["edits"], updated["message"]["edited_at"] is None) == (1, False)
        assert (await one.asks("edit_message", message_id=question, content="Two", command_id="e1"))["duplicate"]
        for message in (question, answer):
            told = await one.asks("delete_message", message_id=message, command_id=f"d-{message}")
            gone = await other.until(lambda frame: frame["type"] == "message_deleted")
            assert (gone["message_id"], gone["seq"]) == (message, told["seq"])
            assert gone["deleted_at"]
        for client in (one, other):
            await client.agrees(topic)


async def test_asking_again_in_other_words_leaves_the_old_answer_as_a_version(serving: Serving) -> None:
    async with serving(model()) as served, served.connected() as client:
        topic, question, answer = await asked(client, "One")
        told = await client.asks("regenerate", message_id=question, content="Two", command_id="r1")
        assert told["type"] == "ack"
        new = await client.until_answered(topic, answers=2)
        assert (new.replaces, new.answers_edit) == (answer, 1)
        await client.agrees(topic)


@pytest.mark.parametrize(
    ("kind", "which", "more", "code"),
    [
        ("edit_message", "answer", {"content": "I never said that"}, "forbidden"),
        ("edit_message", "nobody", {"content": "Mine"}, "message_not_found"),
        ("edit_message", "deleted", {"content": "After all"}, "not_now"),
        ("edit_message", "question", {"content": " "}, "invalid_message"),
        ("edit_message", "question", {}, "invalid_message"),
        ("edit_message", "question", {"content": "x" * 50_001}, "message_too_long"),
        ("edit_message", "question", {"content": "Else", "command_id": "used"}, "idempotency_conflict"),
        ("delete_message", "nobody", {}, "message_not_found"),
        ("delete_message", "question", {"command_id": "used"}, "idempotency_conflict"),
        ("regenerate", "nobody", {}, "message_not_found"),
        ("regenerate", "deleted", {"content": "After all"}, "not_now"),
        ("regenerate", "question", {"content": "x" * 50_001}, "message_too_long"),
        ("regenerate", None, {}, "invalid_message"),
        ("typing_indicator", None, {"conversation_id": new_id(), "is_typing": True}, "thread_not_found"),
    ],
)
async def test_what_cannot_be_is_refused_by_its_name_and_the_connection_stays(
    serving: Serving, kind: str, which: str | None, more: dict[str, str], code: str
) -> None:
    async with serving(model()) as served, served.connected() as client:
        _, deleted, _ = await asked(client, "Zero")
        await client.asks("delete_message", message_id=deleted, command_id="used")
        _, question, answer = await asked(client, "One")
        known = {"answer": answer, "question": question, "deleted": deleted, "nobody": new_id()}
        about = {"message_id": known[which]} if which else {}
        named = {} if kind == "typing_indicator" else {"command_id": "new"}
        told = await client.asks(kind, **named | about | more)
        assert (told["type"], told["error_code"]) == ("error", code)
        assert (await client.asks("heartbeat"))["type"] == "heartbeat_ack"
