"""The REST doors, put together."""

from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from parlour.api.auth import asking
from parlour.api.body_limit import BodyLimit
from parlour.api.doors import Doors
from parlour.api.errors import AlwaysAnswers, refuse_politely
from parlour.api.mcp import PATH as MCP
from parlour.api.mcp import McpDoor
from parlour.api.mcp_sign_in import mcp_sign_in_back_routes, mcp_sign_in_routes
from parlour.api.openai import openai_routes
from parlour.api.reference import REFERENCE_POLICY, reference_page
from parlour.api.routes.approvals import approval_routes
from parlour.api.routes.auth import auth_routes, sign_in_routes
from parlour.api.routes.connections import connection_routes
from parlour.api.routes.conversations import conversation_routes
from parlour.api.routes.datasources import datasource_routes
from parlour.api.routes.health import health_routes
from parlour.api.routes.invitations import invitation_routes, invited_routes
from parlour.api.routes.messages import message_routes
from parlour.api.routes.metrics import metric_routes
from parlour.api.routes.model_settings import model_settings_routes
from parlour.api.routes.models import model_routes
from parlour.api.routes.oneself import own_routes
from parlour.api.routes.projects import project_routes
from parlour.api.routes.providers import provider_routes
from parlour.api.routes.routing import routing_routes
from parlour.api.routes.search import search_routes
from parlour.api.routes.seen import seen_routes
from parlour.api.routes.suggestions import suggestion_routes
from parlour.api.routes.system import system_routes
from parlour.api.routes.tools import tool_routes
from parlour.api.routes.usage import budget_routes, usage_routes
from parlour.api.routes.users import audit_routes, user_routes
from parlour.api.routes.warming import warming_routes
from parlour.protocol.rest import ErrorBody

PREFIX = "/api/v1"
SIGNED_IN = (
    auth_routes,
    own_routes,
    user_routes,
    invitation_routes,
    project_routes,
    datasource_routes,
    mcp_sign_in_routes,
    audit_routes,
    conversation_routes,
    message_routes,
    warming_routes,
    approval_routes,
    search_routes,
    seen_routes,
    tool_routes,
    model_routes,
    model_settings_routes,
    routing_routes,
    provider_routes,
    usage_routes,
    budget_routes,
    connection_routes,
    suggestion_routes,
    system_routes,
)
"""The doors for whoever says who they are, in the order of the reference."""


def make_rest(doors: Doors) -> FastAPI:
    """The app behind `/api/v1`, `/docs` and the health checks. Wrap the whole server in `WithHeaders`."""
    app = FastAPI(
        title="Parlour",
        version=doors.version,
        description="Every door but the socket, which is at `/api/v1/chat/ws`.",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        responses={"4XX": {"model": ErrorBody, "description": "Refused; the body says why."}},
    )
    app.add_middleware(BodyLimit)
    app.add_middleware(AlwaysAnswers)
    refuse_politely(app)
    # Each straight into the app: FastAPI builds every route anew for every router that it is included in.
    signed_in = [Depends(asking(doors))]
    for routes in (sign_in_routes, invited_routes):
        app.include_router(routes(doors), prefix=PREFIX)
    for routes in SIGNED_IN:
        app.include_router(routes(doors), prefix=PREFIX, dependencies=signed_in)
    app.include_router(mcp_sign_in_back_routes(doors))
    app.include_router(openai_routes(doors), dependencies=signed_in)
    app.router.routes.append(Route(MCP, McpDoor(doors)))
    app.include_router(health_routes(doors))
    app.include_router(metric_routes(doors), dependencies=signed_in)

    @app.get("/docs", include_in_schema=False)
    async def docs(_: Request) -> HTMLResponse:
        return HTMLResponse(reference_page(app.openapi()), headers={"Content-Security-Policy": REFERENCE_POLICY})

    return app
