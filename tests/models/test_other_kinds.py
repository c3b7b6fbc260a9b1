"""The kinds of providers with formats of their own, and that nobody who asks none has to load what they need."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from parlour.models.base import ModelProblem
from parlour.models.other_kinds import OTHER_KINDS, Access, BadOption, OtherKind, checked_options
from parlour.models.pydantic_ai import PydanticAIModel
from tests.models.requests import ask, collect

ROOT = Path(__file__).parents[2]
HEAVY = ("pydantic_ai", "anthropic", "google.genai", "boto3", "botocore", "mistralai", "httpx2", "openai")


def test_every_kind_has_an_extra_of_its_name_that_is_tested_here():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for name, kind in OTHER_KINDS.items():
        assert kind.name == name
        [needed] = project["project"]["optional-dependencies"][name]
        assert needed.startswith(f"pydantic-ai-slim[{name}]")
        assert kind.is_there


def test_a_server_that_asks_no_such_provider_loads_nothing_for_it():
    said = f"import sys, parlour.app, parlour.api.asgi; print(*(name for name in {HEAVY} if name in sys.modules))"
    found = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.split() == []


def test_a_model_that_was_never_asked_has_loaded_nothing():
    said = (
        "import sys; from parlour.models.other_kinds import OTHER_KINDS as k, Access as A; "
        "from parlour.models.pydantic_ai import PydanticAIModel as M; "
        "M(name='anthropic/x', access=A(k['anthropic'], 'http://x')); "
        f"print(*(name for name in {HEAVY} if name in sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.split() == []


async def test_what_is_not_installed_is_named_with_how_to_install_it():
    absent = OtherKind("absent", "Absent", "a_package_that_is_not_there", "", (), {})
    model = PydanticAIModel(name="absent/x", access=Access(absent, "http://localhost", "k"))
    with pytest.raises(ModelProblem, match=r"pip install 'parlour\[absent\]'") as caught:
        await collect(model.stream(ask()))
    assert (caught.value.code, caught.value.cause) == ("provider_unavailable", "not installed")
    assert not await model.health()


@pytest.mark.parametrize(
    ("kind", "model", "window"),
    [
        ("anthropic", "claude-sonnet-4-5", 200_000),
        ("anthropic", "claude-sonnet-5-5", 1_000_000),
        ("google", "gemini-3.8-flash", 1_000_000),
        ("bedrock", "eu.something", 128_000),
        ("bedrock", "eu.anthropic.claude-haiku-5-5", 1_000_000),
        ("bedrock", "amazon.nova-lite-v1:0", 300_000),
        ("mistral", "codestral-latest", 256_000),
    ],
)
def test_windows_are_known_by_the_beginning_of_a_name(kind: str, model: str, window: int):
    assert OTHER_KINDS[kind].window(model) == window


def test_options_are_those_of_the_kind_with_the_values_it_takes():
    assert checked_options("anthropic", {"thinking": "low", "region": ""}) == {"thinking": "low"}
    assert checked_options("bedrock", {"region": "eu-central-1"}) == {"region": "eu-central-1"}
    assert checked_options("openai", {}) == {}
    for kind, options in [
        ("anthropic", {"region": "eu-central-1"}),
        ("anthropic", {"thinking": "very"}),
        ("bedrock", {"region": "../../"}),
        ("openai", {"thinking": "low"}),
    ]:
        with pytest.raises(BadOption):
            checked_options(kind, options)


@pytest.mark.parametrize("base_url", ["ftp://x", "nowhere", "https://"])
def test_an_address_that_is_none_is_refused(base_url: str):
    with pytest.raises(ValueError, match="base URL"):
        PydanticAIModel(name="anthropic/x", access=Access(OTHER_KINDS["anthropic"], base_url))


def test_a_key_that_cannot_stand_in_a_header_is_refused_without_being_repeated():
    with pytest.raises(ValueError, match="printable") as caught:
        PydanticAIModel(name="a/x", access=Access(OTHER_KINDS["anthropic"], "http://x", "sk-schlüssel"))
    assert "schl" not in str(caught.value)
