"""A house whose settings name llama.cpp's own server, and nothing else: its model is made up, so it talks nonsense."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from parlour.protocol.content import TextPart, ToolCallPart
from tests.models.llama import KEY, NAME, Llama, llama
from tests.models.llama_weights import CALL, NEVER, TEMPLATE
from tests.served import Client, Served, Serving
from tests.storage import Storage

ROOM = 2 * 65_536
"""For two answers at once. Its tokens are single letters."""
ANSWER_TOKENS = 64
SILENT_TEMPLATE = TEMPLATE.replace("assistant: <think>", "assistant: ")
"""Of a model that does not think first."""


@pytest.fixture
def serving(storage: Storage, tmp_path: Path) -> Serving:
    return Serving(storage, tmp_path / "data")


def named(server: Llama) -> dict[str, Any]:
    """The settings of whoever has nothing but this server."""
    settings = {"openai_base_url": server.base_url, "openai_api_key": KEY, "openai_model": NAME}
    # What it says is to be drawn from all that it knows, not from what it knows best.
    return settings | {"ai_temperature": 1.0}


async def told(served: Served, method: str, path: str, body: Any = None) -> Any:
    """What a door tells the admin."""
    status, text = await served.asks(method, f"/api/v1{path}", await served.key(), body)
    assert status == 200, text
    return orjson.loads(text)


async def test_it_is_tried_allowed_and_asked_and_its_answer_and_its_count_are_kept(
    serving: Serving, tmp_path: Path
) -> None:
    with llama(tmp_path, n_ctx=ROOM, template=SILENT_TEMPLATE, leans={CALL: NEVER}) as server:
        async with (
            serving(**named(server), ai_max_tokens=ANSWER_TOKENS) as served,
            served.connected() as client,
        ):
            tried = await told(served, "POST", "/providers/try", {"name": "openai", "model": NAME})
            assert (tried["works"], tried["models"]) == (True, [NAME])
            await told(served, "POST", "/models/allowed", {"provider": "openai"})
            ids = await client.says("Is the lamp in the hall on?")
            topic = await client.follows(ids["conversation_id"])
            answer = await client.until_answered(topic)
            await client.agrees(topic)
            spent = (await told(served, "GET", "/usage"))["total"]
    assert answer.model == NAME
    assert len("".join(part.text for part in answer.parts if isinstance(part, TextPart))) > 1
    assert answer.usage is not None
    assert not answer.usage.estimated
    assert answer.usage.completion_tokens == ANSWER_TOKENS == spent["completion_tokens"]
    assert answer.usage.prompt_tokens == spent["prompt_tokens"] > ANSWER_TOKENS


@pytest.mark.parametrize("storage", ["sqlite"], indirect=True)
async def test_it_calls_tools_of_the_house_at_random_until_that_is_ended_and_changes_nothing_unasked(
    serving: Serving, tmp_path: Path
) -> None:
    with llama(tmp_path, n_ctx=ROOM) as server:
        async with serving(**named(server)) as served, served.connected() as client:
            offered = {tool["name"] for tool in (await told(served, "GET", "/tools"))["tools"]}
            await told(served, "POST", "/models/allowed", {"provider": "openai"})
            ids = await client.says("Is the lamp in the hall on?")
            topic = await client.follows(ids["conversation_id"])
            denied = await denies_until_answered(client, topic)
            await client.agrees(topic)
        await server.until_idle()
    answer = client.state(topic).messages[-1]
    assert answer.error is not None
    assert answer.error.code == "step_limit"
    calls = [part for part in answer.parts if isinstance(part, ToolCallPart)]
    assert {call.name for call in calls} <= offered
    assert {call.status for call in calls} <= {"completed", "failed", "denied"}
    assert {call.tool_call_id for call in calls if call.status == "denied"} == denied


async def denies_until_answered(client: Client, topic: str) -> set[str]:
    """Say no to every change until the answer has ended; the calls that were denied."""
    denied: set[str] = set()
    while client.state(topic).messages[-1].status in ("sent", "running"):
        asked = [one for one in client.state(topic).approvals if one.tool_call_id not in denied]
        if not asked:
            await client.next()
        for one in asked:
            denied.add(one.tool_call_id)
            await client.asks("decide_tool_call", approval_id=one.id, decision="deny", command_id=f"no-{one.id}")
    return denied
