"""Common questions are asked beforehand, so that nobody waits for their answers."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from parlour.kinds import Rates
from parlour.models.base import ModelProblem
from parlour.models.scripted import Script, ScriptedModel, call, says
from parlour.protocol.content import Message
from tests.served import Client, Served, Serving
from tests.storage import Storage

SCRIPTS = {
    "What is new?": Script.of(says("Nothing.")),
    "Who is there?": Script.of((ModelProblem("provider_unavailable", "The model is away."),)),
    "Add a lamp.": Script.of(call("create_entity", entity_type="device", name="Lamp"), says("Done.")),
}


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    return Serving(storage, tmp_path / "data")


async def warms(served: Served, *questions: str, **fields: Any) -> list[dict[str, Any]]:
    """What comes of asking these beforehand, as the admin."""
    key = await served.key()
    status, text = await served.asks("POST", "/api/v1/answers/warm", key, {"questions": questions, **fields})
    assert status == 200, text
    return orjson.loads(text)["questions"]


async def answered(client: Client, question: str) -> Message:
    ids = await client.says(question)
    return await client.until_answered(await client.follows(ids["conversation_id"]))


async def test_what_was_asked_beforehand_is_told_at_once_and_stands_in_the_archive(serving: Serving) -> None:
    async with serving(ScriptedModel(SCRIPTS), answer_cache_entries=10) as served, served.connected() as client:
        (warmed,) = await warms(served, "What is new?")
        assert (warmed["is_answered"], warmed["error"]) == (True, None)
        assert (await answered(client, "What is new?")).cached
        there = f"/api/v1/chat/conversations/{warmed['conversation_id']}"
        _, text = await served.asks("GET", there, await served.key())
        found = orjson.loads(text)
        assert (found["title"], found["is_archived"]) == ("Asked beforehand: What is new?", True)


async def test_one_that_fails_or_wants_a_change_does_not_keep_the_others_from_their_answers(serving: Serving) -> None:
    async with serving(ScriptedModel(SCRIPTS), answer_cache_entries=10) as served:
        came = await warms(served, "Who is there?", "Add a lamp.", "What is new?")
        assert [each["is_answered"] for each in came] == [False, False, True]
        assert [each["error"] and each["error"]["code"] for each in came] == ["provider_unavailable", "not_now", None]
        _, text = await served.asks("GET", "/api/v1/approvals", await served.key())
        assert orjson.loads(text)["approvals"] == []


async def test_they_count_like_any_and_who_may_ask_no_more_is_told_so_for_each(serving: Serving) -> None:
    async with serving(ScriptedModel(SCRIPTS), chat_messages_admin=Rates(1, 1, 1)) as served:
        came = await warms(served, "What is new?", "What is new?")
        assert sorted(each["is_answered"] for each in came) == [False, True]
        assert {each["error"]["code"] for each in came if each["error"]} == {"rate_limit_exceeded"}


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
@pytest.mark.parametrize("questions", [[], ["Why?"] * 11, [""], ["Why?\x00"]])
async def test_a_list_that_is_empty_or_too_long_or_holds_no_question_is_refused(
    serving: Serving, questions: list[str]
) -> None:
    async with serving(ScriptedModel(SCRIPTS)) as served:
        body = {"questions": questions}
        assert (await served.asks("POST", "/api/v1/answers/warm", await served.key(), body))[0] == 422
