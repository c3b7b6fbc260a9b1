"""An answer of ours as OpenAI's wire has it: whole, or as the lines of a stream."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from parlour.api.following import BETWEEN, words_of
from parlour.api.openai_format import json_in, last_words_of
from parlour.api.openai_talk import WAITS
from parlour.protocol.content import Approval, Message, Usage
from parlour.protocol.rest import Exchange
from parlour.turn.given import Given

KEEP_ALIVE = b": still here\n\n"
DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Completion:
    """What every object of one answer says of it."""

    turn_id: str
    conversation_id: str
    created: int
    """In seconds since 1970."""
    given: Given
    """How it is wanted."""

    def whole(self, exchange: Exchange, waiting: Sequence[Approval], address: str) -> dict[str, Any]:
        """The answer as one object."""
        answer = exchange.ai_message
        choice = {
            "index": 0,
            "message": {"role": "assistant", **self._said(exchange, waiting, address)},
            "finish_reason": finish_reason(exchange),
            "logprobs": None,
        }
        return self._object("chat.completion", model_of(answer)) | {
            "choices": [choice],
            "usage": usage_of(answer),
            "parlour": self.ours(exchange, waiting),
        }

    def rest(
        self, exchange: Exchange, waiting: Sequence[Approval], address: str, *, has_spoken: bool
    ) -> dict[str, str]:
        """What a stream still has to say once the answer has ended: what waits; of one in a form all of it, since a
        model may begin again, or look something up, and only what it says last is the answer."""
        if self.given.form is not None:
            said = self._said(exchange, waiting, address)
            return {name: words for name, words in said.items() if words is not None}
        return {"content": has_spoken * BETWEEN + waiting_words(waiting, address)} if waiting else {}

    def piece(self, model: str, delta: dict[str, Any], finished: str | None = None, **more: Any) -> bytes:
        """A line of the stream: more words, or the end."""
        choice = {"index": 0, "delta": delta, "finish_reason": finished, "logprobs": None}
        return _line(self._object("chat.completion.chunk", model) | {"choices": [choice]} | more)

    def usage(self, answer: Message | None) -> bytes:
        """The line that tells what it used."""
        told = {"choices": list[Any](), "usage": usage_of(answer)}
        return _line(self._object("chat.completion.chunk", model_of(answer)) | told)

    def ours(self, exchange: Exchange, waiting: Sequence[Approval]) -> dict[str, Any]:
        """What that wire has no place for: where the talk is kept, and what waits for a word."""
        return {
            "conversation_id": self.conversation_id,
            "message_id": exchange.turn.answer_id,
            "turn_id": self.turn_id,
            "status": exchange.turn.status,
            "approvals": [{"id": each.id, "label": each.label, "expires_at": each.expires_at} for each in waiting],
        }

    def _said(self, exchange: Exchange, waiting: Sequence[Approval], address: str) -> dict[str, str | None]:
        """The words of the answer. Where it was to have a form and has none, they are why not: that wire's `refusal`,
        which its clients do not read as the form."""
        answer = exchange.ai_message
        words = BETWEEN.join(filter(None, (words_of(answer) if answer else "", waiting_words(waiting, address))))
        if self.given.form is None:
            return {"content": words, "refusal": None}
        last = last_words_of(answer) if answer else ""
        is_cut = finish_reason(exchange) == "length" or bool(self.given.stop and last)
        formed = json_in(last) or (last if is_cut else None)
        return {"content": formed, "refusal": words if formed is None else None}

    def _object(self, kind: str, model: str) -> dict[str, Any]:
        return {"id": f"chatcmpl-{self.turn_id}", "object": kind, "created": self.created, "model": model}


def model_of(answer: Message | None) -> str:
    """Who answered."""
    return (answer.model if answer else None) or "default"


def finish_reason(exchange: Exchange) -> Literal["stop", "length"]:
    """Why an answer ends, in the words of that wire: it has none for one that waits, whose words say so."""
    return "length" if exchange.turn.reason == "length" else "stop"


_WANTED = {True: "Say yes or no", False: "Answer what it wants to know"}


def waiting_words(waiting: Sequence[Approval], address: str) -> str:
    """What waits for a person, and how they decide; "" where nothing does."""
    return BETWEEN.join(
        f"{WAITS} {each.label}. {_WANTED[each.form is None]} in the inbox at {address}, or send a decision to "
        f"{address}/api/v1/approvals/{each.id}/decision. Nothing was changed yet."
        for each in waiting
    )


def usage_of(answer: Message | None) -> dict[str, Any]:
    """The tokens of an answer; those of one that no provider counted are none."""
    usage = (answer.usage if answer else None) or Usage(prompt_tokens=0, completion_tokens=0, total_tokens=0)
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.total_tokens,
        "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens},
    }


def _line(told: dict[str, Any]) -> bytes:
    return b"data: " + orjson.dumps(told) + b"\n\n"
