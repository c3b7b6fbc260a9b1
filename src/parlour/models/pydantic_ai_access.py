"""The way to a provider: a connection that goes where it was sent and holds no more than it must, and a model on it.

Each maker loads its own package, and nothing before it is called.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import cast
from urllib.parse import urlsplit

import httpx2
from pydantic_ai.models import Model

from parlour.models.loopback import is_loopback
from parlour.models.openai_limits import Limits
from parlour.models.openai_stream import REFUSAL_BYTES
from parlour.models.other_kinds import Access
from parlour.models.pydantic_ai_faults import OtherFaults, Refused


def connected(access: Access, faults: OtherFaults, limits: Limits) -> httpx2.AsyncClient:
    """A client with connections of its own, made when they are needed. Close it in the end."""
    gate = _Gate(faults, limits.event_bytes)
    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(None, connect=limits.connect_s),
        limits=httpx2.Limits(),
        follow_redirects=False,
        # A proxy is for the way out of the house, not for a model on this machine.
        trust_env=not is_loopback(urlsplit(access.base_url).hostname or ""),
        event_hooks={"request": [gate.ask_plainly], "response": [gate.check]},
    )


def model_of(access: Access, model: str, client: httpx2.AsyncClient, limits: Limits) -> Model:
    """The model that answers there. It tries nothing again by itself."""
    return _MAKERS[access.kind.name](access, model, client, limits)


class Opened:
    """The bodies that one try opened: some packages leave what was not read to its end to the garbage collector."""

    def __init__(self) -> None:
        self._responses: list[httpx2.Response] = []

    @contextmanager
    def noted(self) -> Generator[None]:
        """What is opened inside is noted."""
        token = _OPENED.set(self._responses)
        try:
            yield
        finally:
            _OPENED.reset(token)

    async def close(self) -> None:
        """Close all of them. What is closed already is left alone."""
        for response in self._responses:
            await response.aclose()


_OPENED: ContextVar[list[httpx2.Response] | None] = ContextVar("opened", default=None)


class _Gate:
    """Looks at what comes back before the packages do: they would hold whatever comes."""

    def __init__(self, faults: OtherFaults, longest: int) -> None:
        self._faults = faults
        self._longest = longest

    async def ask_plainly(self, request: httpx2.Request) -> None:
        """Ask for bytes as they are: what is packed may be endless."""
        request.headers["Accept-Encoding"] = "identity"

    async def check(self, response: httpx2.Response) -> None:
        """Raises Refused for a redirect and for a web page; bounds what is read of the rest."""
        if (opened := _OPENED.get()) is not None:
            opened.append(response)
        status = response.status_code
        if 300 <= status < 400:
            raise Refused(self._faults.moved(status, response.headers.get("Location", "nowhere")))
        if status == 200 and response.headers.get("Content-Type", "").startswith("text/html"):
            raise Refused(self._faults.malformed("a web page; the base URL is probably wrong"))
        if response.headers.get("Content-Encoding", "identity") != "identity":
            raise Refused(self._faults.malformed("packed, although it was asked for as it is"))
        body = cast(httpx2.AsyncByteStream, response.stream)
        refused = _Beginning(body) if status >= 400 else _Lines(body, self._longest, self._faults)
        response.stream = refused


class _Beginning(httpx2.AsyncByteStream):
    """The beginning of a body: what a refusal says in its first bytes."""

    def __init__(self, body: httpx2.AsyncByteStream) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = REFUSAL_BYTES
        async for chunk in self._body:
            yield chunk[:left]
            left -= len(chunk)
            if left <= 0:
                return

    async def aclose(self) -> None:
        await self._body.aclose()


class _Lines(httpx2.AsyncByteStream):
    """A body whose lines are not too long."""

    def __init__(self, body: httpx2.AsyncByteStream, longest: int, faults: OtherFaults) -> None:
        self._body = body
        self._longest = longest
        self._faults = faults
        self._reading: AsyncIterator[bytes] | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        length = 0
        self._reading = aiter(self._body)
        async for chunk in self._reading:
            end = chunk.rfind(b"\n")
            length = length + len(chunk) if end < 0 else len(chunk) - end - 1
            if length > self._longest:
                raise Refused(self._faults.malformed(f"a line of more than {self._longest} bytes"))
            yield chunk

    async def aclose(self) -> None:
        # What is being read this moment cannot be closed, and ends with the body.
        with suppress(RuntimeError):
            if self._reading is not None:
                await cast("AsyncGenerator[bytes]", self._reading).aclose()
        await self._body.aclose()


NO_KEY = "none"
"""Sent where there is no key: left out, the packages would look for one in the environment and send that."""


# --- the makers ----------------------------------------------------------------------------------------------------


def _anthropic(access: Access, model: str, client: httpx2.AsyncClient, limits: Limits) -> Model:
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    from parlour.models.pydantic_ai_anthropic import AsyncAnthropic

    asking = AsyncAnthropic(api_key=access.api_key or NO_KEY, base_url=access.base_url, http_client=client)
    provider = AnthropicProvider(anthropic_client=asking)
    return AnthropicModel(model, provider=provider, settings={"max_retries": 0})


def _google(access: Access, model: str, client: httpx2.AsyncClient, limits: Limits) -> Model:
    from pydantic_ai.models.google import GoogleModel
    from pydantic_ai.providers.google import GoogleProvider

    provider = GoogleProvider(api_key=access.api_key or NO_KEY, base_url=access.base_url, http_client=client)
    return GoogleModel(model, provider=provider, settings={"max_retries": 0})


def _mistral(access: Access, model: str, client: httpx2.AsyncClient, limits: Limits) -> Model:
    from pydantic_ai.models.mistral import MistralModel
    from pydantic_ai.providers.mistral import MistralProvider

    provider = MistralProvider(api_key=access.api_key or NO_KEY, base_url=access.base_url, http_client=client)
    return MistralModel(model, provider=provider, settings={"max_retries": 0})


def _bedrock(access: Access, model: str, client: httpx2.AsyncClient, limits: Limits) -> Model:
    from parlour.models.pydantic_ai_bedrock import bedrock_model

    return bedrock_model(access, model, limits)


_MAKERS: Mapping[str, Callable[[Access, str, httpx2.AsyncClient, Limits], Model]] = {
    "anthropic": _anthropic,
    "google": _google,
    "mistral": _mistral,
    "bedrock": _bedrock,
}
