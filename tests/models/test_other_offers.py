"""What the settings offer of providers with formats of their own."""

import pytest

from parlour.clock import SystemClock
from parlour.errors import BadSetting
from parlour.models.offers import Offer
from parlour.models.other_offers import Named, OtherOffer, offer_of_kind, other_offers


def test_nothing_is_offered_without_a_key():
    assert other_offers({"anthropic": Named(""), "google": Named(" ")}) == ()


def test_a_key_offers_the_models_that_are_named_or_a_well_known_one_at_its_own_address():
    named, known = other_offers({"anthropic": Named("sk-ant\n", ("claude-a",)), "mistral": Named("k")})
    assert (named.name, named.host, named.api_key, named.kind) == (
        "anthropic/claude-a",
        "api.anthropic.com",
        "sk-ant",
        "anthropic",
    )
    assert (known.name, known.host) == ("mistral/mistral-large-latest", "api.mistral.ai")


def test_it_says_which_setting_does_not_fit_and_never_repeats_the_key():
    with pytest.raises(BadSetting, match="GOOGLE_API_KEY") as caught:
        other_offers({"google": Named("schlüssel")})
    assert "schl" not in str(caught.value)
    with pytest.raises(BadSetting, match="ANTHROPIC_BASE_URL"):
        other_offers({"anthropic": Named("k", base_url="ftp://x")})


def test_a_kind_decides_how_a_model_is_asked_and_neither_shows_its_key():
    plain = offer_of_kind("openai", "acme", "small", "https://acme.example/v1", "sk-1")
    other = offer_of_kind("anthropic", "acme", "small", "https://acme.example", "sk-1", {"thinking": "low"})
    assert isinstance(plain, Offer)
    assert isinstance(other, OtherOffer)
    assert (plain.kind, plain.options) == ("openai", {})
    assert (other.kind, other.options) == ("anthropic", {"thinking": "low"})
    assert "sk-1" not in repr(plain) + repr(other)


def test_who_knows_how_much_a_model_takes_is_believed():
    def window(**known: int) -> int:
        windows = {name.replace("_", "/"): tokens for name, tokens in known.items()}
        offer = offer_of_kind("anthropic", "acme", "claude-a", "https://acme.example", "k", windows=windows)
        return offer.model(clock=SystemClock()).window

    assert window() == 200_000
    assert window(**{"acme_claude-a": 50_000}) == 50_000
    assert window(**{"claude-a": 70_000}) == 70_000
