"""How long a provider is waited for and how much of it is held. Values only, so that reading settings loads no more."""

from dataclasses import dataclass, field

from parlour.models.openai_calls import CallLimits
from parlour.models.retry import Backoff

TOTAL_S = 300.0
FIRST_EVENT_S = 30.0
DEFAULT_WINDOW = 128_000


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much; times in seconds."""

    total_s: float = TOTAL_S
    """From the first try to the last event, everything included."""
    connect_s: float = 10.0
    first_event_s: float = FIRST_EVENT_S
    """From the start of a try to its first event."""
    silence_s: float = 60.0
    """Between two reads, once it has begun to answer."""
    end_s: float = 5.0
    """How long the usage is waited for after the answer is whole."""
    event_bytes: int = 1_048_576
    calls: CallLimits = field(default_factory=CallLimits)
    backoff: Backoff = field(default_factory=Backoff)
