"""The tools that any API is asked with."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue

from parlour.toolkits.data.datasource import acting_on
from parlour.toolkits.data.http.asking import KIND, Ask, foresaw, had, made, rests_on
from parlour.toolkits.data.http.keeping import lasts
from parlour.toolkits.data.http.requests import Asked, QueryValue
from parlour.toolkits.data.http.settings import HttpLimits, Method
from parlour.toolkits.data.http.wording import REQUEST
from parlour.toolkits.data.kinds import Shelf
from parlour.tools.acting import Foreseen
from parlour.tools.caching import Basis, Caching
from parlour.tools.tool import Tool, ToolContext, make_tool

SLACK_S = 5.0
"""Beside the time that a request has: to look up what is asked, and to put the answer in order."""

Path = Annotated[
    str,
    Field(max_length=4_000, description="The path below the API's base address, such as /orders/7; or a whole URL."),
]
Query = Annotated[
    dict[str, QueryValue] | None, Field(description="Parameters of the query, as they are: they get encoded.")
]
Headers = Annotated[
    dict[str, str] | None, Field(description="Further headers. What it takes to be let in is added by itself.")
]
Body = Annotated[
    JsonValue, Field(description="A JSON value, or text; an object for a form, with a Content-Type that says so.")
]
Named = Annotated[
    str | None, Field(max_length=100, description="Name or id of the API; may be left out where there is only one.")
]


class HttpTools:
    """The tools over every API of the caller's project."""

    def __init__(self, shelf: Shelf, limits: HttpLimits) -> None:
        self._shelf = shelf
        # What an API answers was written by others: it is never taken for instructions.
        shared: dict[str, Any] = {"open_world": True, "timeout_s": limits.seconds + SLACK_S, "wording": REQUEST}
        get = make_tool(self.http_get, effect="read", **shared)
        self.get: Tool = replace(get, caching=Caching(self._basis, lasts))
        self.request: Tool = make_tool(
            self.http_request, effect="write", acting=acting_on(KIND, self._foresee), **shared
        )

    async def http_get(
        self,
        context: ToolContext,
        path: Path = "",
        query: Query = None,
        headers: Headers = None,
        datasource: Named = None,
        method: Literal["GET", "HEAD"] = "GET",
    ) -> dict[str, Any]:
        """Read from an HTTP API of this project.

        Only so much of an answer is read; "cut" says that there was more: then ask for a smaller page.
        """
        return await had(self._shelf, context, datasource, _asks(method, path, query, headers))

    async def http_request(
        self,
        context: ToolContext,
        method: Literal["POST", "PUT", "PATCH", "DELETE"],
        path: Path,
        body: Body = None,
        query: Query = None,
        headers: Headers = None,
        datasource: Named = None,
    ) -> dict[str, Any]:
        """Change something through an HTTP API of this project, with one request, after a person's yes.

        They are shown what is sent. Look first with http_get at what is meant.
        """
        return await made(self._shelf, context, datasource, _asks(method, path, query, headers, body))

    async def _basis(self, context: ToolContext, datasource: str | None = None, **_: Any) -> Basis | None:
        return await rests_on(self._shelf, context, datasource)

    async def _foresee(
        self,
        context: ToolContext,
        method: Method,
        path: str,
        body: JsonValue = None,
        query: dict[str, QueryValue] | None = None,
        headers: dict[str, str] | None = None,
        datasource: str | None = None,
    ) -> Foreseen:
        """What would be sent. Raises what the call itself would."""
        return await foresaw(self._shelf, context, datasource, _asks(method, path, query, headers, body))


def _asks(
    method: Method,
    path: str,
    query: dict[str, QueryValue] | None,
    headers: dict[str, str] | None,
    body: JsonValue = None,
) -> Ask:
    return lambda _: Asked(method, path, query or {}, headers or {}, body)
