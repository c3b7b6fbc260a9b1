"""What is known of the providers that everybody knows."""

import re
from urllib.parse import urlsplit

import pytest

from parlour.models.call_ids import NINE
from parlour.models.presets import ANY, PRESETS, Preset, preset_of

OPENAI = "https://api.openai.com/v1"


def named(name: str) -> Preset:
    return next(preset for preset in PRESETS if preset.name == name)


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_knows_its_own_address_and_has_a_name_that_a_provider_may_have(preset: Preset):
    assert preset_of(preset.name, preset.address) is preset
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,38}", preset.name)
    assert urlsplit(preset.address).scheme == ("http" if preset.is_near else "https")
    assert preset.wants_key != preset.is_near


@pytest.mark.parametrize(
    ("provider", "address", "name"),
    [
        ("acme", OPENAI, "openai"),
        ("acme", "https://api.deepseek.com", "deepseek"),
        ("openai", "http://localhost:9/v1", ""),
        ("deepseek", "https://proxy.example/v1", ""),
        ("acme", "http://cellar:11434/v1", "ollama"),
        ("ollama", "https://far.example/v1", "ollama"),
        ("acme", "http://127.0.0.1:1234/v1", "lm-studio"),
        ("vllm", "http://gpu:9000/v1", "vllm"),
        ("llama-cpp", "http://cellar:8080/v1", "llama-cpp"),
        ("acme", "http://localhost:9931/v1", "llama-cpp"),
        ("acme", "http://localhost:8080/v1", ""),
        ("acme", "http://localhost:8000/v1", ""),
    ],
)
def test_those_far_away_are_known_by_their_host_and_those_in_the_house_by_name_or_port(
    provider: str, address: str, name: str
):
    assert preset_of(provider, address).name == name


@pytest.mark.parametrize(
    ("model", "window"),
    [
        ("gpt-4", 8_192),
        ("gpt-4-0613", 8_192),
        ("gpt-4-32k", 32_768),
        ("gpt-3.5-turbo", 4_096),
        ("gpt-3.5-turbo-16k", 16_384),
        ("gpt-4-turbo", 128_000),
        ("gpt-4-turbo-preview", 128_000),
        ("gpt-4o-mini", 128_000),
        ("ft:gpt-4o-mini:acme::1", 128_000),
        ("gpt-4.1-mini", 1_047_576),
        ("gpt-5-mini", 400_000),
        ("o3", 200_000),
        ("unheard-of", 4_096),
    ],
)
def test_the_window_of_openais_models_is_known_by_their_names(model: str, window: int):
    assert named("openai").window_of(model) == window


@pytest.mark.parametrize(
    ("provider", "model", "window"),
    [
        ("openrouter", "anthropic/claude-sonnet-4.5", 200_000),
        ("openrouter", "openai/gpt-4", 8_192),
        ("openrouter", "somebody/new", 128_000),
        ("groq", "openai/gpt-oss-20b", 131_072),
        ("groq", "llama3-70b-8192", 8_192),
        ("vllm", "meta-llama/Llama-3.1-8B-Instruct", 131_072),
        ("vllm", "somebody/new", 32_768),
        ("llama-cpp", "ggml-org/gemma-2-9b-it-GGUF", 8_192),
        ("llama-cpp", "Llama-3.1-8B-Instruct-Q4_K_M.gguf", 32_768),
        ("llama-cpp", "made-up", 32_768),
        ("ollama", "gpt-4o", 4_096),
        ("lm-studio", "qwen3-8b", 4_096),
        ("deepseek", "deepseek-chat", 128_000),
    ],
)
def test_the_window_depends_on_who_runs_the_model(provider: str, model: str, window: int):
    assert named(provider).window_of(model) == window
    assert ANY.window_of(model) == 128_000


