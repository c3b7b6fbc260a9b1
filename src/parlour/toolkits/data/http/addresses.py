"""Addresses of an API: how its base is written, and which addresses lie below it.

A path is looked at as the strangest server might read it: decoded as often as it can be. What could be a way out of the
allowed paths by then is refused, however it is written.
"""

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from parlour.tools.outcomes import BadArguments, Refused

_PORTS = {"http": 80, "https": 443}
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u0080-\u009f\u200b-\u200f\u2028-\u202e\u2060\ufeff\\]")
"""Control characters, what turns or hides text, and the slash that some servers turn round."""
_ENCODED_SLASH = re.compile(r"%(2f|5c)", re.IGNORECASE)
_STRAY = re.compile(r"%(?![0-9A-Fa-f]{2})")
_OFTEN = 8
"""So many times is a path decoded; what is not done by then is no path."""
_SAFE = "/%:@!$&'()*+,;=-._~"
"""What stands for itself in a path (RFC 3986, 3.3), and what is encoded already."""

Query = Iterable[tuple[str, str]]


def as_base(text: str) -> str:
    """The base address as it is kept: scheme, host, a port that is not the usual one, and a path without a slash at
    its end. Raises ValueError that says what is wrong with it."""
    if _UNSEEN.search(text) or " " in text:
        raise ValueError("an address has no spaces, control characters or backslashes")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError("this is no address") from error
    if parts.scheme not in _PORTS or not parts.hostname:
        raise ValueError("an address begins with https:// or http:// and names a host")
    if "@" in parts.netloc or parts.query or parts.fragment or "?" in text or "#" in text:
        raise ValueError("the address has no user, query or fragment: there are settings for what is needed")
    host = _host(parts.hostname)
    if (reason := _astray(parts.path)) is not None:
        raise ValueError(reason)
    shown = f"{host}:{port}" if port not in (None, _PORTS[parts.scheme]) else host
    return f"{parts.scheme}://{shown}{_encoded(parts.path).rstrip('/')}"


def _host(name: str) -> str:
    """A host as it is kept: lower-case ASCII, an IPv6 address in brackets. Raises ValueError."""
    name = name.rstrip(".")
    if ":" in name:
        return f"[{_address(name)}]"
    try:
        # Digits in circles and the like become plain ones here: what they lead to is looked at afterwards.
        named = name.encode("idna").decode().lower()
    except UnicodeError as error:
        raise ValueError("this is no name of a host") from error
    if _NUMBER.fullmatch(named.rpartition(".")[2]):
        return str(_address(named))
    if not re.fullmatch(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?", named):
        raise ValueError("this is no name of a host")
    return named


def _address(text: str) -> IPv4Address | IPv6Address:
    """Four decimal numbers or IPv6, and none of the older spellings that lead to the same place (017700000001)."""
    try:
        found = ip_address(text)
    except ValueError as error:
        raise ValueError("this is no IP address as it is usually written") from error
    if isinstance(found, IPv6Address) and found.scope_id:
        raise ValueError("an IPv6 address names no interface here")
    return found


def below(base: str, asked: str, query: Query, prefixes: Sequence[str] = ()) -> str:
    """The whole address of `asked`, a path below the base or a whole address there.

    Raises BadArguments for what is no path, Refused for what is not below the base and one of the prefixes.
    """
    path, own = _split(base, asked)
    if (reason := _astray(path)) is not None:
        raise Refused(f"“{asked[:200]}” is not asked: {reason}.", suggestion="Name a plain path.")
    decoded = _decoded(path)
    if prefixes and not any(_is_below(decoded, prefix) for prefix in prefixes):
        raise Refused(
            f"“{path[:200]}” is not among the paths that may be asked.",
            suggestion=f"They begin with {', '.join(prefixes)}.",
        )
    whole = [*own, *query]
    return f"{base}{_encoded(path)}" + (f"?{urlencode(whole, quote_via=quote)}" if whole else "")


def _split(base: str, asked: str) -> tuple[str, Query]:
    """The path below the base, and what stands after a question mark."""
    plain = asked.partition("#")[0]
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|//", plain):
        plain = _below_base(base, plain)
    path, _, own = plain.partition("?")
    try:
        found = parse_qsl(own, keep_blank_values=True, max_num_fields=200, errors="strict")
    except (ValueError, UnicodeError) as error:
        raise BadArguments("The part after the question mark is no query.", suggestion="Use `query`.") from error
    return (path if path.startswith("/") or not path else f"/{path}"), found


def _below_base(base: str, url: str) -> str:
    """What a whole address has after the base. Raises Refused where it leads elsewhere."""
    elsewhere = Refused(
        f"“{url[:200]}” is not asked: only what is below {base}.", suggestion="Name a path; the rest is known."
    )
    head, mark, own = url.partition("?")
    try:
        same = as_base(head)
    except ValueError as error:
        raise elsewhere from error
    if not _is_below(same, base):
        raise elsewhere
    slash = "/" if head.endswith("/") else ""
    return f"{same[len(base) :]}{slash}{mark}{own}"


def _is_below(path: str, prefix: str) -> bool:
    short = prefix.rstrip("/")
    return path == short or path.startswith(f"{short}/")


def _astray(path: str) -> str | None:
    """Why a path may lead elsewhere than it seems; None where it does not."""
    seen = path
    for _ in range(_OFTEN):
        if _UNSEEN.search(seen):
            return "it has control characters or backslashes"
        if _ENCODED_SLASH.search(seen):
            return "it has a slash that is hidden by encoding"
        # Some servers take off what stands behind a semicolon, and see dots.
        if any(part.partition(";")[0] in (".", "..") for part in seen.split("/")):
            return "it has dots that lead upwards"
        plainer = unquote(seen, errors="replace")
        if plainer == seen:
            return None
        seen = plainer
    return "it is encoded again and again"


def _decoded(path: str) -> str:
    for _ in range(_OFTEN):
        path = unquote(path, errors="replace")
    return path


def _encoded(path: str) -> str:
    """A path as it is sent: what was encoded stays so, everything else that has to be is."""
    return quote(_STRAY.sub("%25", path), safe=_SAFE)
