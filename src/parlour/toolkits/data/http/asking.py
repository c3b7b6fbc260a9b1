"""Asking an API: what a tool of any kind does between its arguments and its result."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from parlour.toolkits.data.datasource import Datasource
from parlour.toolkits.data.http.answer import Answer, status_line
from parlour.toolkits.data.http.requests import Asked, Request, looked_through
from parlour.toolkits.data.http.wording import foreseen, shortened
from parlour.toolkits.data.keeping import basis_of
from parlour.toolkits.data.kinds import Shelf
from parlour.toolkits.data.leading import leading_to
from parlour.tools.acting import Foreseen
from parlour.tools.caching import Basis
from parlour.tools.outcomes import BadArguments, Failed, Refused, Unsure
from parlour.tools.tool import ToolContext

if TYPE_CHECKING:
    from parlour.toolkits.data.http.source import HttpSource

KIND = "http"
WHAT = "API"
"""What such a datasource is called."""
UNDONE = 400
"""From this status on to the next the other side says that it did not do what was asked (RFC 9110, 15.5)."""
BROKEN = 500

Ask = Callable[["HttpSource"], Asked]
"""What is asked of a source. Raises ToolProblem."""


async def had(shelf: Shelf, context: ToolContext, named: str | None, ask: Ask) -> dict[str, Any]:
    """What an API answers to a request that only reads. Raises ToolProblem."""
    chosen = await shelf.choose(context.caller, KIND, named, WHAT)
    async with shelf.lend(chosen) as source:
        request = looked_through(ask(source), source.settings, source.limits)
        if request.changes:
            raise BadArguments(f"{request.method} changes something.", suggestion="Use http_request for it.")
        return _result(chosen, request, await source.send(request))


async def rests_on(shelf: Shelf, context: ToolContext, named: str | None) -> Basis | None:
    """What an API's answers rest on; None where none is kept. Raises ToolProblem."""
    chosen = await shelf.choose(context.caller, KIND, named, WHAT)
    return basis_of(chosen, chosen.settings.get("cache_s"))


async def foresaw(shelf: Shelf, context: ToolContext, named: str | None, ask: Ask, what: str = "") -> Foreseen:
    """What a request would do. Raises what `made` would."""
    chosen = await _writable(shelf, context, named)
    async with shelf.lend(chosen) as source:
        return leading_to(chosen, foreseen(_changing(source, ask), source.settings, chosen.name, what))


async def made(shelf: Shelf, context: ToolContext, named: str | None, ask: Ask) -> dict[str, Any]:
    """What an API answers to a request that changes something.

    Raises Failed where it refuses, Unsure where nobody can tell what it did, and other ToolProblems.
    """
    chosen = await _writable(shelf, context, named)
    async with shelf.lend(chosen) as source:
        request = _changing(source, ask)
        if context.effect == "write" and request.method == "DELETE":
            raise Refused("This takes something away, and that was not asked about.", suggestion="Ask again.")
        answer = await source.send(request, context.idempotency_key)
    if answer.status >= BROKEN:
        raise Unsure(f"“{chosen.name}” answers {status_line(answer.status)}. It may have been done.")
    if answer.status >= UNDONE:
        raise Failed(
            f"“{chosen.name}” did not do it: {status_line(answer.status)}. It says: {shortened(_said(answer))}",
        )
    return _result(chosen, request, answer)


def _changing(source: HttpSource, ask: Ask) -> Request:
    request = looked_through(ask(source), source.settings, source.limits)
    if not request.changes:
        raise BadArguments("This changes nothing.", suggestion="Use http_get for what only reads.")
    return request


async def _writable(shelf: Shelf, context: ToolContext, named: str | None) -> Datasource:
    chosen = await shelf.choose(context.caller, KIND, named, WHAT)
    if not chosen.writable:
        raise Refused(f"“{chosen.name}” is not changed through tools.", suggestion="An admin can allow it.")
    return chosen


def _said(answer: Answer) -> str:
    return "nothing" if answer.body is None else str(answer.body)


def _result(chosen: Datasource, request: Request, answer: Answer) -> dict[str, Any]:
    return {
        "datasource": chosen.name,
        "method": request.method,
        "url": answer.url,
        "status_code": answer.status,
        "status": status_line(answer.status),
        "headers": answer.headers,
        "body_form": answer.form,
        "body": answer.body,
        "cut": answer.cut,
        "ms": answer.ms,
    }
