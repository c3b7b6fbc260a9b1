"""Whatever comes to the doors and over the socket: nothing breaks, and the server goes on.

Schemathesis makes the requests from the OpenAPI document, those that fit and those that do not; the frames are made
from the commands of the socket. Half of the ids in both are of things that are really there, so that what lies behind
a first look-up is reached too.
"""

import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast, get_args

import aiohttp
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.generation import GenerationMode

from parlour.protocol.commands import ClientCommand
from parlour.protocol.content import Value
from tests.browser.serving import Serving

REQUESTS_A_DOOR = 25
FRAMES_A_CONNECTION = 60
CONNECTIONS = 10
SOCKET = "/api/v1/chat/ws"
LONGEST_S = 40.0
"""What waits for an answer waits up to thirty seconds."""
REFUSED_KINDLY = frozenset({501, 503})
"""What is not available here, and what is not available now, have codes of their own."""
ENDS_THE_RUN = frozenset({("POST", "/api/v1/auth/logout")})
"""Whoever signs out cannot go on asking."""

Strategy = st.SearchStrategy[Any]


@dataclass(frozen=True)
class House:
    """A running server, a way in, and the ids of what is there."""

    serving: Serving
    headers: dict[str, str]
    ids: dict[str, str]

    def document(self) -> dict[str, Any]:
        """The OpenAPI document, as the server hands it out."""
        return requests.get(f"{self.serving.address}/openapi.json", timeout=LONGEST_S).json()

    def asks(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON that a door answers."""
        url = f"{self.serving.address}/api/v1{path}"
        answer = requests.request(method, url, json=body, headers=self.headers, timeout=LONGEST_S)
        answer.raise_for_status()
        return answer.json()

    def complaints(self) -> list[str]:
        """What the server has logged as its own fault."""
        return [line for line in self.serving.log.splitlines() if "[error" in line or "[critical" in line]

    def goes_on(self) -> bool:
        """Whether it still answers, and found no fault of its own."""
        return self.asks("GET", "/auth/me")["username"] == "admin" and self.complaints() == []


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demo house as a process of its own, after something was said in it."""
    with asyncio.Runner() as runner:
        serving = Serving(tmp_path_factory.mktemp("house"), settings={"TURN_MAX_SECONDS": "5"})
        runner.run(serving.start())
        token = runner.run(serving.command("token", "create")).split()[-1]
        made = House(serving, {"Authorization": f"Bearer {token}"}, {})
        said = made.asks("POST", "/chat/messages", {"content": "What is in the kitchen?", "wait": 10})
        made.ids["conversation_id"] = said["conversation_id"]
        made.ids["message_id"] = said["user_message"]["id"]
        yield made
        runner.run(serving.stop())


def tried(strategy: Strategy, times: int, play: Callable[[Any], None]) -> None:
    """Play so many of what `strategy` makes; the same ones in every run."""

    @given(strategy)
    @settings(
        max_examples=times,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
    )
    def play_each(made: Any) -> None:
        play(made)

    play_each()


# --- requests ------------------------------------------------------------------------------------------------------


def operations(document: dict[str, Any]) -> list[Any]:
    """Every door of the document that can be asked again and again."""
    schema: Any = schemathesis.openapi.from_dict(document)
    found = [each.ok() for each in schema.get_all_operations()]
    return [each for each in found if (each.method.upper(), each.full_path) not in ENDS_THE_RUN]


def test_no_request_breaks_a_door(house: House) -> None:
    asked: list[int] = []

    def ask(made: tuple[Any, bool]) -> None:
        case, is_real = made
        if is_real:
            known: dict[str, Any] = case.path_parameters or {}
            case.path_parameters = {name: house.ids.get(name, value) for name, value in known.items()}
        body: object = case.body
        if isinstance(body, dict) and "wait" in body:
            case.body = cast(dict[str, Any], body) | {"wait": 0}
        case.headers, case.cookies = {}, {}
        answer = case.call(base_url=house.serving.address, headers=house.headers, timeout=LONGEST_S)
        asked.append(answer.status_code)
        assert answer.status_code in REFUSED_KINDLY or answer.status_code < 500, f"{case.method}: {answer.text}"

    for operation in operations(house.document()):
        fitting: Strategy = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
        misfit: Strategy = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
        tried(st.tuples(fitting | misfit, st.booleans()), REQUESTS_A_DOOR, ask)
    assert len(asked) > 500
    assert {200, 404, 422} <= set(asked)
    assert house.goes_on()


# --- frames --------------------------------------------------------------------------------------------------------

NUMBERS = st.integers() | st.floats()
SIMPLE: Strategy = st.none() | st.booleans() | NUMBERS | st.text(max_size=20)
ANYTHING: Strategy = SIMPLE | st.lists(SIMPLE, max_size=3) | st.dictionaries(st.text(max_size=8), SIMPLE, max_size=3)


def frames(ids: dict[str, str]) -> Strategy:
    """Text and bytes of all kinds; most are commands that nearly fit."""
    topics = [f"{kind}:{id}" for kind in ("conversation", "user", "project") for id in ids.values()]
    likely: Strategy = st.sampled_from(
        [*ids.values(), *topics, "hello", "approve", "deny", "", 0, 7, True, False, None]
    )
    kinds: tuple[type[Value], ...] = get_args(get_args(ClientCommand)[0])
    commands = st.one_of([_command(kind, likely | ANYTHING) for kind in kinds])
    fitting = st.one_of([_fitting(kind, [*ids.values(), "hello"], topics) for kind in kinds])
    return (commands | fitting | ANYTHING).map(json.dumps) | st.text(max_size=40) | st.binary(max_size=40)


def _command(kind: type[Value], values: Strategy) -> Strategy:
    fields: dict[str, Strategy] = {name: values for name in kind.model_fields if name != "type"}
    (name,) = get_args(kind.model_fields["type"].annotation)
    return st.fixed_dictionaries({"type": st.just(name)}, optional=fields | {"extra": ANYTHING})


def _fitting(kind: type[Value], ids: list[str], topics: list[str]) -> Strategy:
    """A command with what it must have and no more."""
    needed = [name for name, field in kind.model_fields.items() if field.is_required() and name != "type"]
    (name,) = get_args(kind.model_fields["type"].annotation)
    fields = {each: st.sampled_from(topics if each == "topic" else ids) for each in needed}
    return st.fixed_dictionaries({"type": st.just(name), **fields})


async def heard(house: House, said: list[str | bytes]) -> list[dict[str, Any]]:
    """What the server answers to frames sent one after the other, the last of them a heartbeat."""
    answers: list[dict[str, Any]] = []
    async with (
        aiohttp.ClientSession(headers=house.headers) as session,
        session.ws_connect(house.serving.address + SOCKET, max_msg_size=0) as socket,
        asyncio.timeout(LONGEST_S),
    ):
        for frame in said:
            await (socket.send_str(frame) if isinstance(frame, str) else socket.send_bytes(frame))
        await socket.send_json({"type": "heartbeat", "id": "the last"})
        while not answers or answers[-1].get("reply_to") != "the last":
            message = await socket.receive()
            assert message.type is aiohttp.WSMsgType.TEXT, f"the connection ended: {message.data} {message.extra}"
            answers.append(message.json())
    return answers


def test_no_frame_breaks_the_socket(house: House) -> None:
    codes: set[str] = set()

    def ask(said: list[str | bytes]) -> None:
        codes.update(str(answer.get("error_code")) for answer in asyncio.run(heard(house, said)))
        assert "internal_error" not in codes

    tried(st.lists(frames(house.ids), min_size=FRAMES_A_CONNECTION, max_size=FRAMES_A_CONNECTION), CONNECTIONS, ask)
    assert {"invalid_message", "not_found"} <= codes
    assert house.goes_on()
