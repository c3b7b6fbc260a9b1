"""The list of models that a provider says it has."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import orjson

from parlour.clock import Clock
from parlour.models.deadline import Deadline
from parlour.models.openai_faults import Faults
from parlour.models.shapes import is_list, is_object

LONGEST_BYTES = 8_388_608
"""The longest lists, of those who sell everybody's models, have about one."""
MOST_NAMES = 1_000
LONGEST_NAME = 200


async def listed(
    get: Callable[[], Awaitable[aiohttp.ClientResponse]], faults: Faults, clock: Clock, seconds: float
) -> list[str]:
    """Ask for the list and read it within so many seconds. Raises ModelProblem."""
    try:
        async with Deadline(clock, seconds):
            response = await get()
            try:
                body = await _body(response)
            finally:
                response.close()
    except (aiohttp.ClientError, OSError, ValueError) as error:
        # A TimeoutError is an OSError, and ours is the one that aiohttp did not raise.
        if isinstance(error, TimeoutError) and not isinstance(error, aiohttp.ClientError):
            raise faults.timeout("no list of models") from error
        raise faults.unreachable(error) from error
    if 300 <= response.status < 400:
        raise faults.moved(response.status, response.headers.get("Location", "nowhere"))
    if response.status != 200:
        raise faults.refusal(response.status, body)
    names = _names(body)
    if names is None:
        raise faults.malformed(f"no list of models, but {response.content_type}")
    return [name for name in names if not faults.shows_key(name)]


async def _body(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    while len(body) <= LONGEST_BYTES and (chunk := await response.content.readany()):
        body += chunk
    return bytes(body)


def _names(body: bytes) -> list[str] | None:
    """The names in a list, as OpenAI's wire has it; None for anything else."""
    try:
        answer: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    entries = answer.get("data") if is_object(answer) else answer
    if not is_list(entries):
        return None
    ids = [entry.get("id") for entry in entries if is_object(entry)]
    return [id for id in ids if isinstance(id, str) and 0 < len(id) <= LONGEST_NAME and id.isprintable()][:MOST_NAMES]
