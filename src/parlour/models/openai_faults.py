"""What a provider's refusals mean, in our own codes and in sentences that are safe to show.

The provider's own words go into `detail`, for the log; they may repeat what was sent, so the key is cut out.
"""

import json
import re
import ssl
from typing import Any

import orjson

from parlour.models.base import ModelProblem
from parlour.models.retry import RETRIED_STATUSES
from parlour.models.shapes import is_object

DETAIL_CHARACTERS = 2_000
KEY_LIKE = re.compile(r"\b(sk|gsk|xai|key)[-_][\w*.-]{6,}")
TOO_LONG_CODES = frozenset({"context_length_exceeded", "string_above_max_length", "model_max_length_exceeded"})
TOO_LONG_WORDS = re.compile(
    r"context[ _](length|window|size)|maximum context|max_model_len|(prompt|input|request)( is|'s)? too long"
    r"|too many (input )?tokens",
    re.IGNORECASE,
)
UNKNOWN_CODES = frozenset({"model_not_found", "model_not_available", "invalid_model"})
UNKNOWN_WORDS = re.compile(
    r"model\b.{0,200}\b(not (exist|found)|does not exist)|not a valid model", re.IGNORECASE | re.DOTALL
)
BLIND_WORDS = re.compile(
    r"\b(image|vision)s?\b.{0,60}(not|n't) support|(not|n't) support.{0,60}\bimage|support image input",
    re.IGNORECASE,
)
MEANINGS = {
    "key": ("provider_unauthorized", "{name} did not accept the key. An administrator has to check it."),
    "length": (
        "context_too_long",
        "The conversation is too long for {name}. Nothing is lost; a new conversation has room.",
    ),
    "credit": (
        "provider_rate_limited",
        "The account for {name} has no credit left. An administrator has to see to it.",
    ),
    "rate": (
        "provider_rate_limited",
        "{name} has no room for more requests just now. Please try again in a moment.",
    ),
    "unknown": (
        "provider_refused",
        "The provider does not know the model {name}. An administrator has to choose another.",
    ),
    "picture": (
        "provider_refused",
        "{name} cannot look at pictures. Please choose another model, or ask without them.",
    ),
    "fault": (
        "provider_unavailable",
        "{name} has a problem of its own just now. Please try again in a moment.",
    ),
    "request": (
        "provider_refused",
        "{name} refused the request. Please ask in another way, or choose another model.",
    ),
}
"""What a refusal is called and said to be, by its kind."""
STATUSES = {
    "rate_limit_exceeded": 429,
    "rate_limit_error": 429,
    "server_error": 500,
    "internal_server_error": 500,
    "overloaded_error": 503,
    "service_unavailable": 503,
}
"""The status that an error in a stream would have had, where it has a word instead."""
EXHAUSTED_CODES = frozenset({"insufficient_quota", "billing_hard_limit_reached"})


class Transient(Exception):
    """A failure that the same request may not meet again. Carries what to report when it does."""

    def __init__(self, problem: ModelProblem, *, retry_after: float | None = None) -> None:
        self.problem = problem
        self.retry_after = retry_after
        super().__init__(str(problem))


