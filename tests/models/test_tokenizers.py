"""Tokens are counted as the models count them, where the package is installed that can, and estimated elsewhere."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parlour.models import tokenizers
from parlour.models.base import estimate_tokens
from parlour.models.openai import OpenAIModel
from parlour.models.tokenizers import counting, vocabulary_of

KNOWN = [
    ("hello world", 2, 2),
    ("tiktoken is great!", 6, 6),
    ("お誕生日おめでとう", 9, 8),
    ("2 + 2 = 4", 7, 7),
    ("<|endoftext|>", 7, 7),
]
"""Texts with the numbers of their tokens in cl100k_base and in o200k_base, most of them as OpenAI publishes them."""


@pytest.mark.parametrize(("text", "older", "newer"), KNOWN)
def test_known_texts_have_the_published_numbers_of_tokens(text: str, older: int, newer: int):
    assert (counting("gpt-4-turbo")(text), counting("gpt-5")(text)) == (older, newer)


@pytest.mark.parametrize(
    ("model", "vocabulary"),
    [
        ("gpt-4", "cl100k_base"),
        ("gpt-4o-mini", "o200k_base"),
        ("gpt-4.1", "o200k_base"),
        ("GPT-5.1", "o200k_base"),
        ("openai/gpt-oss-120b", "o200k_base"),
        ("ft:gpt-3.5-turbo:my-org::abc", "cl100k_base"),
        ("o3-mini", "o200k_base"),
        ("llama3.2", "cl100k_base"),
        ("olmo-2", "cl100k_base"),
    ],
)
def test_each_model_is_counted_with_its_own_vocabulary_or_the_nearest(model: str, vocabulary: str):
    assert vocabulary_of(model) == vocabulary


def test_nothing_has_no_tokens():
    assert counting("gpt-5")("") == 0
    assert estimate_tokens("") == 0


def test_a_text_of_millions_of_letters_is_counted():
    assert counting("gpt-5")("word " * 400_000) == 400_001
    assert counting("gpt-5")("a" * 2_000_000) == 250_000


@given(st.text())
@settings(max_examples=200)
def test_any_text_can_be_counted_and_has_no_more_tokens_than_bytes(text: str):
    assert 0 <= counting("gpt-5")(text) <= len(text.encode())


def test_without_the_package_it_is_the_labelled_estimate(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tokenizers, "PACKAGE", "a_package_that_nobody_has")
    assert counting("gpt-5")("お誕生日おめでとう") == estimate_tokens("お誕生日おめでとう") == 7


def test_a_model_behind_chat_completions_counts_with_its_vocabulary():
    model = OpenAIModel(name="openai/gpt-5", base_url="http://127.0.0.1:9/v1")
    assert model.count_tokens("お誕生日おめでとう") == 8
