"""When to try again, and after how long."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

RETRIED_STATUSES = frozenset({408, 409, 429, 500, 502, 503, 504, 529})
"""Answers that may well be different in a moment; 529 is how some say that they have too much to do."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """How often something is tried and how long it rests in between; all times in seconds."""

    tries: int = 3
    first_s: float = 0.5
    longest_s: float = 8.0
    retry_after_cap_s: float = 20.0
    """The longest time that is waited because the other side asked for it."""

    def rest(self, tried: int, asked_s: float | None, chance: float) -> float | None:
        """How long to wait after `tried` tries; None when there is to be no other.

        `asked_s` is what Retry-After said: it is waited in full, and more than the cap means not to try again,
        since trying sooner than asked helps nobody. Without it the time doubles from try to try, and `chance`
        (from 0 to 1) takes up to half of it away, so that many clients do not come back in step.
        """
        if tried >= self.tries:
            return None
        if asked_s is not None:
            return asked_s if asked_s <= self.retry_after_cap_s else None
        return min(self.longest_s, self.first_s * 2 ** (tried - 1)) * (1 - chance / 2)


def retry_after(header: str | None, now: datetime) -> float | None:
    """The seconds that a Retry-After header asks for, given as seconds or as an HTTP date; None when unreadable."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())
