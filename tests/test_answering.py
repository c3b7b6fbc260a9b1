"""What the settings offer, and which routes they make of it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from parlour.answering import default_of, offers_of, routing_of
from parlour.config import Settings
from parlour.kinds import Names
from parlour.models.price_list import PublicPrices
from parlour.models.shipped_tiers import ANTHROPIC
from parlour.protocol.routing import Routing

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEYED = Settings(anthropic_api_key="sk-ant")


def test_a_key_for_anthropic_alone_brings_a_model_for_each_tier_and_the_balanced_one_stands_first() -> None:
    routing = routing_of(KEYED)
    assert (routing.fast, routing.balanced, routing.strong) == (
        ["anthropic/claude-haiku-5-5"],
        ["anthropic/claude-sonnet-5-5"],
        ["anthropic/claude-opus-5-5"],
    )
    assert routing.fallback == []
    offers = offers_of(KEYED, None)
    assert [offer.name for offer in offers] == [*routing.balanced, *routing.fast, *routing.strong]
    assert {offer.host for offer in offers} == {"api.anthropic.com"}


def test_the_price_of_each_of_them_is_known_and_the_stronger_the_dearer() -> None:
    public = PublicPrices()
    found = [public.price("api.anthropic.com", model, NOW) for model in ANTHROPIC.models]
    balanced, fast, strong = [price.completion for price in found if price is not None]
    assert fast < balanced < strong


@pytest.mark.parametrize("place", ["ai_fast_models", "ai_balanced_models", "ai_strong_models", "ai_fallback_models"])
def test_whoever_names_a_model_for_a_route_has_no_others(place: str) -> None:
    chosen = replace(KEYED, **{place: Names(["ollama/llama3.2"])})
    assert routing_of(chosen).names == ["ollama/llama3.2"]


def test_whoever_names_one_model_there_is_offered_that_alone() -> None:
    one = replace(KEYED, anthropic_model="claude-sonnet-4-6")
    assert routing_of(one) == Routing()
    assert [offer.name for offer in offers_of(one, None)] == ["anthropic/claude-sonnet-4-6"]


def test_with_a_key_for_openai_too_its_model_answers_and_claude_in_its_place() -> None:
    both = replace(KEYED, openai_api_key="sk-open")
    assert default_of(both) == "openai/gpt-4o-mini"
    assert routing_of(both) == routing_of(KEYED).model_copy(update={"fallback": ["anthropic/claude-haiku-5-5"]})
    one = replace(both, anthropic_model="claude-sonnet-4-6")
    assert routing_of(one) == Routing(fallback=["anthropic/claude-sonnet-4-6"])


def test_whoever_names_somebody_decides_that_themselves() -> None:
    both = replace(KEYED, openai_api_key="sk-open")
    assert default_of(replace(both, ai_default_model="auto")) == "auto"
    assert default_of(replace(both, ai_strong_models=Names(["ollama/llama3.2"]))) is None
    assert default_of(KEYED) is None


@pytest.mark.parametrize("key", ["", " \n"])
def test_without_a_key_there_are_no_tiers_and_nothing_is_offered(key: str) -> None:
    none = Settings(anthropic_api_key=key)
    assert routing_of(none) == Routing()
    assert offers_of(none, None) == ()