class Faults:
    """Makes the problems of one model. Knows the key only to keep it out of every detail."""

    def __init__(self, name: str, api_key: str) -> None:
        self._name = name
        # As it is, and as it stands in JSON and in Python's own form of what was read from that.
        self._shown_keys = {api_key, json.dumps(api_key)[1:-1], repr(api_key)[1:-1]} if api_key else frozenset[str]()

    def refusal(self, status: int, body: bytes) -> ModelProblem:
        """What an HTTP answer other than 200 means; `body` is its beginning."""
        error = _error_object(body)
        words = error if error is not None else body.decode(errors="replace")
        return self._judged(status, error, self._detail(f"HTTP {status}: {words}"))

    def in_stream(self, error: object) -> ModelProblem | Transient:
        """What an error object in the middle of a stream means."""
        status = _status_of(error)
        problem = self._judged(status or 500, error, self._detail(f"in the stream: {error}"))
        return Transient(problem) if is_transient(status, problem) else problem

    def unreachable(self, error: Exception) -> ModelProblem:
        """The connection could not be made, or was lost before anything was said."""
        detail = self._detail(f"{type(error).__name__}: {error}")
        if isinstance(error, ssl.SSLError):
            sentence = f"{self._name} cannot be reached safely. An administrator has to see to its certificate."
            return ModelProblem("provider_unavailable", sentence, detail=detail, cause="certificate")
        sentence = f"{self._name} cannot be reached. Please try again in a moment."
        return ModelProblem("provider_unavailable", sentence, detail=detail, cause="unreachable")

    def cut(self, detail: str) -> ModelProblem:
        """The stream ended without an end."""
        return ModelProblem(
            "provider_cut",
            f"The connection to {self._name} ended in the middle of the answer. What came before is kept.",
            detail=self._detail(detail),
            cause="cut",
        )

    def malformed(self, detail: str) -> ModelProblem:
        """Something came that is not the Chat Completions wire."""
        return ModelProblem(
            "provider_malformed",
            f"{self._name} sent something that cannot be read. Please try again, or choose another model.",
            detail=self._detail(detail),
            cause="malformed",
        )

    def timeout(self, detail: str) -> ModelProblem:
        """It took too long; `detail` says which wait."""
        return ModelProblem(
            "provider_timeout",
            f"{self._name} took too long to answer. Please try again, or choose another model.",
            detail=self._detail(detail),
            cause="timeout",
        )

    def moved(self, status: int, location: str) -> ModelProblem:
        """A redirect: not followed, since the key and the talk would go where nobody decided to send them."""
        return ModelProblem(
            "provider_refused",
            f"The address of {self._name} points somewhere else. An administrator has to set its new address.",
            detail=self._detail(f"HTTP {status} to {location}"),
            cause="moved",
        )

    def shows_key(self, text: str) -> bool:
        """Whether a text holds the key, and so must not be shown."""
        return any(key in text for key in self._shown_keys)

    def _judged(self, status: int, error: object, detail: str) -> ModelProblem:
        kind = _kind(status, error)
        code, sentence = MEANINGS[kind]
        return ModelProblem(code, sentence.format(name=self._name), detail=detail, cause=kind)

    def _detail(self, text: str) -> str:
        for key in self._shown_keys:
            text = text.replace(key, "[key]")
        return KEY_LIKE.sub("[key]", text)[:DETAIL_CHARACTERS]


def is_transient(status: int | None, problem: ModelProblem) -> bool:
    """Whether the same request may do better in a moment: an empty purse, too long a talk or a picture does not."""
    exhausted = any(code in problem.detail for code in EXHAUSTED_CODES)
    lasting = problem.code in ("context_too_long", "provider_refused")
    return status in RETRIED_STATUSES and not lasting and not exhausted


def _kind(status: int, error: object) -> str:
    if status == 401 or (status == 403 and not _is_flagged(error)):
        return "key"
    if status in (400, 413, 422, 500) and _is_too_long(error):
        return "length"
    if BLIND_WORDS.search(_message(error)):
        return "picture"
    if status == 402 or _code(error) in EXHAUSTED_CODES:
        return "credit"
    if status == 429:
        return "rate"
    if status == 404 or (status == 400 and _is_unknown(error)):
        return "unknown"
    return "fault" if status >= 500 or status in RETRIED_STATUSES else "request"


def _error_object(body: bytes) -> object:
    try:
        answer: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return answer.get("error", answer) if is_object(answer) else answer


def _field(error: object, key: str) -> object:
    return error.get(key) if is_object(error) else None


def _code(error: object) -> str:
    return str(_field(error, "code") or _field(error, "type") or "")


def _status_of(error: object) -> int | None:
    """The HTTP status that a relay put into an error object, where it would have been one had it come in time."""
    for key in ("status", "status_code", "code"):
        value = _field(error, key)
        if isinstance(value, int) and 400 <= value <= 599:
            return value
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) == 3:
            return int(value)
    return STATUSES.get(_code(error))


def _is_too_long(error: object) -> bool:
    return _code(error) in TOO_LONG_CODES or bool(TOO_LONG_WORDS.search(_message(error)))


def _is_unknown(error: object) -> bool:
    return _code(error) in UNKNOWN_CODES or bool(UNKNOWN_WORDS.search(_message(error)))


def _is_flagged(error: object) -> bool:
    """Whether it was what was said that was refused, and not who asked."""
    return _code(error) == "content_policy_violation" or "moderation" in _message(error).casefold()


def _message(error: object) -> str:
    return str((_field(error, "message") if is_object(error) else error) or "")
