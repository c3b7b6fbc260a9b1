"""What an API answers, read no further than it is used: unpacked, cut, and told as JSON or text."""

import re
import zlib
from dataclasses import dataclass

import orjson
from aiohttp import ClientError, ClientResponse
from pydantic import JsonValue

from parlour.toolkits.data.http.answer import Body
from parlour.toolkits.data.masking import Masks

_TEXTS = ("text/", "application/xml", "application/javascript", "application/x-www-form-urlencoded", "application/yaml")
_CHARSETS = re.compile(
    r"utf-?(8|16|32)|utf-(16|32)-?[lb]e|(us-)?ascii|iso-8859-([1-9]|1[013-6])|windows-125[0-8]|shift_jis|euc-(jp|kr)|gb(k|2312|18030)"
    r"|big5|koi8-[ru]",
    re.IGNORECASE,
)
"""How texts are written; anything else that is claimed is read as UTF-8."""
_DEEPEST = 100
"""Levels of JSON. What is deeper is told as text."""


@dataclass(frozen=True, slots=True)
class Raw:
    """The bytes of an answer, as far as they were read."""

    data: bytes
    cut: bool = False
    packed: str = ""
    """How they are still packed, in a way that is not unpacked here."""


class _Unpacking:
    """Unpacks up to a limit: a little that would become a lot is never a lot here."""

    def __init__(self, coding: str, limit: int) -> None:
        self._inflate = None if coding == "identity" else zlib.decompressobj(zlib.MAX_WBITS | 32)
        self._limit = limit
        self._came = 0
        self.data = bytearray()

    @property
    def is_full(self) -> bool:
        return max(len(self.data), self._came) > self._limit

    def feed(self, chunk: bytes) -> None:
        """Raises zlib.error for what is not packed as it says."""
        self._came += len(chunk)
        room = self._limit + 1 - len(self.data)
        self.data += self._inflate.decompress(chunk, room) if self._inflate else chunk[:room]


async def read_raw(response: ClientResponse, limit: int, *, forgiving: bool) -> Raw:
    """The body of an answer, at most `limit` bytes of it.

    Raises ClientError and TimeoutError when it breaks off, zlib.error when it is not what it says; with `forgiving`
    what came before is good enough.
    """
    coding = response.headers.get("Content-Encoding", "").strip().lower() or "identity"
    if coding not in ("identity", "gzip", "x-gzip", "deflate"):
        return Raw(b"", packed=coding[:50])
    unpacking = _Unpacking(coding, limit)
    try:
        async for chunk in response.content.iter_any():
            unpacking.feed(chunk)
            if unpacking.is_full:
                return Raw(bytes(unpacking.data[:limit]), cut=True)
    except (ClientError, TimeoutError, zlib.error):
        if not forgiving:
            raise
        return Raw(bytes(unpacking.data), cut=True)
    return Raw(bytes(unpacking.data))


def told(raw: Raw, content_type: str, charset: str | None, limit: int, masks: Masks) -> Body:
    """What bytes say, without secrets, in at most `limit` bytes of JSON. What is no text is described."""
    if raw.packed:
        return Body("binary", f"It is packed in a way that is not read here ({raw.packed}).", cut=True)
    if not raw.data:
        return Body("none", None, raw.cut)
    kind = content_type.partition(";")[0].strip().lower()
    text = None
    if not raw.cut and (kind.endswith(("/json", "+json")) or not kind):
        found, value = _as_json(raw.data)
        value = masks.value(value)
        written = orjson.dumps(value)
        if found and len(written) <= limit:
            return Body("json", value, cut=False)
        text = written.decode() if found else None
    text = text or _as_text(raw.data, kind, charset)
    if text is None:
        more = "at least " if raw.cut else ""
        return Body("binary", f"{kind or 'Bytes'}, {more}{len(raw.data):,} bytes, not shown.", cut=raw.cut)
    hidden = masks.text(text)
    if raw.cut and masks.longest:
        # At the end a secret may be cut in two, and so not be recognised.
        hidden = hidden[: -masks.longest]
    shown = _shortened(hidden, limit)
    return Body("text", shown, raw.cut or len(shown) < len(hidden))


def _as_json(data: bytes) -> tuple[bool, JsonValue]:
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return False, None
    return (True, value) if _depth_is_fine(value) else (False, None)


def _depth_is_fine(value: JsonValue) -> bool:
    level: list[JsonValue] = [value]
    for _ in range(_DEEPEST):
        below: list[JsonValue] = []
        for each in level:
            if isinstance(each, list):
                below += each
            elif isinstance(each, dict):
                below += each.values()
        if not below:
            return True
        level = below
    return False


def _as_text(data: bytes, kind: str, charset: str | None) -> str | None:
    """The bytes as text; None for what is none."""
    is_text = kind.startswith(_TEXTS) or kind.endswith(("/json", "+json", "+xml"))
    if kind and not is_text:
        return None
    if b"\x00" in data[:4_096] and not (charset or "").lower().startswith("utf-16"):
        return None
    coding = charset if charset and _CHARSETS.fullmatch(charset) else "utf-8"
    return data.decode(coding, errors="replace").replace("\x00", "")


def _shortened(text: str, limit: int) -> str:
    """As much of a text as takes `limit` bytes of JSON."""
    while len(orjson.dumps(text)) > limit:
        text = text[: max(0, int(len(text) * limit / len(orjson.dumps(text))) - 1)]
    return text
