"""The lists of models that providers say they have, each in its own format."""

from collections.abc import Callable, Mapping
from typing import Any

import httpx2
import orjson

from parlour.clock import Clock
from parlour.models.base import ModelProblem
from parlour.models.deadline import Deadline
from parlour.models.openai_listing import LONGEST_BYTES, LONGEST_NAME, MOST_NAMES
from parlour.models.other_kinds import Access
from parlour.models.pydantic_ai_faults import OtherFaults, Refused
from parlour.models.shapes import is_list, is_object

VERSION = "2023-06-01"
"""Of Anthropic's list, which has been the same since."""


async def other_models(
    access: Access, client: httpx2.AsyncClient, faults: OtherFaults, clock: Clock, seconds: float
) -> list[str]:
    """Ask for the list and read it within so many seconds. Raises ModelProblem; for a kind that has none at once."""
    request = _REQUESTS.get(access.kind.name)
    if request is None:
        raise ModelProblem("provider_refused", f"{access.kind.label} has no list of models there.", cause="unlisted")
    path, headers = request(access.api_key)
    try:
        async with Deadline(clock, seconds), client.stream("GET", access.base_url + path, headers=headers) as response:
            body = await _body(response)
    except TimeoutError as error:
        raise faults.timeout("no list of models") from error
    except Refused as error:
        raise error.problem from error
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise faults.not_reached(error) from error
    if response.status_code != 200:
        raise faults.refusal(response.status_code, body)
    names = _names(body)
    if names is None:
        raise faults.malformed("no list of models")
    return [name for name in names if not faults.shows_key(name)]


def _anthropic(api_key: str) -> tuple[str, dict[str, str]]:
    return "/v1/models?limit=1000", {"X-Api-Key": api_key, "Anthropic-Version": VERSION}


def _google(api_key: str) -> tuple[str, dict[str, str]]:
    return "/v1beta/models?pageSize=1000", {"X-Goog-Api-Key": api_key}


def _mistral(api_key: str) -> tuple[str, dict[str, str]]:
    return "/v1/models", {"Authorization": f"Bearer {api_key}"}


_REQUESTS: Mapping[str, Callable[[str], tuple[str, dict[str, str]]]] = {
    "anthropic": _anthropic,
    "google": _google,
    "mistral": _mistral,
}


async def _body(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > LONGEST_BYTES:
            break
    return bytes(body)


def _names(body: bytes) -> list[str] | None:
    """The names in a list; None for anything else."""
    try:
        answer: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    if not is_object(answer):
        return None
    entries = answer.get("data", answer.get("models"))
    if not is_list(entries):
        return None
    found = [entry.get("id") or entry.get("name") for entry in entries if is_object(entry)]
    names = [name.removeprefix("models/") for name in found if isinstance(name, str)]
    return [name for name in names if 0 < len(name) <= LONGEST_NAME and name.isprintable()][:MOST_NAMES]
