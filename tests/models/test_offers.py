"""Which models the settings offer."""

import asyncio
from dataclasses import replace

import pytest

from parlour.errors import BadSetting
from parlour.models.base import ModelProblem
from parlour.models.dialect import Dialect
from parlour.models.offers import address_of, host_of, offer_of, offered, shown
from parlour.models.presets import ANY
from tests.conftest import ManualClock
from tests.models.requests import ask, collect
from tests.models.stepped_clock import SteppedClock
from tests.providers import Provider


def test_nothing_set_offers_nothing():
    assert offered() == ()
    assert offered(openai_api_key=" ", openai_base_url=" ", ollama_base_url=" ") == ()


def test_a_key_alone_means_openai_itself():
    (offer,) = offered(openai_api_key="sk-secret\n")
    assert (offer.name, offer.base_url, offer.api_key) == (
        "openai/gpt-4o-mini",
        "https://api.openai.com/v1",
        "sk-secret",
    )
    assert (offer.window, offer.host) == (128_000, "api.openai.com")
    assert offer.dialect == Dialect(
        "max_completion_tokens", takes_cache_key=True, takes_schema=True, forms_beside_tools=True
    )


def test_an_address_alone_means_a_server_without_a_key():
    (offer,) = offered(openai_base_url="http://localhost:1235/v1/", openai_models=["qwen3"])
    assert (offer.name, offer.base_url, offer.api_key) == ("openai/qwen3", "http://localhost:1235/v1", "")
    assert offer.dialect == ANY.dialect


@pytest.mark.parametrize("address", ["http://localhost:11434", "http://localhost:11434/", "http://localhost:11434/v1"])
def test_ollama_is_asked_at_its_openai_door(address: str):
    (offer,) = offered(ollama_base_url=address)
    assert (offer.name, offer.base_url, offer.api_key) == ("ollama/llama3.2", "http://localhost:11434/v1", "")


def test_all_that_is_set_is_offered_in_order():
    offers = offered(openai_api_key="k", openai_models=["a", "b"], ollama_base_url="http://h", ollama_models=["c"])
    assert [offer.name for offer in offers] == ["openai/a", "openai/b", "ollama/c"]


NO_ADDRESSES = ("localhost:11434", "http://", "ftp://host", "http://host:port", "http://[::1")


@pytest.mark.parametrize("address", [*NO_ADDRESSES, "http://a..b/v1", f"http://{'a' * 70}.test"])
def test_a_bad_address_names_its_setting(address: str):
    with pytest.raises(BadSetting, match="OLLAMA_BASE_URL"):
        offered(ollama_base_url=address)
    with pytest.raises(BadSetting, match="OPENAI_BASE_URL"):
        offered(openai_base_url=address)


def test_a_bad_key_names_its_setting_and_is_not_repeated():
    with pytest.raises(BadSetting, match="OPENAI_API_KEY") as caught:
        offered(openai_api_key="sk-sécret")
    assert "cret" not in str(caught.value)


def test_an_offer_does_not_show_its_key():
    (offer,) = offered(openai_api_key="sk-secret")
    assert "secret" not in repr(offer)


def test_who_sets_a_server_up_knows_its_windows_best():
    windows = {"qwen3": 32_000, "ollama/qwen3": 16_000}
    first, second = offered(
        openai_base_url="http://h/v1",
        openai_models=["qwen3"],
        ollama_base_url="http://h",
        ollama_models=["qwen3"],
        windows=windows,
    )
    assert (first.window, second.window) == (32_000, 16_000)


@pytest.mark.parametrize(("address", "first"), [("http://h/v1", 7.0), ("http://h:11434/v1", 120.0)])
async def test_a_model_is_waited_for_as_long_as_one_has_patience_and_one_on_ollama_while_it_is_loaded(
    loopback: Provider, stepped: SteppedClock, address: str, first: float
):
    loopback.answer(end="hang")
    known = offer_of("acme", "small", address, "")
    model = replace(known, base_url=loopback.base_url).model(clock=stepped, total_s=600, silence_s=7)
    asking = asyncio.create_task(collect(model.stream(ask())))
    await stepped.until_asleep(first)
    stepped.advance(first)
    with pytest.raises(ModelProblem, match="provider_timeout"):
        await asking
    await model.close()


@pytest.mark.parametrize(
    ("address", "kept"),
    [(" http://host:1/v1/ ", "http://host:1/v1"), ("https://bücher.example", "https://bücher.example")],
)
def test_an_address_is_kept_without_blanks_around_it_and_a_slash_behind_it(address: str, kept: str):
    assert address_of(address) == kept


def test_an_address_is_shown_without_the_name_and_password_in_it():
    assert shown("http://me:hush@host:1/v1") == "http://host:1/v1"
    assert host_of("http://me:hush@host:1/v1") == "host:1"


async def test_an_offer_makes_its_model_without_asking_anybody():
    (offer,) = offered(ollama_base_url="http://localhost:11434")
    model = offer.model(clock=ManualClock())
    assert (model.name, model.window) == ("ollama/llama3.2", 4_096)
    await model.close()
