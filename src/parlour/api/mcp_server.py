"""What somebody in a project is answered over MCP, by the official package."""

from dataclasses import dataclass
from typing import Any

import mcp_types as mcp
import orjson
from mcp.server.lowlevel.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.shared.exceptions import MCPError

from parlour.api.doors import Doors
from parlour.api.mcp_calls import Wanted, call, decide
from parlour.api.mcp_resources import ENTITY, read_resource, resources
from parlour.api.mcp_wire import KEY, answer_to, came_of, failed, listed, may_be_asked, question
from parlour.errors import ParlourError
from parlour.identity.who import Who
from parlour.tools.tool import Tool

JSON = "application/json"


def manager_for(doors: Doors, who: Who, project_id: str) -> StreamableHTTPSessionManager:
    """What answers one request of somebody in a project."""
    house = McpServer(doors, who, project_id)
    server = Server(
        "parlour",
        version=doors.version,
        title="Parlour",
        on_list_tools=house.list_tools,
        on_call_tool=house.call_tool,
        on_list_resources=house.list_resources,
        on_list_resource_templates=house.list_templates,
        on_read_resource=house.read_resource,
    )
    return StreamableHTTPSessionManager(server, stateless=True)


@dataclass(frozen=True, slots=True)
class McpServer:
    """Somebody in a project, and what they are answered."""

    doors: Doors
    who: Who
    project_id: str

    async def list_tools(self, context: Any, params: Any) -> mcp.ListToolsResult:
        """Every tool that they may use here."""
        return mcp.ListToolsResult(tools=[listed(tool) for tool in await self._tools()])

    async def call_tool(
        self, context: Any, params: mcp.CallToolRequestParams
    ) -> mcp.CallToolResult | mcp.InputRequiredResult:
        """Make a call, or go on with one that somebody was asked about."""
        try:
            if params.request_state is not None:
                called = await decide(self.doors, self.who, params.request_state, answer_to(params))
            else:
                called = await call(self.doors, self.who, await self._wanted(params))
        except ParlourError as error:
            return failed(error.safe)
        may_ask = may_be_asked(context.session.client_capabilities, context.protocol_version)
        waiting = called.waiting
        if waiting is not None and waiting.form is None and may_ask and params.request_state is None:
            return question(waiting)
        return came_of(called, self.doors.address)

    async def list_resources(self, context: Any, params: Any) -> mcp.ListResourcesResult:
        """Their conversations."""
        found = await resources(self.doors, self.who, self.project_id)
        return mcp.ListResourcesResult(
            resources=[mcp.Resource(uri=uri, name=name, mime_type=JSON) for uri, name in found]
        )

    async def list_templates(self, context: Any, params: Any) -> mcp.ListResourceTemplatesResult:
        """How a thing in the house is read by its name or id."""
        entity = mcp.ResourceTemplate(uri_template=f"{ENTITY}{{name}}", name="A thing in the house", mime_type=JSON)
        return mcp.ListResourceTemplatesResult(resource_templates=[entity])

    async def read_resource(self, context: Any, params: mcp.ReadResourceRequestParams) -> mcp.ReadResourceResult:
        """One of them."""
        try:
            told = await read_resource(self.doors, self.who, self.project_id, params.uri)
        except ParlourError as error:
            raise MCPError(mcp.INVALID_PARAMS, error.safe) from error
        text = orjson.dumps(told).decode()
        return mcp.ReadResourceResult(contents=[mcp.TextResourceContents(uri=params.uri, mime_type=JSON, text=text)])

    async def _tools(self) -> list[Tool]:
        caller = self.who.in_project(self.project_id)
        return [tool for tool in await self.doors.tools.tools(caller) if caller.may(tool.permission)]

    async def _wanted(self, params: mcp.CallToolRequestParams) -> Wanted:
        key = (params.meta or {}).get(KEY)
        reads = {tool.name for tool in await self._tools() if tool.effect == "read"}
        return Wanted(
            name=params.name,
            arguments=params.arguments or {},
            project_id=self.project_id,
            key=str(key) if key is not None else None,
            is_read=params.name in reads,
        )
