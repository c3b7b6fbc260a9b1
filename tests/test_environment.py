"""Settings come from the environment, once; a bad one names itself."""

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parlour.config import Settings
from parlour.environment import described, read_settings
from parlour.errors import BadSetting


def test_an_empty_environment_gives_the_defaults() -> None:
    assert read_settings({}) == Settings()


def test_an_empty_value_means_the_default() -> None:
    assert read_settings({"PARLOUR_PORT": "  "}).port == 8000


def test_a_value_is_read_as_what_it_is() -> None:
    settings = read_settings({"PARLOUR_PORT": "9000", "AI_TEMPERATURE": "0.7", "PARLOUR_DATA_DIR": "/srv/parlour"})
    assert (settings.port, settings.ai_temperature, settings.data_dir) == (9000, 0.7, Path("/srv/parlour"))


def test_names_of_models_are_read_in_their_order() -> None:
    settings = read_settings({"AI_STRONG_MODELS": " openai/gpt-4o, den/large ,", "AI_FALLBACK_MODELS": "den/small"})
    assert settings.ai_strong_models == ("openai/gpt-4o", "den/large")
    assert (str(settings.ai_strong_models), settings.ai_fallback_models) == ("openai/gpt-4o,den/large", ("den/small",))


def test_the_windows_of_models_are_read_by_their_names() -> None:
    windows = read_settings({"AI_MODEL_WINDOWS": "ollama/qwen3:8b=32768, my-model=16384"}).ai_model_windows
    assert dict(windows) == {"ollama/qwen3:8b": 32_768, "my-model": 16_384}
    assert str(windows) == "ollama/qwen3:8b=32768, my-model=16384"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PARLOUR_PORT", "eighty"),
        ("PARLOUR_PORT", "65536"),
        ("AI_TEMPERATURE", "nan"),
        ("AI_TIMEOUT", "inf"),
        ("AI_FAST_MODELS", ",".join(["den/small"] * 21)),
        ("AI_FALLBACK_MODELS", "x" * 201),
        ("AI_BALANCING", "luck"),
        ("AI_MAX_CONNECTIONS", "0"),
        ("AI_MODEL_WINDOWS", "gpt-4"),
        ("AI_MODEL_WINDOWS", "gpt-4=0"),
        ("AI_MODEL_WINDOWS", "=4096"),
        ("AI_MODEL_WINDOWS", "gpt-4=many"),
        ("CHAT_MESSAGES_USER", "60"),
        ("CHAT_MESSAGES_USER", "60/600/6000/60000"),
        ("LOG_LEVEL", "loud"),
        ("OPENAI_BASE_URL", "localhost:1234"),
        ("DATABASE_URL", "mysql://db/parlour"),
        ("DATABASE_URL", "postgresql://db"),
        ("DATABASE_URL", "postgresql://[db/parlour"),
        ("DATABASE_URL", "postgresql://db:port/parlour"),
        ("DATABASE_URL", "postgresql://parlour:5432@db:65536/parlour"),
        ("CHAT_MAX_MESSAGE_CHARS", "0"),
        ("WEBSOCKET_QUEUE_BYTES", "-1"),
        ("WEBSOCKET_IDLE", "30"),
        ("WEBSOCKET_TRANSPORT_BYTES", "1048576"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        read_settings({name: value})


@given(st.sampled_from([s.name for s in described()]), st.text(string.printable, max_size=20))
def test_no_value_does_worse_than_to_be_refused_by_name(name: str, value: str) -> None:
    try:
        read_settings({name: value})
    except BadSetting as refusal:
        assert name in refusal.safe  # noqa: PT017


def test_a_refusal_never_shows_a_secret() -> None:
    with pytest.raises(BadSetting) as caught:
        read_settings({"ENVIRONMENT": "production", "OPENAI_API_KEY": "your-key-here"})
    assert "OPENAI_API_KEY" in caught.value.safe
    assert "your-key-here" not in caught.value.safe


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("OPENAI_API_KEY", "changeme"),
        ("OPENAI_API_KEY", "sk-..."),
        ("DATABASE_URL", "postgresql://parlour:password@db/parlour"),
    ],
)
def test_production_refuses_placeholders(name: str, value: str) -> None:
    assert read_settings({name: value})
    with pytest.raises(BadSetting, match=name):
        read_settings({name: value, "ENVIRONMENT": "production"})


def test_production_takes_real_secrets() -> None:
    assert read_settings({"ENVIRONMENT": "production", "OPENAI_API_KEY": "sk-proj-9f2Kq81LxZ"})


def test_the_database_is_a_file_in_the_data_folder_unless_it_is_named() -> None:
    assert read_settings({"PARLOUR_DATA_DIR": "/srv/parlour"}).database == "sqlite:////srv/parlour/parlour.db"
    assert read_settings({"DATABASE_URL": "postgresql://db/p"}).database == "postgresql://db/p"


@pytest.mark.parametrize(
    "url", ["postgresql://u:p/w:d@db/p", "postgresql://u:p@w@[::1]:5432/p", "sqlite:////a@b:c/p.db"]
)
def test_a_password_and_a_path_may_hold_what_a_port_may_not(url: str) -> None:
    assert read_settings({"DATABASE_URL": url}).database == url


def test_the_address_is_one_that_a_browser_can_open() -> None:
    assert read_settings({"PARLOUR_HOST": "0.0.0.0"}).address == "http://127.0.0.1:8000"
    assert read_settings({"PARLOUR_HOST": "::1", "PARLOUR_PORT": "81"}).address == "http://[::1]:81"
    assert read_settings({"PARLOUR_PUBLIC_URL": "https://parlour.example/"}).address == "https://parlour.example"


def test_every_setting_says_what_it_is_for() -> None:
    assert [s.name for s in described() if not s.help.endswith(".")] == []
