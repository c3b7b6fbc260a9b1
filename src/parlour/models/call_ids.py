"""The ids of calls as a provider takes them back. No I/O.

Whoever calls a tool gives the call an id in a form of its own, and the talk goes on with another who may refuse what is
not in theirs. So an id that does not fit stands in a request as one that fits everywhere: always the same for the same
call, so that what a provider has read before it finds again. One that fits stays: some tell calls apart by its form.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from string import ascii_letters, digits

from parlour.models.base import AssistantMessage, ModelMessage, RequestedCall, ToolMessage

FORTY = re.compile(r"[!-~]{1,40}")
"""OpenAI's, and so that of most who speak its format."""
WORD = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""Anthropic's and Amazon's."""
NINE = re.compile(r"[A-Za-z0-9]{9}")
"""Mistral's. It fits everywhere else."""
_LETTERS = ascii_letters + digits


def fitted(messages: Sequence[ModelMessage], form: re.Pattern[str]) -> list[ModelMessage]:
    """The same messages, every id in this form and no two calls with the same."""
    taken: set[str] = set()
    ids: dict[str, str] = {}
    found: list[ModelMessage] = []
    for message in messages:
        if isinstance(message, AssistantMessage) and message.calls:
            ids = {call.id: _fitting(call, form, taken) for call in message.calls}
            calls = tuple(replace(call, id=ids[call.id]) for call in message.calls)
            found.append(replace(message, calls=calls))
        elif isinstance(message, ToolMessage):
            found.append(replace(message, tool_call_id=ids.get(message.tool_call_id, message.tool_call_id)))
        else:
            found.append(message)
    return found


def _fitting(call: RequestedCall, form: re.Pattern[str], taken: set[str]) -> str:
    fits = form.fullmatch(call.id) is not None and call.id not in taken
    found = call.id if fits else next(id for id in (_nine(call.id, n) for n in count()) if id not in taken)
    taken.add(found)
    return found


def _nine(id: str, number: int) -> str:
    """Nine letters and digits that follow from an id, and others for every number."""
    drawn = hashlib.blake2b(f"{number}:{id}".encode(errors="surrogatepass"), digest_size=9).digest()
    return "".join(_LETTERS[byte % len(_LETTERS)] for byte in drawn)