@pytest.mark.parametrize(
    ("model", "reasons"),
    [
        ("gpt-4o", False),
        ("o3-mini", True),
        ("gpt-5", True),
        ("gpt-5-mini", True),
        ("gpt-5-chat-latest", False),
        ("gpt-5.1", False),
        ("gpt-5.1-chat-latest", True),
        ("gpt-5.2-pro", True),
        ("gpt-5.6", True),
        ("gpt-6-sol", True),
        ("ft:o4-mini:acme::1", True),
    ],
)
def test_models_that_reason_are_given_no_sampling_and_more_time_and_room(model: str, reasons: bool):
    dialect = named("openai").dialect_of(model)
    assert ("temperature" in dialect.refuses) is ("top_p" in dialect.refuses) is reasons
    assert named("openai").patience_of(model) == (120.0 if reasons else 0.0)
    assert (dialect.thinking_tokens > 0) is reasons
    assert ANY.dialect_of(model).refuses == frozenset()


def test_what_is_different_for_some_models_is_different_for_them_alone():
    assert named("openrouter").dialect_of("anthropic/claude-sonnet-4.5").marks_cache
    assert not named("openrouter").dialect_of("openai/gpt-4o").marks_cache
    assert named("openrouter").dialect_of("openai/o3").thinking_tokens > 0
    assert named("openrouter").patience_of("openai/o3") > named("openrouter").patience_of("openai/gpt-4o")
    assert named("deepseek").dialect_of("deepseek-v4-pro").thinking_tokens > 0
    assert named("deepseek").dialect_of("deepseek-chat").thinking_tokens == 0
    assert named("groq").dialect_of("Qwen/qwen3-32b").adds == {"reasoning_format": "parsed"}
    assert named("groq").dialect_of("llama-3.3-70b-versatile").adds == {}


@pytest.mark.parametrize("provider", ["llama-cpp", "vllm", "acme"])
def test_a_model_is_known_by_its_own_name_whoever_packed_it(provider: str):
    dialect = preset_of(provider, "http://cellar:8080/v1").dialect_of("unsloth/Mistral-Small-3.2-24B-GGUF")
    assert dialect.call_ids is NINE


@pytest.mark.parametrize("provider", ["llama-cpp", "lm-studio", "vllm", "acme"])
def test_a_server_of_ones_own_may_have_a_model_that_hears_both_sides_in_turn_and_reads_json_alone(provider: str):
    dialect = preset_of(provider, "http://cellar:8080/v1").dialect_of("gemma-3-4b-it")
    assert dialect.takes_turns
    assert not dialect.takes_broken_arguments


@pytest.mark.parametrize(
    ("name", "seconds"), [("ollama", 120.0), ("lm-studio", 120.0), ("llama-cpp", 120.0), ("groq", 0.0), ("vllm", 0.0)]
)
def test_a_model_that_has_to_be_loaded_first_is_given_time(name: str, seconds: float):
    assert named(name).patience_of("any") == seconds


@pytest.mark.parametrize(
    ("name", "model", "stops", "schema", "beside_tools"),
    [
        ("openai", "gpt-4o-mini", True, True, True),
        ("openai", "gpt-4.1", True, True, True),
        ("openai", "gpt-4-turbo", True, False, True),
        ("openai", "gpt-3.5-turbo", True, False, True),
        ("openai", "gpt-5-mini", False, True, True),
        ("openai", "gpt-5.1", False, True, True),
        ("openai", "o3", False, True, True),
        ("deepseek", "deepseek-chat", True, False, True),
        ("openrouter", "openai/o3", False, False, False),
        ("groq", "llama-3.3-70b-versatile", True, False, False),
        ("ollama", "qwen3", True, True, False),
        ("lm-studio", "qwen3", True, True, False),
        ("vllm", "qwen3", True, True, False),
    ],
)
def test_words_to_stop_at_and_forms_are_asked_of_who_takes_them(
    name: str, model: str, *, stops: bool, schema: bool, beside_tools: bool
):
    dialect = named(name).dialect_of(model)
    assert ("stop" not in dialect.refuses) is stops
    assert (dialect.takes_schema, dialect.forms_beside_tools) == (schema, beside_tools)
    assert not ANY.dialect_of(model).forms_beside_tools
