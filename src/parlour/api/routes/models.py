"""Who can answer, and whom an admin lets answer."""

from fastapi import APIRouter

from parlour.api.auth import Asking
from parlour.api.doors import Doors
from parlour.api.views import model_price
from parlour.errors import NotFound, NotNow
from parlour.identity.access import project_for
from parlour.identity.consent import allow_provider, check_admin, make_default
from parlour.identity.who import Who
from parlour.models.lineup import ROUTES
from parlour.protocol.providers import DefaultModel, ModelList, ModelView, ProviderAllowed
from parlour.protocol.rest import Line

_SHOWN = ("id", "provider", "host", "is_allowed", "is_default", "scope", "window", "is_tier")


def model_routes(doors: Doors) -> APIRouter:
    """`/models`."""
    routes = APIRouter(prefix="/models", tags=["models"])

    async def shown_to(who: Who, project_id: str | None = None) -> ModelList:
        found = await doors.models.offered(who, project_id)
        return ModelList(
            models=[
                ModelView.model_validate(
                    {name: getattr(one, name) for name in _SHOWN} | {"price": model_price(one.price)}
                )
                for one in found
            ]
        )

    @routes.get("")
    async def listing(who: Asking, project_id: Line | None = None) -> ModelList:
        """Everybody who could answer in a project, the shared one by default, and whether they may."""
        async with doors.reads.read() as connection:
            project = await project_for(connection, who, project_id)
        return await shown_to(who, project.id)

    @routes.post("/allowed")
    async def allow(who: Asking, body: ProviderAllowed) -> ModelList:
        """Let what is asked here go to a provider, or no longer. Admins only."""
        check_admin(who)
        if body.provider not in {model.provider for model in await doors.models.offered(who)} - {ROUTES}:
            raise NotFound("No such provider is set up here.")
        await allow_provider(doors.writer, doors.clock, who, body.provider, body.is_allowed)
        return await shown_to(who)

    @routes.put("/default")
    async def choose(who: Asking, body: DefaultModel) -> ModelList:
        """Say who answers where nobody else is asked for; null for the first that is allowed. Admins only.

        The built-in model is always a choice.
        """
        check_admin(who)
        if body.model is not None:
            found = {model.id: model for model in await doors.models.offered(who)}.get(body.model)
            if found is None:
                raise NotFound("No such model is set up here.")
            if not found.is_allowed:
                raise NotNow(f"{found.id} cannot answer by default before its provider is allowed.")
        await make_default(doors.writer, doors.clock, who, body.model)
        return await shown_to(who)

    return routes
