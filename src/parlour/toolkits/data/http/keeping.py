"""For how long what an API answered may be told again: never longer than it says itself (RFC 9111)."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from pydantic import JsonValue

from parlour.toolkits.data.http.answer import MOST_HEADERS
from parlour.tools.caching import LONGEST_SECONDS

_NEVER = frozenset({"no-store", "no-cache"})


def lasts(result: JsonValue) -> float:
    """Seconds for which an answer, as a tool tells it, may be told again; 0 for what is no plain success."""
    if not isinstance(result, dict) or result.get("status_code") != HTTPStatus.OK:
        return 0.0
    told = result.get("headers")
    headers: dict[str, str] = {}
    for name, value in told.items() if isinstance(told, dict) else ():
        headers[name.lower()] = ", ".join(filter(None, (headers.get(name.lower()), str(value))))
    # Where some were left out, one of them may have said that it is not to be kept.
    if len(headers) >= MOST_HEADERS or headers.get("vary", "").strip() == "*":
        return 0.0
    said = _directives(headers.get("cache-control", ""))
    if _NEVER & said.keys() or (not said and "no-cache" in headers.get("pragma", "").lower()):
        return 0.0
    if "max-age" in said:
        return max(0.0, _whole(said["max-age"]) - _whole(headers.get("age", "0")))
    return _until(headers) if "expires" in headers else LONGEST_SECONDS


def _directives(text: str) -> Mapping[str, str]:
    parts = (part.partition("=") for part in text.lower().split(","))
    return {name.strip(): value.strip().strip('"') for name, _, value in parts if name.strip()}


def _until(headers: Mapping[str, str]) -> float:
    """How long after it was sent an answer expires; 0 where that is no date."""
    try:
        expires, sent = (_date(headers.get(name, "")) for name in ("expires", "date"))
    except ValueError:
        return 0.0
    return max(0.0, (expires - sent).total_seconds())


def _date(text: str) -> datetime:
    moment = parsedate_to_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _whole(text: str) -> float:
    """A number of seconds; 0 for what is none."""
    return float(text) if text.isascii() and text.isdigit() else 0.0
