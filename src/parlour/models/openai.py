"""Any provider that speaks Chat Completions: OpenAI, Ollama, vLLM, LM Studio, OpenRouter, DeepSeek, Groq, …

The bytes are streamed by aiohttp and everything after that is ours, since this is the hot path: a chunk passes
`sse` (bytes to events), `openai_reply` (events to model events) and leaves. What goes wrong is named in
`openai_faults`; nothing is tried again once a word has been given out.
"""

import random
from collections.abc import AsyncGenerator, Callable
from urllib.parse import urlsplit

import aiohttp

from parlour.clock import Clock, SystemClock
from parlour.models.base import ModelEvent, ModelRequest, estimate_tokens
from parlour.models.deadline import Deadline
from parlour.models.dialect import Dialect
from parlour.models.loopback import is_loopback
from parlour.models.openai_faults import Faults, Transient
from parlour.models.openai_limits import DEFAULT_WINDOW, Limits
from parlour.models.openai_listing import listed
from parlour.models.openai_reply import Reply
from parlour.models.openai_request import estimated_prompt, request_body
from parlour.models.openai_stream import Exchange, Times

HEALTH_S = 5.0
LISTED_S = 10.0


class OpenAIModel:
    """A model behind the Chat Completions wire. Makes its connections on first use; see `Model` for the contract."""

    def __init__(
        self,
        *,
        name: str,
        base_url: str,
        api_key: str = "",
        window: int = DEFAULT_WINDOW,
        dialect: Dialect | None = None,
        limits: Limits | None = None,
        clock: Clock | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`name` is "provider/model"; what follows the first slash is what the provider is asked for.

        `chance` gives numbers from 0 to 1, for the jitter of retries. Raises ValueError for an address that is not
        http or https and a key that cannot stand in a header; neither message repeats the key.
        """
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("The base URL of a provider has to begin with http:// or https:// and name a host.")
        if not (api_key.isascii() and api_key.isprintable()):
            raise ValueError("The key of a provider may only hold printable ASCII characters.")
        self._name = name
        self._model = name.partition("/")[2] or name
        self._base_url = base_url.rstrip("/")
        self._host = parts.netloc.rpartition("@")[2]
        self._is_near = is_loopback(parts.hostname)
        self._api_key = api_key
        self._window = window
        self._dialect = dialect or Dialect()
        self._limits = limits or Limits()
        self._clock = clock or SystemClock()
        self._chance = chance
        self._faults = Faults(name, api_key)
        self._session: aiohttp.ClientSession | None = None
        self._open: set[Exchange] = set()
        self._asked = 0
        self._is_retired = False

    def __repr__(self) -> str:
        return f"OpenAIModel({self._name!r})"

    @property
    def name(self) -> str:
        return self._name

    @property
    def host(self) -> str:
        """Where it is asked, with the port."""
        return self._host

    @property
    def window(self) -> int:
        return self._window

    def count_tokens(self, text: str) -> int:
        return estimate_tokens(text)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """See `Model`. Tries again on passing faults as long as nothing has been given out."""
        body = request_body(request, model=self._model, dialect=self._dialect)
        exchange: Exchange | None = None
        self._asked += 1
        try:
            exchange, events = await self._begun(request, body)
            self._open.add(exchange)
            while True:
                for event in events:
                    yield event
                if exchange.over:
                    await exchange.settle()
                    return
                events = await exchange.more()
        except Transient as fault:
            raise fault.problem from fault
        finally:
            self._asked -= 1
            if exchange is not None:
                self._open.discard(exchange)
                exchange.close()
            if self._is_retired:
                await self.retire()

    async def models(self) -> list[str]:
        """What the provider says it has, by its own names. Raises ModelProblem; asks once."""
        return await listed(
            lambda: self._connected().get(f"{self._base_url}/models", allow_redirects=False),
            self._faults,
            self._clock,
            LISTED_S,
        )

    async def health(self) -> bool:
        """Whether the provider answers and takes the key."""
        try:
            async with (
                Deadline(self._clock, HEALTH_S),
                self._connected().get(f"{self._base_url}/models", allow_redirects=False) as response,
            ):
                return response.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    async def close(self) -> None:
        # Closing the session alone would leave who is reading waiting for ever.
        for exchange in self._open:
            exchange.close()
        await self._disconnect()

    async def retire(self) -> None:
        """Let go of connections once nobody is being answered, and again after every answer that is still asked for."""
        self._is_retired = True
        if not self._asked:
            await self._disconnect()

    async def _disconnect(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _begun(self, request: ModelRequest, body: bytes) -> tuple[Exchange, list[ModelEvent]]:
        """An exchange that has begun to answer, and its first events."""
        started = self._clock.monotonic()
        tried = 0
        while True:
            exchange = self._exchange(request, body, started)
            try:
                return exchange, await exchange.begin()
            except Transient as fault:
                tried += 1
                rest = self._limits.backoff.rest(tried, fault.retry_after, self._chance())
                left = started + self._limits.total_s - self._clock.monotonic()
                if rest is None or rest >= left:
                    raise fault.problem from fault
                await self._clock.sleep(rest)

    def _exchange(self, request: ModelRequest, body: bytes, started: float) -> Exchange:
        limits = self._limits
        now = self._clock.monotonic()
        return Exchange(
            lambda: self._connected().post(f"{self._base_url}/chat/completions", data=body, allow_redirects=False),
            Reply(
                self._faults,
                limits.calls,
                prompt_tokens=estimated_prompt(request, body),
                thoughts=self._dialect.thoughts,
            ),
            self._faults,
            self._clock,
            Times(started + limits.total_s, now + limits.first_event_s, limits.silence_s, limits.end_s),
            longest_event=limits.event_bytes,
        )

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
            if self._api_key:
                headers["Authorization"] = f"Bearer {self._api_key}"
            self._session = aiohttp.ClientSession(
                headers=headers,
                # aiohttp's own limit of 100 connections would make the next stream wait for another's end.
                connector=aiohttp.TCPConnector(limit=0),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._limits.connect_s),
                cookie_jar=aiohttp.DummyCookieJar(),
                # A proxy is for the way out of the house, not for a model on this machine.
                trust_env=not self._is_near,
            )
        return self._session
