"""What providers ask in public, from the list that the package `genai-prices` brings along. It is never renewed."""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING

from parlour.models.pricing import Price, Tier
from parlour.protocol.spending import DOLLAR

if TYPE_CHECKING:
    from genai_prices.types import ModelPrice, TieredPrices


class PublicPrices:
    """The list."""

    def __init__(self) -> None:
        """Reads it, which takes a while: call this in a thread."""
        # Loaded here: it takes a quarter of a second and 20 MB, and a house that pays for no model needs none of it.
        from genai_prices.data_snapshot import get_snapshot

        self._list = get_snapshot()

    def price(self, host: str, model: str, at: datetime) -> Price | None:
        """What whoever answers at `host` asks for `model`, by its own name; None for what is not on the list."""
        try:
            _, found = self._list.find_provider_model(model, None, None, f"https://{host}")
        except LookupError:
            return None
        return _price(found.get_prices(at))


def _price(asked: ModelPrice) -> Price | None:
    prompt, completion = asked.input_mtok, asked.output_mtok
    if prompt is None or completion is None:
        return None
    cached = prompt if asked.cache_read_mtok is None else asked.cache_read_mtok
    steps = sorted({start for each in (prompt, cached, completion) for start in _steps(each)})
    return Price(
        prompt=_reached(prompt, 0),
        cached=_reached(cached, 0),
        completion=_reached(completion, 0),
        source="list",
        tiers=tuple(
            Tier(step, _reached(prompt, step + 1), _reached(cached, step + 1), _reached(completion, step + 1))
            for step in steps
        ),
    )


def _steps(price: Decimal | TieredPrices) -> list[int]:
    """Beyond which prompts a price is another one."""
    return [] if isinstance(price, Decimal) else [tier.start for tier in price.tiers]


def _reached(price: Decimal | TieredPrices, prompt_tokens: int) -> int:
    """What is asked for a million tokens after a prompt of this size, in billionths."""
    if not isinstance(price, Decimal):
        reached = [tier.price for tier in price.tiers if prompt_tokens > tier.start]
        price = reached[-1] if reached else price.base
    return int((price * DOLLAR).to_integral_value(ROUND_CEILING))
