"""The databases, APIs and files that a project works with: members see which, admins set them up and try them out.

What somebody has for themselves alone they set up on their own, and nobody else sees it.
"""

from collections.abc import Awaitable, Iterable

from fastapi import APIRouter

from parlour.api.auth import Asking
from parlour.api.doors import Doors
from parlour.errors import Forbidden, InvalidRequest, NotAvailable
from parlour.identity.connections import check_may_join
from parlour.identity.who import Who
from parlour.protocol.content import Problem
from parlour.protocol.datasources import (
    DatasourceChange,
    DatasourceKind,
    DatasourceList,
    DatasourceTrial,
    DatasourceTried,
    DatasourceView,
    NewDatasource,
)
from parlour.toolkits.data.datasource import Datasource
from parlour.toolkits.data.kinds import Kind
from parlour.tools.caller import Caller
from parlour.tools.outcomes import ToolProblem

MANAGE = "house:manage"
CHANGE = "tools:write"
_SILENT = "It did not answer in time. Check the address, and that this server reaches it."


def datasource_routes(doors: Doors) -> APIRouter:
    """`/projects/{project_id}/datasources`."""
    routes = APIRouter(prefix="/projects/{project_id}/datasources", tags=["datasources"])
    _for_members(routes, doors)
    _for_owners(routes, doors)
    _for_trials(routes, doors)
    return routes


def _for_members(routes: APIRouter, doors: Doors) -> None:
    @routes.get("")
    async def listed(who: Asking, project_id: str) -> DatasourceList:
        """The datasources of a project one is in, by name; among them what one has there for oneself alone."""
        await doors.household.projects.one(who, project_id)
        kept = await doors.data.desk.kept(project_id, who.user_id)
        return DatasourceList(
            datasources=[_view(doors, who, each) for each in kept],
            kinds=_told(doors.data.desk.kinds.values()) if who.may(MANAGE) else [],
            own_kinds=_told(doors.data.desk.own_kinds()) if who.may(CHANGE) else [],
        )

    @routes.get("/{datasource_id}")
    async def one(who: Asking, project_id: str, datasource_id: str) -> DatasourceView:
        """A datasource of a project one is in."""
        await doors.household.projects.one(who, project_id)
        return await _shown(doors, who, project_id, datasource_id)


def _for_owners(routes: APIRouter, doors: Doors) -> None:
    @routes.post("", status_code=201)
    async def add(who: Asking, project_id: str, body: NewDatasource) -> DatasourceView:
        """Give a project a datasource, or oneself in it. Its secrets are sealed, and shown to nobody.

        Only admins add what is everybody's.
        """
        caller = await _managed(doors, who, project_id, is_mine=body.is_mine)
        datasource_id = await doors.data.desk.add(caller, body)
        doors.data.changed(caller, datasource_id)
        return await _shown(doors, who, project_id, datasource_id)

    @routes.patch("/{datasource_id}")
    async def change(who: Asking, project_id: str, datasource_id: str, body: DatasourceChange) -> DatasourceView:
        """Change a datasource; another address needs its secrets anew. For admins, and whose own it is."""
        caller, _ = await _owned(doors, who, project_id, datasource_id)
        await doors.data.desk.change(caller, datasource_id, body)
        doors.data.changed(caller, datasource_id)
        return await _shown(doors, who, project_id, datasource_id)

    @routes.delete("/{datasource_id}", status_code=204)
    async def remove(who: Asking, project_id: str, datasource_id: str) -> None:
        """Forget a datasource, with its secrets. What it leads to stays as it is. For admins, and whose own it is."""
        caller, _ = await _owned(doors, who, project_id, datasource_id)
        await doors.data.desk.remove(caller, datasource_id)
        doors.data.changed(caller, datasource_id)


