"""What models ask: one's own word first, then what is free, then what is public; and what nobody knows is not free."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parlour.errors import BadSetting
from parlour.models.instances import Instance
from parlour.models.openai import OpenAIModel
from parlour.models.other_kinds import OTHER_KINDS, Access
from parlour.models.own_prices import own_prices
from parlour.models.prices import Placed, Prices
from parlour.models.pricing import Price, Tier
from parlour.models.pydantic_ai import PydanticAIModel
from parlour.models.scripted import ScriptedModel
from parlour.protocol.content import Usage
from parlour.protocol.spending import DOLLAR
from tests.conftest import ManualClock
from tests.docs.blocks import blocks
from tests.rules.sources import ROOT

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINE = Price(1, 1, 2)
PAGE = ROOT / "docs/how-to/costs-and-budgets.md"


def used(prompt: int, completion: int, cached: int = 0) -> Usage:
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=prompt + completion,
        cached_tokens=cached,
    )


async def test_a_price_of_ones_own_stands_before_any_other_and_a_model_before_its_provider() -> None:
    prices = Prices({"openai/gpt-4o-mini": MINE, "openai/*": Price(3, 3, 3), "ollama/*": Price(4, 4, 4)})
    assert await prices.of("openai/gpt-4o-mini", "api.openai.com", NOW) == MINE
    assert await prices.of("openai/gpt-4o", "api.openai.com", NOW) == Price(3, 3, 3)
    assert await prices.of("ollama/llama3.2", "localhost:11434", NOW) == Price(4, 4, 4)


@pytest.mark.parametrize(
    ("name", "host", "source"),
    [
        ("built-in", "", "built_in"),
        ("shelf/small", "127.0.0.1:1234", "local"),
        ("shelf/small", "[::1]:1234", "local"),
        ("shelf/small", "localhost", "local"),
        ("shelf/small", "box.house.example:11434", "local"),
        ("ollama/small", "box.house.example", "local"),
        ("work/gpt-4o-mini", "api.openai.com", "list"),
        ("work/claude-sonnet-4-5", "api.anthropic.com", "list"),
        ("ollama/gpt-oss", "ollama.com", None),
        ("openai/gpt-4o-mini", "proxy.house.example", None),
        ("work/never-heard-of", "api.openai.com", None),
        ("shelf/small", "", None),
        ("shelf/small", "[no host", None),
    ],
)
async def test_where_a_model_answers_says_what_it_asks(name: str, host: str, source: str | None) -> None:
    price = await Prices().of(name, host, NOW)
    assert (price.source if price else None) == source


def test_whoever_is_asked_somewhere_tells_where_watched_or_not(clock: ManualClock) -> None:
    """So that a price is found for it."""
    anthropic = OTHER_KINDS["anthropic"]
    openai = OpenAIModel(name="work/gpt-4o", base_url="https://name:secret@api.openai.com/v1")
    other = PydanticAIModel(name="work/claude", access=Access(anthropic, anthropic.base_url, "k"))
    asked = [openai, other, Instance(other, clock), Instance(ScriptedModel(), clock)]
    assert all(isinstance(model, Placed) for model in asked)
    assert [model.host for model in asked if isinstance(model, Placed)] == [
        "api.openai.com",
        "api.anthropic.com",
        "api.anthropic.com",
        "",
    ]


async def test_the_public_list_knows_what_is_cached_and_what_a_long_prompt_costs() -> None:
    price = await Prices().of("work/gemini-2.5-pro", "generativelanguage.googleapis.com", NOW)
    assert price is not None
    (tier,) = price.tiers
    assert price.cached < price.prompt < tier.prompt
    assert price.cost(used(tier.over, 0)) == -(-tier.over * price.prompt // 10**6)
    assert price.cost(used(tier.over + 1, 0)) == -(-(tier.over + 1) * tier.prompt // 10**6)


def test_who_asks_no_paid_model_never_reads_the_list() -> None:
    program = (
        "import asyncio, sys, datetime, parlour.app\n"
        "from parlour.models.prices import Prices\n"
        "now = datetime.datetime.now(datetime.UTC)\n"
        "asyncio.run(Prices().of('built-in', '', now))\n"
        "asyncio.run(Prices().of('ollama/small', 'localhost:11434', now))\n"
        "assert not [name for name in sys.modules if name.startswith('genai_prices')]\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, cwd=ROOT / "src")


def test_a_part_of_a_billionth_is_rounded_up_and_nothing_costs_nothing() -> None:
    price = Price(prompt=1, cached=1, completion=3)
    assert price.cost(used(0, 0)) == 0
    assert price.cost(used(1, 0)) == 1
    assert price.cost(used(500_000, 500_000)) == 2


def test_what_was_read_before_is_asked_less_for_and_is_never_more_than_was_read() -> None:
    price = Price(prompt=10_000_000, cached=1_000_000, completion=0)
    assert price.cost(used(100, 0, cached=40)) == 60 * 10 + 40
    assert price.cost(used(100, 0, cached=1_000)) == 100


amounts = st.integers(0, 10**12)


@given(prompt=amounts, completion=amounts, tokens=st.integers(0, 10**7), money=st.integers(-(10**9), 10**15))
def test_what_can_be_afforded_never_costs_more_than_there_is(
    prompt: int, completion: int, tokens: int, money: int
) -> None:
    price = Price(prompt, prompt, completion, tiers=(Tier(200_000, prompt * 2, prompt, completion * 2),))
    room = price.affordable(tokens, money)
    if room is None:
        assert price.cost(used(tokens, 10**9)) <= max(money, 0)
    elif room >= 0:
        assert price.cost(used(tokens, room)) <= max(money, 0)
        assert price.cost(used(tokens, room + 1)) > max(money, 0)
    else:
        assert price.cost(used(tokens, 0)) > max(money, 0)


def test_the_file_on_the_page_is_understood(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(next(block.body for block in blocks(PAGE) if block.kind == "text"))
    assert own_prices(str(file)) == {
        "openai/gpt-4o-mini": Price(DOLLAR * 15 // 100, DOLLAR * 75 // 1_000, DOLLAR * 6 // 10),
        "cellar/*": Price(0, 0, 0),
    }
    assert own_prices("") == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "cannot be read"),
        ("[", "is no TOML"),
        ('["openai/x"]\nprompt = 1', "openai/x.completion: Field required"),
        ('["openai/x"]\nprompt = -1\ncompletion = 1', "openai/x.prompt: Input should be greater"),
        ('["openai/x"]\nprompt = "much"\ncompletion = 1', "openai/x.prompt: "),
        ('["openai/x"]\nprompt = 1\ncompletion = 1\ninput = 1', "openai/x.input: Extra inputs"),
        ("[openai]\nprompt = 1\ncompletion = 1", "a model is named as in"),
        ("prompt = 1", "prompt: "),
    ],
)
def test_a_file_that_is_wrong_stops_the_start_and_says_where(tmp_path: Path, text: str | None, words: str) -> None:
    file = tmp_path / "prices.toml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(BadSetting) as refused:
        own_prices(str(file))
    assert refused.value.safe.startswith("PARLOUR_PRICES")
    assert words in refused.value.safe
