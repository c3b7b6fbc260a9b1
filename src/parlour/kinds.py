"""What a setting is, and the kinds of values: each reads one from text, and raises ValueError for what does not fit."""

import re
from collections.abc import Callable
from dataclasses import field
from ipaddress import ip_network
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

T = TypeVar("T")

_PLACEHOLDER = re.compile(
    r"change[-_ ]?(me|this).*|your[-_ ].*|(my[-_ ]?)?(secret|password)([-_ ]?key)?"
    r"|x{3,}|<.*>|replace.*|dummy|placeholder|sk-\.*",
    re.IGNORECASE,
)


def setting(
    name: str, read: Callable[[str], T], default: T, help: str, *, kind: str = "text", secret: bool = False
) -> Any:
    """A field that is set by the variable `name`, whose text `read` makes a value of or refuses with ValueError."""
    return field(default=default, metadata={"name": name, "read": read, "kind": kind, "help": help, "secret": secret})


def is_placeholder(secret: str) -> bool:
    """Whether a secret only stands for one that was never filled in."""
    return _PLACEHOLDER.fullmatch(secret) is not None


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """Whole numbers from `least` to `most`."""

    def read(text: str) -> int:
        value = int(text)
        if value < least or (most is not None and value > most):
            raise ValueError
        return value

    return read


def decimal(least: float, most: float | None = None) -> Callable[[str], float]:
    """Numbers from `least` to `most`; not infinity."""

    def read(text: str) -> float:
        value = float(text)
        if not value >= least or value == float("inf") or (most is not None and value > most):
            raise ValueError
        return value

    return read


def one_of(*choices: str) -> Callable[[str], str]:
    """One of these words, whatever its case."""

    def read(text: str) -> str:
        value = text.lower()
        if value not in choices:
            raise ValueError
        return value

    return read


def address(text: str) -> str:
    """Where a server of HTTP answers, without a slash at its end."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError
    return text.rstrip("/")


def addresses(text: str) -> str:
    """Networks of IP addresses, with commas between them."""
    return ",".join(str(ip_network(part.strip(), strict=False)) for part in text.split(","))


def places(text: str) -> str:
    """`open`, for the open Internet, and networks of IP addresses, with commas between them."""
    parts = [part.strip() for part in text.split(",")]
    return ",".join(part if part == "open" else addresses(part) for part in parts)


def database(text: str) -> str:
    """Where a database is."""
    if not text.startswith(("sqlite:///", "postgresql://")) or not urlsplit(text).path.strip("/"):
        raise ValueError
    if text.startswith("postgresql:"):
        # A password may hold what is no port, so it is left out; reading the port is what checks it.
        urlsplit(f"//{text.partition('://')[2].rpartition('@')[2]}").port  # noqa: B018
    return text


class Names(tuple[str, ...]):
    """Names of models, in order."""

    __slots__ = ()

    def __str__(self) -> str:
        return ",".join(self)


def names(text: str) -> Names:
    """Names with commas between them: twenty at most, of 200 characters each."""
    found = Names(part.strip() for part in text.split(",") if part.strip())
    if len(found) > 20 or not all(name.isprintable() and len(name) <= 200 for name in found):
        raise ValueError
    return found


def byte_count(text: str) -> int:
    """A number of bytes, 1024 at least."""
    return whole(1024)(text)


class Rates(NamedTuple):
    """How many in a minute, an hour and a day; 0 stands for any number."""

    minute: int
    hour: int
    day: int

    def __str__(self) -> str:
        return "/".join(map(str, self))


def rates(text: str) -> Rates:
    """Three whole numbers with slashes between them."""
    minute, hour, day = map(whole(0), text.split("/"))
    return Rates(minute, hour, day)


class Sizes(tuple[tuple[str, int], ...]):
    """How large each of some named things is; the names are different."""

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(f"{name}={size}" for name, size in self)


def sizes(text: str) -> Sizes:
    """Names and whole numbers from 1, as in `one=10, two=20`."""
    found: dict[str, int] = {}
    for part in text.split(","):
        name, _, size = part.rpartition("=")
        if not name.strip():
            raise ValueError
        found[name.strip()] = whole(1)(size)
    return Sizes(found.items())
