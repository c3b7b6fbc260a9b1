"""Any provider with a format of its own, through the model classes of pydantic-ai: Anthropic, Google, Bedrock, Mistral.

Its model layer only: the talk, the tools and the turn are ours. It and the packages below it take more than a second
to load and are extras, so importing this loads none of them: the first question does, in a thread.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from parlour.clock import Clock, SystemClock
from parlour.models.base import ModelEvent, ModelProblem, ModelRequest, estimate_tokens
from parlour.models.openai_faults import Transient
from parlour.models.openai_limits import Limits
from parlour.models.other_kinds import THINKING_TOKENS, Access
from parlour.models.trying import Tries

if TYPE_CHECKING:
    from parlour.models.pydantic_ai_connection import Connection
    from parlour.models.pydantic_ai_stream import OtherExchange

HEALTH_S = 5.0
LISTED_S = 10.0


class PydanticAIModel:
    """A model behind a format of its own. Makes its connections on first use; see `Model` for the contract."""

    def __init__(
        self,
        *,
        name: str,
        access: Access,
        window: int | None = None,
        limits: Limits | None = None,
        clock: Clock | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`name` is "provider/model"; what follows the first slash is what the provider is asked for.

        `chance` gives numbers from 0 to 1, for the jitter of retries. Raises ValueError for an address that is not
        http or https and a key that cannot stand in a header; neither message repeats the key.
        """
        kind, key, parts = access.kind, access.api_key, urlsplit(access.base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("The base URL of a provider has to begin with http:// or https:// and name a host.")
        if not (key.isascii() and key.isprintable()):
            raise ValueError("The key of a provider may only hold printable ASCII characters.")
        self._name = name
        self._model = name.partition("/")[2] or name
        self._access = replace(access, base_url=access.base_url.rstrip("/").removesuffix(kind.suffix))
        self._window = window or kind.window(self._model)
        self._host = parts.netloc.rpartition("@")[2]
        self._limits = limits or Limits()
        self._clock = clock or SystemClock()
        self._chance = chance
        self._connection: Connection | None = None
        self._open: set[OtherExchange] = set()
        self._asked = 0
        self._is_retired = False

    def __repr__(self) -> str:
        return f"PydanticAIModel({self._name!r})"

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
        return THINKING_TOKENS.get(self._access.options.get("thinking", ""), 0)

    def count_tokens(self, text: str) -> int:
        return estimate_tokens(text)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """See `Model`. Tries again on passing faults as long as no word has been given out."""
        exchange: OtherExchange | None = None
        self._asked += 1
        try:
            connection = await self._connected()
            tries = Tries(request, self._limits, self._clock, self._chance)
            while True:
                if exchange is None:
                    exchange = connection.exchange(request, tries.started)
                    self._open.add(exchange)
                try:
                    events = await exchange.more()
                except Transient as fault:
                    failed, exchange = exchange, None
                    await self._end(failed)
                    await tries.rest(fault, has_spoken=failed.has_spoken)
                    continue
                for event in events:
                    yield event
                if exchange.over:
                    return
        finally:
            self._asked -= 1
            if exchange is not None:
                await self._end(exchange)
            if self._is_retired:
                await self.retire()

    async def models(self) -> list[str]:
        """What the provider says it has, by its own names. Raises ModelProblem; asks once."""
        return await (await self._connected()).models(LISTED_S)

    async def health(self) -> bool:
        """Whether the provider answers and takes the key; of a kind that has no list, whether it could be asked."""
        try:
            await (await self._connected()).models(HEALTH_S)
        except ModelProblem as problem:
            return problem.cause == "unlisted"
        return True

    async def close(self) -> None:
        for exchange in self._open:
            exchange.let_go()
        await self._disconnect()

    async def retire(self) -> None:
        """Let go of connections once nobody is being answered, and again after every answer that is still asked for."""
        self._is_retired = True
        if not self._asked:
            await self._disconnect()

    async def _end(self, exchange: OtherExchange) -> None:
        self._open.discard(exchange)
        await exchange.close()

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def _connected(self) -> Connection:
        if self._connection is None:
            made = await asyncio.to_thread(self._connect)
            # Of two who made it at once the first one's stays; the other's has no connections yet.
            self._connection = self._connection or made
        return self._connection

    def _connect(self) -> Connection:
        kind = self._access.kind
        if not kind.is_there:
            raise ModelProblem(
                "provider_unavailable", f"{self._name} cannot be asked. {kind.missing}", cause="not installed"
            )
        if self._access.lacks_a_key:
            raise ModelProblem(
                "provider_unauthorized",
                f"{self._name} cannot be asked without a key: what this server itself may use is lent to nobody.",
                cause="no key",
            )
        # Loaded here: it takes more than a second, and most houses ask no such model.
        from parlour.models.pydantic_ai_connection import connection_to

        return connection_to(self._access, self._name, self._model, self._limits, self._clock)
