"""The way out of the house: of the environment a proxy is taken, and nothing else."""

from pathlib import Path

import pytest

from parlour.models.base import ModelProblem
from parlour.models.openai import OpenAIModel
from parlour.models.openai_limits import Limits
from parlour.models.other_kinds import OTHER_KINDS, Access
from parlour.models.pydantic_ai import PydanticAIModel
from parlour.models.retry import Backoff
from tests import anthropic as said
from tests.models.requests import ask, collect, text_of
from tests.models.stepped_clock import SteppedClock
from tests.providers import Provider, answer_of


@pytest.fixture(autouse=True)
def passwords(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What whoever started the server keeps for other programs."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine models.test login op password secret\ndefault login anybody password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    for name in ("http_proxy", "https_proxy", "no_proxy", "NO_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


def through(loopback: Provider, login: str = "") -> str:
    """The loopback as the address of a proxy."""
    return loopback.base_url.removesuffix("/v1").replace("//", f"//{login}")


@pytest.mark.parametrize("key", ["", "sk-own"])
async def test_a_provider_is_sent_its_own_key_and_no_password_of_the_machine(
    loopback: Provider, stepped: SteppedClock, monkeypatch: pytest.MonkeyPatch, key: str
):
    monkeypatch.setenv("HTTP_PROXY", through(loopback))
    loopback.answer(*answer_of("Hello"))
    model = OpenAIModel(name="mine/x", base_url="http://models.test/v1", api_key=key, clock=stepped)
    assert text_of(await collect(model.stream(ask()))) == "Hello"
    (asked,) = loopback.received
    assert asked.path == "http://models.test/v1/chat/completions"
    assert asked.headers.get("authorization") == (f"Bearer {key}" if key else None)
    assert "proxy-authorization" not in asked.headers
    await model.close()


async def test_so_is_one_with_a_format_of_its_own(
    loopback: Provider, stepped: SteppedClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HTTP_PROXY", through(loopback))
    loopback.answer(*said.answer_of(said.text(0, "Hello")))
    access = Access(OTHER_KINDS["anthropic"], "http://models.test", said.KEY)
    model = PydanticAIModel(name="anthropic/x", access=access, clock=stepped)
    assert text_of(await collect(model.stream(ask()))) == "Hello"
    (asked,) = loopback.received
    assert asked.path.startswith("http://models.test/")
    assert "Basic" not in asked.headers.get("authorization", "")
    assert "proxy-authorization" not in asked.headers
    await model.close()


async def test_a_proxy_gets_the_password_that_stands_in_its_address(
    loopback: Provider, stepped: SteppedClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HTTP_PROXY", through(loopback, "door:open@"))
    loopback.answer(*answer_of("Hello"))
    model = OpenAIModel(name="mine/x", base_url="http://models.test/v1", clock=stepped)
    await collect(model.stream(ask()))
    assert loopback.received[0].headers["proxy-authorization"] == "Basic ZG9vcjpvcGVu"
    await model.close()


async def test_a_proxy_gets_no_key_of_a_provider(
    loopback: Provider, stepped: SteppedClock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HTTPS_PROXY", through(loopback))
    loopback.refuse(403)
    once = Limits(backoff=Backoff(tries=1))
    model = OpenAIModel(name="x/y", base_url="https://models.test/v1", api_key="sk-own", limits=once, clock=stepped)
    with pytest.raises(ModelProblem, match="provider_unavailable"):
        await collect(model.stream(ask()))
    (asked,) = loopback.received
    assert (asked.method, asked.path) == ("CONNECT", "models.test:443")
    assert not any("sk-own" in value for value in asked.headers.values())
    await model.close()


@pytest.mark.parametrize("named", ["127.0.0.1", ""])
async def test_a_model_on_this_machine_is_asked_without_a_proxy(
    loopback: Provider, stepped: SteppedClock, monkeypatch: pytest.MonkeyPatch, named: str
):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", named)
    loopback.answer(*answer_of("Hello"))
    model = OpenAIModel(name="mine/x", base_url=loopback.base_url, clock=stepped)
    assert text_of(await collect(model.stream(ask()))) == "Hello"
    assert "authorization" not in loopback.received[0].headers
    await model.close()
