"""What every model asks, and where that is known from.

Nothing is asked of the network. A price of one's own comes first; what is built in or runs on a machine of one's own
costs nothing; anybody else's is looked up in a list that is read when it is first needed; and what nobody knows stays
unknown, which is not the same as nothing.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable
from urllib.parse import urlsplit

from parlour.models.intents.model import NAME as BUILT_IN
from parlour.models.loopback import is_loopback
from parlour.models.presets import OLLAMA_PORT
from parlour.models.price_list import PublicPrices
from parlour.models.pricing import FREE, LOCAL, Price

OLLAMA_CLOUD = "ollama.com"


@runtime_checkable
class Placed(Protocol):
    """A model that can tell where it is asked."""

    @property
    def host(self) -> str:
        """The host, with its port where that is not the usual one."""
        ...


@dataclass(slots=True)
class Prices:
    """What every model asks."""

    own: Mapping[str, Price] = field(default_factory=dict[str, Price])
    """By "provider/model", or "provider/*" for all of a provider's."""
    _public: PublicPrices | None = None

    async def of(self, name: str, host: str, at: datetime) -> Price | None:
        """What the model `name`, which answers at `host` ("" if unknown), asks at a moment; None where nobody knows."""
        provider, _, model = name.partition("/")
        if name == BUILT_IN:
            return FREE
        own = self.own.get(name) or self.own.get(f"{provider}/*")
        if own is not None:
            return own
        if not host:
            return None
        if _is_local(provider, host):
            return LOCAL
        if self._public is None:
            self._public = await asyncio.to_thread(PublicPrices)
        return self._public.price(host, model, at)


def _is_local(provider: str, host: str) -> bool:
    """Whether it runs on this machine, or is an Ollama of one's own."""
    try:
        parts = urlsplit(f"//{host}")
        name, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if port == OLLAMA_PORT or (provider == "ollama" and not name.endswith(OLLAMA_CLOUD)):
        return True
    return is_loopback(name)
