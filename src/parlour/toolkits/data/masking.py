"""Hides secrets wherever they may turn up again: the other side may send back what it got."""

import html
import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

import orjson
from pydantic import JsonValue

MASK = "•••"


class Masks:
    """Knows every way in which some secrets are commonly written."""

    def __init__(self, secrets: Iterable[str]) -> None:
        forms = {form for secret in secrets for form in _forms(secret)}
        # The longest first: one secret may be a part of another.
        self._forms = sorted(forms, key=len, reverse=True)
        self.longest = max(map(len, self._forms), default=0)
        """Characters of the longest thing that is hidden."""

    def text(self, text: str) -> str:
        """A text without the secrets."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, MASK)
        return text

    def value(self, value: JsonValue) -> JsonValue:
        """A value without the secrets, in keys as well."""
        match value:
            case str():
                return self.text(value)
            case list():
                return [self.value(each) for each in value]
            case dict():
                return {self.text(key): self.value(each) for key, each in value.items()}
            case int() | float() if not isinstance(value, bool):
                # A secret of digits may come back as a number.
                shown = self.text(str(value))
                return value if shown == str(value) else shown
            case _:
                return value


def _forms(secret: str) -> Iterator[str]:
    """A secret as it is, and as others write it."""
    yield from {
        secret,
        orjson.dumps(secret).decode()[1:-1],
        json.dumps(secret)[1:-1],
        html.escape(secret),
        secret.replace("/", "\\/"),
    }
    for encoded in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield encoded
        yield _lowered(encoded)
    raw = secret.encode()
    for coded in (b64encode(raw).decode(), urlsafe_b64encode(raw).decode(), raw.hex(), raw.hex().upper()):
        yield coded.rstrip("=")


def _lowered(encoded: str) -> str:
    """With the digits of its escapes in lower case."""
    first, *rest = encoded.split("%")
    return "%".join([first, *(each[:2].lower() + each[2:] for each in rest)])
