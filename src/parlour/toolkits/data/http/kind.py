"""HTTP APIs as a kind of datasource. The HTTP client costs a quarter of a second: it is loaded when one is opened."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson
from pydantic import BaseModel

from parlour.clock import Clock
from parlour.toolkits.data.datasource import Datasource
from parlour.toolkits.data.http.addresses import below
from parlour.toolkits.data.http.asking import KIND
from parlour.toolkits.data.http.described import described, told
from parlour.toolkits.data.http.document import shortened_document
from parlour.toolkits.data.http.requests import Request
from parlour.toolkits.data.http.settings import READING, HttpLimits, HttpSettings
from parlour.toolkits.data.http.tools import SLACK_S, HttpTools
from parlour.toolkits.data.kinds import Shelf
from parlour.toolkits.data.network import Reach, inward, is_address
from parlour.tools.outcomes import Failed
from parlour.tools.tool import Tool

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver

    from parlour.toolkits.data.http.source import HttpSource

_MOST_NAMED = 30
_MOST_KNOWN = 200
"""So many documents are held as tools."""


class HttpKind:
    """APIs below one address each, out in the open or in the networks that `reach` lists."""

    name = KIND
    title = "HTTP API"
    settings: type[BaseModel] = HttpSettings

    def __init__(
        self,
        clock: Clock,
        reach: Reach | None = None,
        limits: HttpLimits | None = None,
        resolver: Callable[[], AbstractResolver] | None = None,
    ) -> None:
        """`resolver` makes what looks names up; without one the system does."""
        self._clock = clock
        self._reach = reach or Reach()
        self._limits = limits or HttpLimits()
        self._resolver = resolver
        self._tools: HttpTools | None = None
        self._known: dict[tuple[str, int], tuple[Tool, ...]] = {}

    def address(self, settings: HttpSettings) -> str:
        """Where the secrets go: the base address, and who is let in there.

        Raises Refused for an IP address that is not spoken to; what names lead to is found out for each connection.
        """
        host = urlsplit(settings.base_url).hostname or ""
        if is_address(host) and not self._reach.allows(host):
            raise inward(settings.base_url)
        return f"{settings.user}@{settings.base_url}" if settings.user else settings.base_url

    async def connect(self, settings: HttpSettings, *, project_id: str, writable: bool) -> HttpSource:
        """A session with it, the same for every project; nothing is asked before somebody does."""
        del project_id
        return self._session(settings, writable=writable)

    async def trial(self, source: Any) -> str:
        """What the base address answers."""
        settings: HttpSettings = source.settings
        url = below(settings.base_url, "", settings.query.items())
        answer = await source.send(Request("GET", url, {"Accept": "*/*", **settings.headers}))
        is_open = settings.secret_values() and settings.base_url.startswith("http://")
        more = " Its secrets go there unencrypted: https is safer." if is_open else ""
        return f"{settings.base_url} answers {answer.status_line}.{more}{await asyncio.to_thread(told, settings)}"

    def tools(self, shelf: Shelf, there: Sequence[Datasource]) -> Sequence[Tool]:
        """What every API can be asked, and what changes those that may be changed."""
        if self._tools is None:
            self._tools = HttpTools(shelf, self._limits)
        can_change = any(_can_change(each) for each in there)
        always = (self._tools.get, self._tools.request) if can_change else (self._tools.get,)
        which = _which(there)
        told_which = [replace(tool, description=f"{tool.description}\n\n{which}") for tool in always]
        return (*told_which, *self._described(shelf, there))

    async def ready(self, settings: HttpSettings) -> HttpSettings:
        """With the document that is named or pasted, as it is kept. Raises ToolProblem for one that cannot be."""
        text = settings.openapi or (await self._fetched(settings) if settings.openapi_path else "")
        if not text:
            return settings
        return settings.model_copy(update={"openapi": await asyncio.to_thread(shortened_document, text)})

    def _session(self, settings: HttpSettings, *, writable: bool) -> HttpSource:
        from parlour.toolkits.data.http.source import HttpSource

        return HttpSource(settings, self._limits, self._reach, self._clock, self._resolver, writable=writable)

    async def _fetched(self, settings: HttpSettings) -> str:
        source = self._session(settings, writable=False)
        try:
            url = below(settings.base_url, settings.openapi_path, settings.query.items())
            request = Request("GET", url, {"Accept": "application/json, */*;q=0.5", **settings.headers})
            answer = await source.send(request, limit=self._limits.document_bytes)
        finally:
            await source.close()
        if answer.status != HTTPStatus.OK or answer.cut or answer.form not in ("json", "text"):
            size = f", at most {self._limits.document_bytes:,} bytes of it" if answer.cut else ""
            raise Failed(f"{settings.openapi_path} answers {answer.status_line}, and no document{size}.")
        return answer.body if isinstance(answer.body, str) else orjson.dumps(answer.body).decode()

    def _described(self, shelf: Shelf, there: Sequence[Datasource]) -> list[Tool]:
        tools: dict[str, Tool] = {}
        for each in there:
            key = (each.id, each.rev)
            if key not in self._known:
                if len(self._known) >= _MOST_KNOWN:
                    self._known.clear()
                self._known[key] = described(shelf, each, self._limits.seconds + SLACK_S)
            # Of two APIs whose names come to the same, the first has its tools; the other is asked with http_get.
            tools = {tool.name: tool for tool in self._known[key]} | tools
        return list(tools.values())


def _which(there: Sequence[Datasource]) -> str:
    """Which APIs there are, and what for, in the words of their admins."""
    told_of = [f"“{each.name}”" + (f" ({each.description[:200]})" if each.description else "") for each in there]
    return f"APIs here: {', '.join(told_of[:_MOST_NAMED])}."


def _can_change(datasource: Datasource) -> bool:
    methods = datasource.settings.get("methods")
    return datasource.writable and isinstance(methods, list) and any(each not in READING for each in methods)
