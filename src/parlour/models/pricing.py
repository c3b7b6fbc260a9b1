"""What a model asks: whole billionths of a US dollar, so that sums add up to the last one."""

from dataclasses import dataclass
from typing import Literal

from parlour.protocol.content import Usage

Source = Literal["built_in", "local", "settings", "list"]

A_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Tier:
    """What is asked instead, for all of a request, when its prompt has more than `over` tokens."""

    over: int
    prompt: int
    cached: int
    completion: int


@dataclass(frozen=True, slots=True)
class Price:
    """What a model asks for a million tokens, in billionths of a US dollar."""

    prompt: int
    cached: int
    """Of the prompt: what the provider had read before."""
    completion: int
    source: Source = "settings"
    tiers: tuple[Tier, ...] = ()
    """By the size of the prompt, the smallest first."""

    def cost(self, usage: Usage) -> int:
        """What a request costs that used this much, in billionths of a US dollar, rounded up."""
        asked = self._asked(usage.prompt_tokens)
        cached = min(usage.cached_tokens, usage.prompt_tokens)
        total = (
            (usage.prompt_tokens - cached) * asked.prompt
            + cached * asked.cached
            + usage.completion_tokens * asked.completion
        )
        return -(-total // A_MILLION)

    def affordable(self, prompt_tokens: int, money: int) -> int | None:
        """How long an answer `money` billionths pay for after such a prompt; negative where it does not even pay that.

        None where words cost nothing.
        """
        asked = self._asked(prompt_tokens)
        left = max(money, 0) * A_MILLION - prompt_tokens * asked.prompt
        if asked.completion == 0:
            return None if left >= 0 else -1
        return left // asked.completion

    def _asked(self, prompt_tokens: int) -> "Price | Tier":
        reached = [tier for tier in self.tiers if prompt_tokens > tier.over]
        return reached[-1] if reached else self


FREE = Price(0, 0, 0, "built_in")
LOCAL = Price(0, 0, 0, "local")
