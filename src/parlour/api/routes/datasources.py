"""The databases, APIs and files that a project works with: members see which, admins set them up and try them out."""

from collections.abc import Awaitable

from fastapi import APIRouter

from parlour.api.auth import Asking
from parlour.api.doors import Doors
from parlour.errors import InvalidRequest, NotAvailable
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
from parlour.tools.caller import Caller
from parlour.tools.outcomes import ToolProblem

_SILENT = "It did not answer in time. Check the address, and that this server reaches it."


def datasource_routes(doors: Doors) -> APIRouter:
    """`/projects/{project_id}/datasources`."""
    routes = APIRouter(prefix="/projects/{project_id}/datasources", tags=["datasources"])
    _for_members(routes, doors)
    _for_admins(routes, doors)
    _for_trials(routes, doors)
    return routes


def _for_members(routes: APIRouter, doors: Doors) -> None:
    @routes.get("")
    async def listed(who: Asking, project_id: str) -> DatasourceList:
        """The datasources of a project one is in, by name."""
        await doors.household.projects.one(who, project_id)
        kept = await doors.data.desk.kept(project_id)
        return DatasourceList(datasources=[_view(doors, who, each) for each in kept], kinds=_kinds(doors, who))

    @routes.get("/{datasource_id}")
    async def one(who: Asking, project_id: str, datasource_id: str) -> DatasourceView:
        """A datasource of a project one is in."""
        await doors.household.projects.one(who, project_id)
        return await _shown(doors, who, project_id, datasource_id)


def _for_admins(routes: APIRouter, doors: Doors) -> None:
    @routes.post("", status_code=201)
    async def add(who: Asking, project_id: str, body: NewDatasource) -> DatasourceView:
        """Give a project a datasource. Its secrets are sealed, and shown to nobody. Admins only."""
        caller = await _managed(doors, who, project_id)
        datasource_id = await doors.data.desk.add(caller, body)
        doors.data.changed(project_id, datasource_id)
        return await _shown(doors, who, project_id, datasource_id)

    @routes.patch("/{datasource_id}")
    async def change(who: Asking, project_id: str, datasource_id: str, body: DatasourceChange) -> DatasourceView:
        """Change a datasource; another address needs its secrets anew. Admins only."""
        await doors.data.desk.change(await _managed(doors, who, project_id), datasource_id, body)
        doors.data.changed(project_id, datasource_id)
        return await _shown(doors, who, project_id, datasource_id)

    @routes.delete("/{datasource_id}", status_code=204)
    async def remove(who: Asking, project_id: str, datasource_id: str) -> None:
        """Forget a datasource, with its secrets. What it leads to stays as it is. Admins only."""
        await doors.data.desk.remove(await _managed(doors, who, project_id), datasource_id)
        doors.data.changed(project_id, datasource_id)


def _for_trials(routes: APIRouter, doors: Doors) -> None:
    @routes.post("/check")
    async def try_new(who: Asking, project_id: str, body: DatasourceTrial) -> DatasourceTried:
        """Try settings out before they are kept: whether it answers, and what is there. Admins only."""
        await _managed(doors, who, project_id)
        if body.kind is None or body.settings is None:
            raise InvalidRequest("Name a kind, and settings to try.")
        return await _tried(doors, doors.data.desk.tried(body.kind, body.settings))

    @routes.post("/{datasource_id}/check")
    async def try_kept(
        who: Asking, project_id: str, datasource_id: str, body: DatasourceTrial | None = None
    ) -> DatasourceTried:
        """Try a datasource out as it is kept, or with what is to be changed. Admins only."""
        await _managed(doors, who, project_id)
        kept = await doors.data.desk.one(project_id, datasource_id)
        return await _tried(doors, doors.data.desk.tried_again(kept, (body and body.settings) or {}))


async def _managed(doors: Doors, who: Who, project_id: str) -> Caller:
    """Whoever may manage a project, in it. Raises Forbidden for all but admins, and NotFound."""
    check_may_join(who)
    await doors.household.projects.one(who, project_id)
    return who.in_project(project_id)


async def _shown(doors: Doors, who: Who, project_id: str, datasource_id: str) -> DatasourceView:
    return _view(doors, who, await doors.data.desk.one(project_id, datasource_id))


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
    manages = who.may("house:manage")
    return DatasourceView(
        id=kept.id,
        project_id=kept.project_id,
        name=kept.name,
        kind=kept.kind,
        kind_title=kind.title if kind else kept.kind,
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


def _kinds(doors: Doors, who: Who) -> list[DatasourceKind]:
    if not who.may("house:manage"):
        return []
    return [
        DatasourceKind(name=kind.name, title=kind.title, settings=kind.settings.model_json_schema())
        for kind in doors.data.desk.kinds.values()
    ]
