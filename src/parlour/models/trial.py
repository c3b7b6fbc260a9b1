"""Trying a provider out before anybody depends on it: what it says it has, and one word of one of its models."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog

from parlour.clock import Clock
from parlour.models.base import ModelProblem, ModelRequest, UserMessage
from parlour.models.openai_limits import Limits
from parlour.models.other_kinds import OPENAI
from parlour.models.other_offers import AnyOffer
from parlour.models.retry import Backoff
from parlour.protocol.content import Parameters, Problem
from parlour.tools.caller import Caller

if TYPE_CHECKING:
    from parlour.models.openai import OpenAIModel
    from parlour.models.pydantic_ai import PydanticAIModel

    Remote = OpenAIModel | PydanticAIModel

TRIAL = Limits(total_s=30.0, first_event_s=30.0, connect_s=5.0, backoff=Backoff(tries=1))
"""A model that lies on the disk of a small machine takes about as long to be loaded."""
WORD_TOKENS = 64
"""One word takes one or two; a model that thinks first takes some for that, or refuses."""

SENTENCES = {
    "unreachable": "Nothing answers at {host}. Check the address, and that it can be reached from this server.",
    "certificate": "{host} cannot be reached safely: its certificate is not trusted here, or it speaks no HTTPS.",
    "timeout": "{host} took too long. A model that is still being loaded may answer in a moment.",
    "moved": "{host} sends the request elsewhere, and a key does not follow there. Enter the address where it ends.",
    "key": "{host} did not accept the key. Check that it was copied whole, and that it is for this address.",
    "no key": "{host} wants a key, and has none from here. Enter one.",
    "unknown": "{host} does not know the model {model}. Choose another.",
    "unlisted": "{host} has no list of models. Enter the name of one to try it.",
    "no list": "{host} has no list of models there. The path may be missing: often it is /v1. Or name a model to try.",
    "malformed": "What answers at {host} does not speak Chat Completions. The path may be missing: often it is /v1.",
    "other format": "What answers at {host} does not speak the format of this kind of provider. Check the address.",
    "credit": "{host} accepted the key, but its account has no credit left.",
    "rate": "{host} has no room for more requests just now. Try again in a moment.",
    "fault": "{host} has a problem of its own just now. Try again in a moment.",
    "cut": "{host} broke off in the middle of its answer. Try again in a moment.",
    "request": "{host} refused the request. Check the address and the name of the model.",
}
"""What an admin reads, by what went wrong. The provider's own words may repeat the key: they only go to the log."""

WRONG_ADDRESS = frozenset({"no list", "malformed", "moved"})
"""Whatever these are in a talk, here it is the address that has to be looked at, and their code says so."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a trial."""

    problem: Problem | None
    """None when it works."""
    models: Sequence[str]
    """What the provider says it has; empty when it does not say."""


async def tried(offer: AnyOffer, model: str | None, caller: Caller, *, clock: Clock) -> Tried:
    """Ask the provider of `offer` for its list of models; and `model`, which the offer is of, for one word if named.

    A provider need not have a list, nor its key be good for it: where a model is named, its word is what counts.
    """
    remote = offer.model_within(TRIAL, clock=clock)
    try:
        names, unlisted = await _names(remote)
        if model is None:
            return Tried(_told(offer, unlisted, "no list", ""), names)
        if unlisted is not None and unlisted.cause in ("unreachable", "certificate"):
            return Tried(_told(offer, unlisted, "", model), names)
        # Where there is no list either, it is the path that is unknown, not the model.
        is_lost = unlisted is not None and unlisted.cause != "unlisted"
        return Tried(_told(offer, await _asked(remote, caller), "malformed" if is_lost else "unknown", model), names)
    finally:
        await remote.close()


async def _names(remote: Remote) -> tuple[list[str], ModelProblem | None]:
    try:
        return await remote.models(), None
    except ModelProblem as problem:
        return [], problem


async def _asked(remote: Remote, caller: Caller) -> ModelProblem | None:
    request = ModelRequest("", (UserMessage("Say one word."),), (), caller, Parameters(max_tokens=WORD_TOKENS))
    try:
        async with aclosing(remote.stream(request)) as events:
            async for _ in events:
                pass
    except ModelProblem as problem:
        return problem
    return None


def _told(offer: AnyOffer, problem: ModelProblem | None, unknown: str, model: str) -> Problem | None:
    """A problem in the words of `SENTENCES`; `unknown` says what an unknown address stands for."""
    if problem is None:
        return None
    log.info("a provider was tried in vain", host=offer.host, code=problem.code, detail=problem.detail)
    cause = unknown if problem.cause == "unknown" else problem.cause
    if cause == "key" and not offer.api_key:
        cause = "no key"
    code = "provider_malformed" if cause in WRONG_ADDRESS else problem.code
    if cause in ("malformed", "no list") and offer.kind != OPENAI:
        cause = "other format"
    sentence = SENTENCES.get(cause, SENTENCES["request"])
    return Problem(code=code, message=sentence.format(host=offer.host, model=model))
