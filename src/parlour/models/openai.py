"""Any provider that speaks Chat Completions: OpenAI, Ollama, llama.cpp, vLLM, LM Studio, OpenRouter, Groq, …

The bytes are streamed by aiohttp and everything after that is ours, since this is the hot path: a chunk passes
`sse` (bytes to events), `openai_reply` (events to model events) and leaves. What goes wrong is named in
`openai_faults`; nothing is tried again once a word has been given out.
"""

import random
from collections.abc import AsyncGenerator, Callable
from urllib.parse import urlsplit

import aiohttp

from parlour.clock import Clock, SystemClock
from parlour.models.base import Finished, ModelEvent, ModelRequest
from parlour.models.deadline import Deadline
from parlour.models.dialect import Dialect
from parlour.models.kept_connections import Sending, sent, trace_sendings
from parlour.models.openai_faults import Faults, Transient
from parlour.models.openai_limits import DEFAULT_WINDOW, Limits
from parlour.models.openai_listing import listed
from parlour.models.openai_reply import Reply
from parlour.models.openai_request import request_body
from parlour.models.openai_stream import Exchange, Times
from parlour.models.proxies import proxy_for
from parlour.models.tokenizers import counting
from parlour.models.trying import Tries

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
        self._count = counting(self._model)
        self._base_url = base_url.rstrip("/")
        self._host = parts.netloc.rpartition("@")[2]
        self._api_key = api_key
        self._window = window
        self._dialect = dialect or Dialect()
        self._limits = limits or Limits()
        self._clock = clock or SystemClock()
        self._chance = chance
        self._faults = Faults(name, api_key)
        # Sent with each request and not held by the session, whose headers a proxy would get too.
        self._headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if api_key:
            self._headers["Authorization"] = f"Bearer {api_key}"
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

    @property
    def thinking_tokens(self) -> int:
        """See `Thinking`."""
        return self._dialect.thinking_tokens

    def count_tokens(self, text: str) -> int:
        return self._count(text)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """See `Model`. Tries again on passing faults as long as no word has been given out."""
        body = request_body(request, model=self._model, dialect=self._dialect)
        tries = Tries(request, self._limits, self._clock, self._chance)
        exchange = self._begun(body, tries.started)
        self._asked += 1
        try:
            while True:
                try:
                    events = await exchange.more()
                except Transient as fault:
                    self._end(exchange)
                    await tries.rest(fault, has_spoken=exchange.has_spoken)
                    exchange = self._begun(body, tries.started)
                    continue
                for event in events:
                    if isinstance(event, Finished):
                        # Before it is given out: who has heard it listens to no more, and closes the stream.
                        await exchange.settle()
                    yield event
                if exchange.over:
                    return
        finally:
            self._asked -= 1
            self._end(exchange)
            if self._is_retired:
                await self.retire()

    async def models(self) -> list[str]:
        """What the provider says it has, by its own names. Raises ModelProblem; asks once."""
        return await listed(self._listing, self._faults, self._clock, LISTED_S)

    async def health(self) -> bool:
        """Whether the provider answers and takes the key."""
        try:
            async with Deadline(self._clock, HEALTH_S), await self._listing() as response:
                return response.status == 200
        except (aiohttp.ClientError, OSError, ValueError):
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

    def _begun(self, body: bytes, started: float) -> Exchange:
        """One try; the first began at `started`."""
        limits = self._limits
        now = self._clock.monotonic()
        exchange = Exchange(
            lambda: sent(lambda sending: self._post(body, sending)),
            Reply(self._faults, limits.calls, thoughts=self._dialect.thoughts),
            self._faults,
            self._clock,
            Times(started + limits.total_s, now + limits.first_event_s, limits.silence_s, limits.end_s),
            longest_event=limits.event_bytes,
        )
        self._open.add(exchange)
        return exchange

    def _end(self, exchange: Exchange) -> None:
        self._open.discard(exchange)
        exchange.close()

    async def _post(self, body: bytes, sending: Sending) -> aiohttp.ClientResponse:
        return await self._connected().post(
            f"{self._base_url}/chat/completions",
            data=body,
            headers=self._headers,
            allow_redirects=False,
            trace_request_ctx=sending,
        )

    async def _listing(self) -> aiohttp.ClientResponse:
        return await self._connected().get(f"{self._base_url}/models", headers=self._headers, allow_redirects=False)

    def _connected(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                # aiohttp's own limit of 100 connections would make the next stream wait for another's end.
                connector=aiohttp.TCPConnector(limit=0),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=self._limits.connect_s),
                cookie_jar=aiohttp.DummyCookieJar(),
                proxy=proxy_for(self._base_url),
                trace_configs=[trace_sendings()],
            )
        return self._session
