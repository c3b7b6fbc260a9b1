"""Signing in at MCP servers that want it: admins are sent to where one signs in, and come back here."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from parlour.api.auth import Asking, who_asks
from parlour.api.doors import Doors
from parlour.errors import NotAvailable, NotFound, ParlourError
from parlour.identity.connections import check_may_join
from parlour.identity.who import Who
from parlour.toolkits.data.datasource import Datasource
from parlour.toolkits.data.mcp.kind import McpKind
from parlour.toolkits.data.mcp.oauth.coming_back import Back, datasource_of
from parlour.tools.outcomes import ToolProblem

BACK = "/api/v1/mcp/sign-in"
"""Where a browser comes back to. Authorization servers are told this address."""
PAGE = "/settings/data"
"""Where it goes on from there."""
_LONGEST = 8_000

Brought = Annotated[str | None, Query(max_length=_LONGEST)]


def mcp_sign_in_routes(doors: Doors) -> APIRouter:
    """`/projects/{project_id}/datasources/{datasource_id}/sign-in`: for the page, so in no reference."""
    routes = APIRouter(prefix="/projects/{project_id}/datasources/{datasource_id}/sign-in", include_in_schema=False)

    @routes.get("")
    async def standing(who: Asking, project_id: str, datasource_id: str) -> JSONResponse:
        """How it stands: for admins, for whose own it is, and where each person signs in for themselves, for them."""
        kept, signing = await _found(doors, who, project_id, datasource_id)
        now = await signing.standing(kept, who.user_id)
        told = {"signed_in": now.is_signed_in, "wanted": now.is_wanted, "issuer": now.issuer, "by": now.by}
        return JSONResponse({**told, "at": now.at, "problem": now.problem, "personal": now.is_personal})

    @routes.post("")
    async def begin(who: Asking, project_id: str, datasource_id: str) -> JSONResponse:
        """Where to sign in. The same browser has to come back, within ten minutes."""
        kept, signing = await _found(doors, who, project_id, datasource_id)
        try:
            url = await signing.begin(kept, who.user_id, who.credential_id, _back(doors))
        except ToolProblem as problem:
            raise NotAvailable(" ".join(filter(None, (problem.message, problem.suggestion)))) from problem
        return JSONResponse({"url": url})

    @routes.delete("", status_code=204)
    async def leave(who: Asking, project_id: str, datasource_id: str) -> None:
        """Forget a sign-in."""
        kept, signing = await _found(doors, who, project_id, datasource_id)
        await signing.leave(who.in_project(project_id), kept)
        doors.data.changed(who.in_project(project_id), datasource_id)

    return routes


def mcp_sign_in_back_routes(doors: Doors) -> APIRouter:
    """Where a browser comes back to. Whatever it brings, it is sent on to one page of ours and to no other."""
    routes = APIRouter(include_in_schema=False)

    @routes.get(BACK)
    async def back(
        request: Request,
        state: Brought = None,
        code: Brought = None,
        error: Brought = None,
        iss: Brought = None,
    ) -> Response:
        """Take the code, and go on to the page, which says how it stands."""
        try:
            who = await who_asks(request, doors.gate, doors.origins)
            await _finish(doors, who, state or "", code=code, error=error, issuer=iss)
        except ParlourError as refused:
            return PlainTextResponse(refused.safe, refused.status)
        return RedirectResponse(f"{doors.address}{PAGE}", 303)

    return routes


async def _finish(doors: Doors, who: Who, state: str, **brought: str | None) -> None:
    project_id, datasource_id = datasource_of(state)
    _, signing = await _found(doors, who, project_id, datasource_id)
    name = who.full_name or who.username
    await signing.finish(who.in_project(project_id), name, who.credential_id, Back(state, **brought))
    doors.data.changed(who.in_project(project_id), datasource_id)


async def _found(doors: Doors, who: Who, project_id: str, datasource_id: str) -> tuple[Datasource, Any]:
    """An MCP server of a project one is in, and how one signs in there. Raises NotFound.

    Raises Forbidden for all but admins where one sign-in counts for everybody.
    """
    await doors.household.projects.one(who, project_id)
    kept = await doors.data.desk.one(project_id, datasource_id, who.user_id)
    if kept.settings.get("personal") is not True and not kept.owner:
        check_may_join(who)
    kind = doors.data.desk.kind_of(kept)
    if not isinstance(kind, McpKind):
        raise NotFound("There is nothing to sign in to.")
    try:
        return kept, await kind.signing_in(doors.data.desk)
    except ToolProblem as absent:
        raise NotAvailable(absent.message) from absent


def _back(doors: Doors) -> str:
    return f"{doors.address}{BACK}"
