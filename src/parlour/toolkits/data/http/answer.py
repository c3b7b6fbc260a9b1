"""What an API answered, without secrets."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

from pydantic import JsonValue

MOST_HEADERS = 40
"""So many are told; whatever else an answer says of itself is left out."""
Form = Literal["json", "text", "binary", "none"]


@dataclass(frozen=True, slots=True)
class Body:
    """What an answer says."""

    form: Form
    value: JsonValue
    cut: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, without secrets."""

    status: int
    url: str
    """What answered in the end."""
    headers: dict[str, str]
    form: Form
    body: JsonValue
    cut: bool
    ms: float

    @property
    def status_line(self) -> str:
        """ "404 Not Found"."""
        return status_line(self.status)


def status_line(status: int) -> str:
    """A status in words of ours: what the other side calls it may be anything."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
