"""Who answers, and how: what each scope decides, and what comes of it."""

from fastapi import APIRouter, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.api.auth import Asking, visit_of
from parlour.api.doors import Doors, InForce
from parlour.api.scopes import DecidedFor
from parlour.errors import NotAvailable, NotNow
from parlour.identity.access import conversation_for, project_for
from parlour.identity.model_settings import ModelDesk
from parlour.identity.scopes import Whose
from parlour.identity.who import Who
from parlour.models.route import Wish
from parlour.protocol.effective import (
    EffectiveModels,
    ModelSettings,
    ModelSettingsView,
    NewModelSettings,
    Origins,
    Scope,
    SkippedModel,
)
from parlour.protocol.rest import Line
from parlour.store.queries.choices import Choices, choices


def model_settings_routes(doors: Doors) -> APIRouter:
    """`/models/settings` and `/models/effective`."""
    routes = APIRouter(prefix="/models", tags=["models"])

    @routes.get("/settings")
    async def decided(who: Asking, whose: DecidedFor) -> ModelSettingsView:
        """What one scope decided: the house; with `mine` oneself; or a project, or a conversation of one's own."""
        return await _desk(doors).kept(who, whose)

    @routes.put("/settings")
    async def decide(who: Asking, whose: DecidedFor, body: NewModelSettings, request: Request) -> ModelSettingsView:
        """Decide for a scope, in the place of what it decided before. What is left out is left to the next scope.

        For the house, admins only; for a project, its owner and admins.
        """
        before = await _desk(doors).kept(who, whose)
        if before.may_change and body.settings.model not in (None, before.settings.model):
            await _check_model(doors, who, whose, body.settings)
        return await _desk(doors).put(who, whose, body, visit_of(request))

    @routes.get("/effective")
    async def in_force(
        who: Asking, conversation_id: Line | None = None, project_id: Line | None = None
    ) -> EffectiveModels:
        """Who would answer the next question in a conversation, or in a new one in a project, and how; of every value
        who decided it, and of every model that was passed over why."""
        async with doors.reads.read() as connection:
            if conversation_id is not None:
                project_id = (await conversation_for(connection, who, conversation_id)).value.project_id
            project = await project_for(connection, who, project_id)
            favourites, own_keys = _own(await choices(connection, who.tenant_id, user_id=who.user_id))
        found = await doors.models.in_force(Wish(who.tenant_id, project.id, who.user_id, conversation_id))
        return _shown(found, favourites, own_keys)

    return routes


def _desk(doors: Doors) -> ModelDesk:
    return ModelDesk(doors.reads, doors.writer, doors.clock)


async def _check_model(doors: Doors, who: Who, whose: Whose, settings: ModelSettings) -> None:
    """Raise NotNow where a scope would decide for a model that cannot answer there."""
    async with doors.reads.read() as connection:
        wish = await _wish_of(connection, who, whose, settings.model)
    try:
        await doors.models.in_force(wish)
    except NotAvailable as unable:
        raise NotNow(unable.safe) from unable


async def _wish_of(connection: AsyncConnection, who: Who, whose: Whose, model: str | None) -> Wish:
    """A question that a decision would be for, by somebody who has nothing of their own unless it is theirs."""
    match whose.kind:
        case "conversation":
            project_id = (await conversation_for(connection, who, whose.id)).value.project_id
            return Wish(who.tenant_id, project_id, who.user_id, whose.id, model)
        case "user":
            return Wish(who.tenant_id, "", who.user_id, model=model)
        case _:
            return Wish(who.tenant_id, whose.id, "", model=model)


def _own(decided: Choices) -> tuple[list[str], bool]:
    return decided.of("user").settings.favourites, decided.of("tenant").settings.own_keys


def _shown(found: InForce, favourites: list[str], own_keys: bool) -> EffectiveModels:
    settled = found.effective
    filled: dict[str, Scope] = dict.fromkeys(found.parameters.model_dump(exclude_none=True), "system")
    return EffectiveModels(
        model=settled.model or "built-in",
        parameters=found.parameters,
        origins=Origins.model_validate({"model": "system", **filled, **settled.origins}),
        skipped=[SkippedModel(scope=one.scope, model=one.model, why=one.why) for one in settled.skipped],
        max_tokens_ceiling=found.ceiling,
        favourites=favourites,
        own_keys=own_keys,
    )
