"""One conversation, answered by one provider after the other: each in its own format, all by one setting."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from pathlib import Path

import orjson
import pytest

from parlour.clock import SystemClock
from parlour.models.base import Model, RequestedCall
from parlour.models.openai import OpenAIModel
from parlour.models.other_kinds import OTHER_KINDS, Access
from parlour.models.presets import PRESETS
from parlour.models.pydantic_ai import PydanticAIModel
from parlour.protocol.content import Message, ReasoningPart, TextPart, ToolCallPart
from parlour.protocol.spending import DOLLAR
from tests import anthropic, mistral
from tests.models.others import claude
from tests.providers import provider
from tests.served import Client, Served, Serving
from tests.storage import Storage, Templates
from tests.wires import DEEPSEEK, GROQ, KEY, LM_STUDIO, OLLAMA, OPENAI, OPENROUTER, VLLM, Said, Wire

BOILER = RequestedCall("call_a", "search_entities", {"query": "boiler"}, '{"query":"boiler"}')
LAMP = RequestedCall("call_b", "search_entities", {"query": "lamp"}, '{"query":"lamp"}')
ASKS = Said(thought=("I should ", "look."), calls=(BOILER, LAMP), cached_tokens=8, reasoning_tokens=4)
IDS = (
    ("call_a", "call_b"),
    ("functions.search_entities:0", "functions.search_entities:1"),
    ("3f0a4d5e-8c41-4d0b-9d53-0c9c6a3f1b7a", "5b1d5a52-6f0e-4d5c-8f5e-1f0f3a1b2c3d"),
    (f"tooluse_{'a' * 60}", f"tooluse_{'b' * 60}"),
)
"""What providers call their calls: everybody gets those of all before them back."""
TELLS = Said(thought=("Well, ", "now."), text=("There is no boiler ", "🌻, but a lamp."), prompt_tokens=40)
CLAUDE = "anthropic/claude-fake-1"
MISTRAL = "mistral/mistral-fake-1"
WIRES = (OPENROUTER, OPENAI, DEEPSEEK, OLLAMA, GROQ, VLLM, LM_STUDIO)
"""The first of them refuses calls that it has not signed itself; so it is asked before there are any."""


@dataclass(frozen=True)
class Asked:
    """What a model asks for a million tokens, in dollars."""

    prompt: Fraction
    cached: Fraction
    completion: Fraction

    def cost(self, *requests: tuple[int, int, int]) -> int:
        """Billionths of a dollar for requests with so many tokens fresh, cached and written: each rounded up."""
        per_token = DOLLAR // 1_000_000
        return sum(
            ceil((fresh * self.prompt + cached * self.cached + written * self.completion) * per_token)
            for fresh, cached, written in requests
        )


@pytest.fixture
def storage(templates: Templates) -> Iterator[Storage]:
    """One kind of store: what is kept of an answer is tested on both elsewhere."""
    with templates.fresh("sqlite") as made:
        yield made


def priced(names: list[str]) -> dict[str, Asked]:
    """A price of its own for each, none of them a whole number of billionths for a token."""
    return {
        name: Asked(Fraction(3_0007 + number, 10_000), Fraction(7_001, 10_000), Fraction(15_0003 + number, 10_000))
        for number, name in enumerate(names)
    }


def written(prices: dict[str, Asked], folder: Path) -> str:
    """The prices in a file."""
    file = folder / "prices.toml"
    tables = [
        f'["{name}"]\nprompt = {float(one.prompt)}\ncached = {float(one.cached)}\ncompletion = {float(one.completion)}'
        for name, one in prices.items()
    ]
    file.write_text("\n".join(tables))
    return str(file)


def asks(number: int) -> Said:
    """The same question of a model, its calls with other ids for every number."""
    ids = IDS[number % len(IDS)]
    return replace(ASKS, calls=tuple(replace(call, id=id) for call, id in zip(ASKS.calls, ids, strict=True)))


def name_of(wire: Wire) -> str:
    return f"{wire.name}/{wire.model}"


@asynccontextmanager
async def everybody() -> AsyncGenerator[list[Model]]:
    """A provider on the loopback for every wire, and the model behind each as a house asks it."""
    async with AsyncExitStack() as stack:
        models: list[Model] = []
        for number, wire in enumerate(WIRES):
            loopback = await stack.enter_async_context(provider())
            loopback.choose = wire.served(asks(number), TELLS)
            preset = next(preset for preset in PRESETS if preset.name == wire.name)
            dialect = preset.dialect_of(wire.model)
            models.append(OpenAIModel(name=name_of(wire), base_url=loopback.base_url, api_key=KEY, dialect=dialect))
        loopback = await stack.enter_async_context(provider())
        loopback.choose = anthropic.served(ASKS, TELLS)
        models.append(claude(loopback, SystemClock(), thinking="low"))
        loopback = await stack.enter_async_context(provider())
        loopback.choose = mistral.served(ASKS, TELLS)
        access = Access(OTHER_KINDS["mistral"], loopback.base_url, KEY)
        models.append(PydanticAIModel(name=MISTRAL, access=access))
        yield models


async def decides(served: Served, model: str) -> None:
    """The one setting: who answers."""
    body = {"model": model}
    status, text = await served.asks("PUT", "/api/v1/models/default", await served.key(), body)
    assert status == 200, orjson.loads(text)


def transcript(answer: Message) -> list[tuple[str, str]]:
    """The parts of an answer, each in a line."""
    lines: list[tuple[str, str]] = []
    for part in answer.parts:
        match part:
            case TextPart():
                lines.append(("text", part.text))
            case ReasoningPart():
                lines.append(("thought", part.text))
            case ToolCallPart():
                lines.append((part.status, f"{part.name}({part.arguments['query']})"))
            case _:
                lines.append((part.kind, ""))
    return lines


async def answers(served: Served, client: Client, models: list[str]) -> dict[str, Message]:
    """The answer of each to the same question in one conversation, the setting changed in between."""
    found: dict[str, Message] = {}
    conversation: str | None = None
    topic = ""
    for number, model in enumerate(models, 1):
        await decides(served, model)
        ids = await client.says("Is there a boiler?", conversation)
        if conversation is None:
            conversation = ids["conversation_id"]
            topic = await client.follows(conversation)
        found[model] = await client.until_answered(topic, answers=number)
    await client.agrees(topic)
    return found


async def test_one_conversation_is_answered_the_same_by_every_provider_and_each_asks_its_own_price(
    storage: Storage, tmp_path: Path
) -> None:
    names = [*map(name_of, WIRES), CLAUDE, MISTRAL, name_of(OPENAI)]
    prices = priced(names)
    async with everybody() as models:
        serving = Serving(storage, tmp_path / "data")
        async with serving(*models, prices_file=written(prices, tmp_path)) as served, served.connected() as client:
            told = await answers(served, client, names)
    silent = {MISTRAL, *(name_of(wire) for wire in WIRES if not wire.thought_field)}
    uncounted = {MISTRAL, *(name_of(wire) for wire in WIRES if wire.name == "ollama")}
    looked = [("completed", "search_entities(boiler)"), ("completed", "search_entities(lamp)")]
    said = ("text", "There is no boiler 🌻, but a lamp.")
    for name, answer in told.items():
        thought = [] if name in silent else [("thought", "I should look."), ("thought", "Well, now.")]
        assert transcript(answer) == [*thought[:1], *looked, *thought[1:], said], name
        assert answer.models is None
        usage = answer.usage
        assert usage is not None
        cached, reasoning = (0, 0) if name in uncounted else (ASKS.cached_tokens, ASKS.reasoning_tokens)
        assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (51, 14, 65), name
        assert (usage.cached_tokens, usage.reasoning_tokens, usage.estimated) == (cached, reasoning, False), name
        first = (ASKS.prompt_tokens - cached, cached, ASKS.completion_tokens)
        then = (TELLS.prompt_tokens, 0, TELLS.completion_tokens)
        assert usage.cost == prices[name].cost(first, then) > 0, name
    assert len(told) == len({answer.usage.cost for answer in told.values() if answer.usage}) == 9
