"""Requests and what they bring, in words."""

from typing import Any

import orjson
from pydantic import JsonValue

from parlour.protocol.content import Preview, PreviewChange
from parlour.toolkits.data.http.requests import Request
from parlour.toolkits.data.http.settings import HttpSettings
from parlour.toolkits.data.masking import MASK
from parlour.tools.acting import Foreseen
from parlour.tools.tool import Arguments, Wording

_LONGEST = 4_000
"""Characters of a body in a preview, or in an answer in words."""
_QUIET = frozenset({"accept", "content-type"})


def foreseen(request: Request, settings: HttpSettings, name: str, what: str = "") -> Foreseen:
    """What a request would do: everything that is sent, but its secrets."""
    is_gone = request.method == "DELETE"
    change = PreviewChange(
        what=f"{request.method} {request.url}",
        before=request.path if is_gone else None,
        after=None if is_gone else (_body(request.body) or "nothing besides"),
    )
    lines = [f"{header}: {value}" for header, value in request.headers.items() if header.lower() not in _QUIET]
    lines += [f"{header}: {MASK}" for header in _secret_headers(settings)]
    lines += [f"?{parameter}={MASK}" for parameter in settings.secret_query]
    if is_gone and request.body:
        lines.append(_body(request.body))
    label = what or f"{request.method} {request.path[:200]}"
    effect = "destructive" if is_gone else "write"
    return Foreseen(Preview(changes=[change], note="\n".join(lines)), effect=effect, label=f"{label} at “{name}”")


def _secret_headers(settings: HttpSettings) -> list[str]:
    own = ["Authorization"] if settings.token or settings.password else []
    return [*own, *settings.secret_headers]


def _body(body: bytes | None) -> str:
    """A body for people, a line for each value, so that two can be held against each other."""
    if body is None:
        return ""
    try:
        text = orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2).decode()
    except (orjson.JSONDecodeError, TypeError):
        text = body.decode(errors="replace")
    return shortened(text)


def shortened(text: str) -> str:
    """A text of which more than can be looked at is left out, and that is said."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… [cut: {len(text):,} characters]"


def _place(arguments: Arguments) -> str:
    named = arguments.get("datasource")
    return f" at “{named}”" if named else ""


def _label(arguments: Arguments) -> str:
    return f"{arguments.get('method') or 'GET'} {str(arguments.get('path') or '/')[:200]}{_place(arguments)}"


def summary(_: Arguments, result: Any) -> str:
    """The status, and how much came where that can be counted."""
    body: JsonValue = result["body"]
    if isinstance(body, list):
        return f"{result['status']}, {len(body):,} {'item' if len(body) == 1 else 'items'}"
    return f"{result['status']}, cut" if result["cut"] else str(result["status"])


def sentence(_: Arguments, result: Any) -> str:
    """The answer as it is, in a block that it cannot end."""
    head = f"“{result['datasource']}” answers {result['status']}"
    body: JsonValue = result["body"]
    if result["body_form"] == "none":
        return f"{head}."
    is_json = result["body_form"] == "json"
    text = orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() if is_json else str(body)
    fence = "```"
    while fence in text:
        fence += "`"
    cut = " What it says is longer than what is read of it." if result["cut"] else ""
    return f"{head}.{cut}\n\n{fence}{'json' if is_json else ''}\n{shortened(text)}\n{fence}"


def done(_: Arguments, result: Any) -> str:
    """What was asked, in the past."""
    return f"{result['method']} {str(result['url'])[:300]}"


REQUEST = Wording(label=_label, summary=summary, sentence=sentence, done=done)
