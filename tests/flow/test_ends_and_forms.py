"""How a program wants an answer is kept with its question: whoever answers it, when and where, keeps to it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from parlour.ids import new_id
from parlour.models.base import estimate_tokens
from parlour.models.forms import JsonForm
from parlour.models.prompt_size import prompt_tokens
from parlour.protocol.commands import SendMessage
from parlour.turn.given import Given
from tests.api.test_openai_wire import client_of, user
from tests.flow.conftest import HeldModel, Opening, Talking
from tests.flow.test_told_again_on_the_wire import ON_SQLITE, sets_up
from tests.providers import Provider, answer_of, provider
from tests.served import Serving
from tests.storage import Storage

ROOMS = JsonForm({"type": "object", "required": ["rooms"]}, "rooms", is_strict=True)
UNTIL_END = Given(stop=("END",), form=ROOMS)


async def asks(house: Talking, given: Given, model: str | None = None) -> dict[str, str]:
    """Ask as a program does; the ids that it made."""
    command = SendMessage(type="send_message", content="How many?", client_message_id=new_id(), model=model)
    return dict((await house.app.talk.say(house.who, command, given)).ids)


async def test_who_takes_an_answer_over_keeps_to_its_end_and_its_form(opened: Opening) -> None:
    first, second = HeldModel(), HeldModel()
    async with opened(first) as house:
        ids = await asks(house, UNTIL_END)
        listener = await house.listens(ids["conversation_id"])
        first.lets("Once E")
        await listener.until(lambda: listener.answers != [] and listener.text == "Once ")
    async with opened(second) as house:
        second.lets("Twice. E", "ND. More.")
        await house.ended(ids["turn_id"])
        listener = await house.listens(ids["conversation_id"])
        assert listener.text == "Twice. "
        await listener.agrees()
    for request in (*first.requests, *second.requests):
        assert (request.stop, request.form) == (("END",), ROOMS)


async def test_who_asks_for_another_answer_gets_one_with_the_same_end_and_form(
    opened: Opening, held: HeldModel
) -> None:
    async with opened(held) as house:
        ids = await asks(house, UNTIL_END)
        held.lets("{}", None, "{} END", None)
        await house.ended(ids["turn_id"])
        listener = await house.listens(ids["conversation_id"])
        again = await house.asks_again(listener.answers[-1].id)
        await house.ended(again.ids["turn_id"])
        assert [request.form for request in held.requests] == [ROOMS, ROOMS]
        later = await house.says("And now?", ids["conversation_id"])
        held.lets("Bye END.", None)
        await house.ended(later["turn_id"])
        assert (held.requests[-1].stop, held.requests[-1].form) == ((), None)


async def test_the_built_in_model_says_that_it_cannot_where_a_form_comes_to_it_after_all(opened: Opening) -> None:
    async with opened() as house:
        ids = await asks(house, UNTIL_END, model="built-in")
        assert (await house.ended(ids["turn_id"])).status == "failed"
        listener = await house.listens(ids["conversation_id"])
        error = listener.answers[-1].error
        assert error is not None
        assert error.message.startswith("The built-in model answers in words and cannot promise JSON.")


@pytest.fixture
async def acme() -> AsyncIterator[Provider]:
    async with provider() as it:
        yield it


@ON_SQLITE
async def test_what_a_client_asks_for_comes_to_the_provider_and_ends_here_where_it_goes_on(
    storage: Storage, tmp_path: Path, acme: Provider
) -> None:
    wanted: Any = {"type": "json_schema", "json_schema": {"name": "rooms", "schema": ROOMS.schema, "strict": True}}
    async with Serving(storage, tmp_path / "data")() as served, client_of(served) as client:
        await sets_up(served, acme)
        acme.answer(*answer_of('{"rooms": 2}', " E", "ND", " of it"))
        answer = await client.chat.completions.create(
            model="default", messages=[user("How many?")], response_format=wanted, stop="END"
        )
        assert (answer.choices[0].message.content, answer.choices[0].finish_reason) == ('{"rooms": 2}', "stop")
        assert answer.usage is not None
        assert answer.usage.total_tokens > 0
        sent = acme.received[-1].json
        assert sent["stop"] == ["END"]
        assert sent["messages"][0]["content"].endswith('{"type":"object","required":["rooms"]}')
        assert "response_format" not in sent


@ON_SQLITE
async def test_a_form_takes_its_place_in_a_small_window(opened: Opening) -> None:
    held = HeldModel()
    held.window = 4_096
    form = JsonForm({"title": "x" * 4_000})
    talk = tuple((f"{number}: " + "word " * 200, "Well.") for number in range(30))
    async with opened(held) as house:
        held.lets("{}", None, "{}", None)
        for given in (Given(talk=talk), Given(talk=talk, form=form)):
            ids = await asks(house, given)
            await house.ended(ids["turn_id"])
    for request in held.requests:
        assert prompt_tokens(request, estimate_tokens) + (request.parameters.max_tokens or 0) <= held.window
    assert held.requests[1].messages[-1] == held.requests[0].messages[-1]