def _for_trials(routes: APIRouter, doors: Doors) -> None:
    @routes.post("/check")
    async def try_new(who: Asking, project_id: str, body: DatasourceTrial) -> DatasourceTried:
        """Try settings out before they are kept: whether it answers, and what is there.

        For admins, and for what is to be one's own.
        """
        caller = await _managed(doors, who, project_id, is_mine=body.is_mine)
        if body.kind is None or body.settings is None:
            raise InvalidRequest("Name a kind, and settings to try.")
        owner = caller.user_id if body.is_mine else ""
        return await _tried(doors, doors.data.desk.tried(caller.project_id, body.kind, body.settings, owner))

    @routes.post("/{datasource_id}/check")
    async def try_kept(
        who: Asking, project_id: str, datasource_id: str, body: DatasourceTrial | None = None
    ) -> DatasourceTried:
        """Try a datasource out as it is kept, or with what is to be changed. For admins, and whose own it is."""
        _, kept = await _owned(doors, who, project_id, datasource_id)
        return await _tried(doors, doors.data.desk.tried_again(kept, (body and body.settings) or {}))


async def _managed(doors: Doors, who: Who, project_id: str, *, is_mine: bool) -> Caller:
    """Whoever may add a datasource to a project, in it.

    Raises Forbidden for all but admins, of one's own for those who may change nothing, and NotFound.
    """
    if not is_mine:
        check_may_join(who)
    elif not who.may(CHANGE):
        raise Forbidden("You may look at everything here and change nothing.")
    await doors.household.projects.one(who, project_id)
    return who.in_project(project_id)


async def _owned(doors: Doors, who: Who, project_id: str, datasource_id: str) -> tuple[Caller, Datasource]:
    """Whoever may change this datasource, and it. Raises as `_managed` does."""
    mine = [each for each in await doors.data.desk.kept(project_id, who.user_id) if each.owner]
    is_mine = any(each.id == datasource_id for each in mine)
    caller = await _managed(doors, who, project_id, is_mine=is_mine)
    return caller, await doors.data.desk.one(project_id, datasource_id, who.user_id)


async def _shown(doors: Doors, who: Who, project_id: str, datasource_id: str) -> DatasourceView:
    return _view(doors, who, await doors.data.desk.one(project_id, datasource_id, who.user_id))


async def _tried(doors: Doors, trial: Awaitable[str]) -> DatasourceTried:
    started, words, problem = doors.clock.monotonic(), None, None
    try:
        words = await trial
    except (ToolProblem, NotAvailable) as error:
        said = error.message if isinstance(error, ToolProblem) else error.safe
        hint = getattr(error, "suggestion", None)
        problem = Problem(code="unavailable", message=f"{said} {hint}" if hint else said)
    except TimeoutError:
        problem = Problem(code="unavailable", message=_SILENT)
    took = round((doors.clock.monotonic() - started) * 1000)
    return DatasourceTried(works=problem is None, words=words, problem=problem, duration_ms=took)


def _view(doors: Doors, who: Who, kept: Datasource) -> DatasourceView:
    kind = doors.data.desk.kinds.get(kept.kind)
    lost = bool(kept.secret_names) and kept.sealed_secrets is None
    manages = who.may(MANAGE) or bool(kept.owner)
    return DatasourceView(
        id=kept.id,
        project_id=kept.project_id,
        name=kept.name,
        kind=kept.kind,
        kind_title=kind.title if kind else kept.kind,
        is_mine=bool(kept.owner),
        description=kept.description,
        writable=kept.writable,
        address=kept.address if manages else None,
        settings=kept.settings if manages else None,
        secrets=list(kept.secret_names) if manages else None,
        problem=_problem(kept, is_known=kind is not None, lost=lost),
        created_at=kept.created_at,
        updated_at=kept.updated_at,
        rev=kept.rev,
    )


def _problem(kept: Datasource, *, is_known: bool, lost: bool) -> Problem | None:
    if not is_known:
        return Problem(code="not_available", message=f"This server knows no kind of datasource “{kept.kind}”.")
    if lost:
        return Problem(code="unavailable", message="What is secret about it was dropped. An admin can enter it anew.")
    return None


def _told(kinds: Iterable[Kind]) -> list[DatasourceKind]:
    return [
        DatasourceKind(name=kind.name, title=kind.title, settings=kind.settings.model_json_schema()) for kind in kinds
    ]
