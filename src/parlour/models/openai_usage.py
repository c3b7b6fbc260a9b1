"""How many tokens an answer took, in the words of each provider. No I/O."""

from typing import Any

from parlour.models.shapes import is_object
from parlour.protocol.content import Usage

MOST_TOKENS = 2**31 - 1


def usage_from(raw: Any) -> Usage | None:
    """Usage as reported; None when it is no usage."""
    if not is_object(raw):
        return None
    prompt, completion = _tokens(raw, "prompt_tokens"), _tokens(raw, "completion_tokens")
    if prompt is None or completion is None:
        return None
    cached = _part(raw, "prompt_tokens_details", "cached_tokens") or _tokens(raw, "prompt_cache_hit_tokens")
    thought = _part(raw, "completion_tokens_details", "reasoning_tokens")
    total = _tokens(raw, "total_tokens") or prompt + completion
    if (beside := total - prompt - completion) > 0:
        # What it thought: told beside the answer, as xAI does, or in the total alone, as Gemini's is; paid for like it.
        completion, thought = completion + beside, thought or beside
    return Usage(
        prompt_tokens=prompt,
        completion_tokens=completion,
        total_tokens=total,
        cached_tokens=min(cached or 0, prompt),
        reasoning_tokens=min(thought or 0, completion),
    )


def _part(raw: dict[str, Any], whole: str, part: str) -> int | None:
    details = raw.get(whole)
    return _tokens(details, part) if is_object(details) else None


def _tokens(raw: dict[str, Any], name: str) -> int | None:
    value = raw.get(name)
    return value if type(value) is int and 0 <= value <= MOST_TOKENS else None
