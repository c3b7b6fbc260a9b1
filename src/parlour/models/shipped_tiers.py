"""Which models stand for the tiers of a provider that only a key was set for, until somebody sets up routes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ShippedTiers:
    """A model of one provider for each tier, by its whole name."""

    fast: str
    balanced: str
    strong: str

    @property
    def models(self) -> tuple[str, ...]:
        """The models by the provider's own names; first who answers what is neither simple nor hard."""
        return tuple(name.partition("/")[2] for name in (self.balanced, self.fast, self.strong))


ANTHROPIC = ShippedTiers(
    fast="anthropic/claude-haiku-5-5", balanced="anthropic/claude-sonnet-5-5", strong="anthropic/claude-opus-5-5"
)
