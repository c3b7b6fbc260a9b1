"""A request as it was asked for, looked through: what may be sent, and nothing secret in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
from pydantic import JsonValue

from parlour.toolkits.data.http.addresses import below
from parlour.toolkits.data.http.settings import READING, HttpLimits, HttpSettings, Method
from parlour.tools.outcomes import BadArguments, Refused

MOST_VALUES = 200
"""Parameters and headers of one request."""
LONGEST_URL = 8_000

QueryValue = str | int | float | bool | None | list[str | int | float | bool]
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_HEADER_VALUE = re.compile(r"[\x20-\x7e\xa0-\xff]{0,2000}")
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be sent, without secrets."""

    method: Method
    url: str
    headers: dict[str, str]
    body: bytes | None = None

    @property
    def changes(self) -> bool:
        """Whether it changes something on the other side."""
        return self.method not in READING

    @property
    def path(self) -> str:
        """What it is about, without the host."""
        parts = urlsplit(self.url)
        return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request in a model's words."""

    method: Method
    path: str
    query: Mapping[str, QueryValue]
    headers: Mapping[str, str]
    body: JsonValue = None
    free_headers: frozenset[str] = frozenset()
    """Names of headers, in lower case, that this call may set besides: those of an operation that was described."""


def looked_through(asked: Asked, settings: HttpSettings, limits: HttpLimits) -> Request:
    """The request, if it may be sent. Raises Refused and BadArguments."""
    if asked.method not in settings.methods:
        raise Refused(
            f"{asked.method} is not among what may be asked here: {', '.join(settings.methods)}.",
            suggestion="An admin can allow more.",
        )
    if len(asked.query) + len(asked.headers) > MOST_VALUES:
        raise BadArguments(f"There are at most {MOST_VALUES} parameters and headers.")
    pairs = [(name, each) for name, value in asked.query.items() for each in _texts(value)]
    url = below(settings.base_url, asked.path, [*settings.query.items(), *pairs], settings.paths)
    if len(url) > LONGEST_URL:
        raise BadArguments(f"The address has {len(url):,} characters; at most {LONGEST_URL:,} are sent.")
    _check_query(url, settings)
    headers = {**settings.headers, **_headers(asked, settings)}
    body = _body(asked, headers, limits)
    return Request(asked.method, url, {"Accept": "application/json, text/*;q=0.9, */*;q=0.1", **headers}, body)


def _check_query(url: str, settings: HttpSettings) -> None:
    """Raises Refused where a call, or the path in it, says something in the place of what an admin set."""
    names = [name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)]
    taken = [name for name in settings.secret_query if name in names]
    taken += [name for name in settings.query if names.count(name) > 1]
    if taken:
        raise Refused(f"{', '.join(taken)} is set by an admin.", suggestion="Leave it out.")


def _texts(value: QueryValue) -> list[str]:
    match value:
        case None:
            return []
        case list():
            return [text for each in value for text in _texts(each)]
        case bool():
            return ["true" if value else "false"]
        case _:
            return [str(value)]


def _headers(asked: Asked, settings: HttpSettings) -> dict[str, str]:
    """Raises BadArguments and Refused for what is no header, or not the call's to set."""
    for name, value in asked.headers.items():
        if not _HEADER.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise BadArguments(f"“{name[:100]}” cannot be sent as a header: one line of plain characters can.")
        if not settings.may_be_set(name, asked.free_headers):
            raise Refused(f"The header {name} is not set by calls.", suggestion="Leave it out. An admin can allow it.")
    names = [name.lower() for name in asked.headers]
    if len(names) != len(set(names)):
        raise BadArguments("A header is named twice.")
    return {name: value.strip() for name, value in asked.headers.items()}


def _body(asked: Asked, headers: dict[str, str], limits: HttpLimits) -> bytes | None:
    """The bytes to send; fills in what they are, where the call does not say it."""
    if asked.body is None:
        return None
    if asked.method in READING:
        raise BadArguments(f"{asked.method} has no body.", suggestion="Use `query`.")
    kind = next((value for name, value in headers.items() if name.lower() == "content-type"), None)
    data, usual = _written(asked.body, kind)
    if kind is None:
        headers["Content-Type"] = usual
    if len(data) > limits.request_bytes:
        raise BadArguments(f"The body has {len(data):,} bytes; at most {limits.request_bytes:,} are sent.")
    return data


def _written(body: Any, kind: str | None) -> tuple[bytes, str]:
    if isinstance(body, dict) and (kind or "").partition(";")[0].strip().lower() == _FORM:
        fields: dict[str, Any] = {str(name): _texts(value) for name, value in body.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
        return urlencode(fields, doseq=True).encode(), _FORM
    if not isinstance(body, str):
        return orjson.dumps(body), "application/json"
    try:
        is_json = isinstance(orjson.loads(body), dict | list)
    except orjson.JSONDecodeError:
        is_json = False
    return body.encode(), "application/json" if is_json else "text/plain; charset=utf-8"
