"""`parlour mcp`: the tools of a running house for a program that speaks MCP over its standard streams.

It hands everything on to `/mcp` of the server, with a token; what it is asked there it asks the person at the program.
"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from parlour.config import read_settings
from parlour.errors import NotAvailable, ParlourError, Unauthenticated, Unavailable

if TYPE_CHECKING:
    import mcp_types as types
    from mcp import Client
    from mcp.server.lowlevel.server import Server

NOTHING_SHOWN = "PARLOUR_TOKEN holds no token. `parlour token create` prints one."
ABSENT = "This needs a package that is not installed here: pip install 'parlour[mcp]'."


def mcp(
    url: Annotated[str, typer.Option(envvar="PARLOUR_URL", help="Where the server is; by default on this host.")] = "",
    project: Annotated[str, typer.Option(help="The id of a project; by default the shared one.")] = "",
) -> None:
    """Serve the tools of a running house over standard input and output, for whoever PARLOUR_TOKEN speaks for."""
    token = os.environ.get("PARLOUR_TOKEN", "").strip()
    if not token:
        raise Unauthenticated(NOTHING_SHOWN)
    server = (url or read_settings(os.environ).address).rstrip("/")
    try:
        asyncio.run(_serve(f"{server}/mcp" + (f"?project_id={project}" if project else ""), token))
    except* ParlourError as refusals:
        raise _first(refusals) from None
    except* ImportError as absent:
        raise NotAvailable(ABSENT) from absent


async def _serve(address: str, token: str) -> None:
    import httpx2
    from mcp import Client
    from mcp.client.streamable_http import streamable_http_client
    from mcp.server.stdio import stdio_server

    async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=None) as http:
        await _check(http, address)
        async with (
            Client(streamable_http_client(address, http_client=http), elicitation_callback=_not_asked_here) as house,
            stdio_server() as (reading, writing),
        ):
            server = _handing_on(house)
            await server.run(reading, writing, server.create_initialization_options())


async def _check(http: Any, address: str) -> None:
    """Raises Unavailable where nobody answers, Unauthenticated for a token that does not hold."""
    import httpx2

    try:
        answer = await http.post(address, json={})
    except httpx2.HTTPError as error:
        raise Unavailable(f"Nothing answers at {address}: is the server running?") from error
    if answer.status_code in (401, 403, 404, 501):
        raise Unauthenticated(f"{address} refuses this: {answer.json()['error']['message']}")


def _handing_on(house: Client) -> Server[Any]:
    """A server that hands on what it is asked."""
    from mcp.server.lowlevel.server import Server

    async def list_tools(context: Any, params: Any) -> types.ListToolsResult:
        return await house.list_tools()

    async def call_tool(
        context: Any, params: types.CallToolRequestParams
    ) -> types.CallToolResult | types.InputRequiredResult:
        return await _call(house, context, params)

    async def list_resources(context: Any, params: Any) -> types.ListResourcesResult:
        return await house.list_resources()

    async def list_templates(context: Any, params: Any) -> types.ListResourceTemplatesResult:
        return await house.list_resource_templates()

    async def read_resource(context: Any, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        return await house.read_resource(params.uri)

    return Server(
        "parlour",
        title="Parlour",
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_list_resource_templates=list_templates,
        on_read_resource=read_resource,
    )


async def _call(
    house: Client, context: Any, params: types.CallToolRequestParams
) -> types.CallToolResult | types.InputRequiredResult:
    """Make a call. What has to be asked first is asked as the program can be asked, else it stays in the inbox."""
    import mcp_types as types

    from parlour.api.mcp_wire import ASKED, KEY, may_be_asked

    meta: Any = {KEY: params.meta[KEY]} if params.meta and KEY in params.meta else None

    async def go_on(responses: Any, state: str | None) -> types.CallToolResult | types.InputRequiredResult:
        return await house.session.call_tool(
            params.name,
            params.arguments,
            input_responses=responses,
            request_state=state,
            meta=meta,
            allow_input_required=True,
        )

    came = await go_on(params.input_responses, params.request_state)
    client = context.session.client_capabilities
    if isinstance(came, types.CallToolResult) or may_be_asked(client, context.protocol_version):
        return came
    said = types.ElicitResult(action="cancel")
    question = (came.input_requests or {}).get(ASKED)
    can_be_asked = client is not None and client.elicitation is not None and context.session.can_send_request
    if can_be_asked and isinstance(question, types.ElicitRequest):
        form: Any = question.params
        said = await context.session.elicit_form(form.message, form.requested_schema, context.request_id)
    return await go_on({ASKED: said}, came.request_state)


async def _not_asked_here(context: Any, params: Any) -> types.ElicitResult:
    """Tells the server that somebody can be asked. They are asked by whoever made the call."""
    import mcp_types as types

    return types.ElicitResult(action="cancel")


def _first(refusals: BaseExceptionGroup[ParlourError]) -> ParlourError:
    found: BaseException = refusals
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    assert isinstance(found, ParlourError)
    return found
