"""Who can answer, and whom an admin lets answer."""

from fastapi import APIRouter

from parlour.api.auth import Asking
from parlour.api.doors import Doors
from parlour.errors import Forbidden, NotFound
from parlour.identity.consent import allow_provider
from parlour.identity.who import Who
from parlour.protocol.providers import ModelList, ModelView, ProviderAllowed


def model_routes(doors: Doors) -> APIRouter:
    """`/models`."""
    routes = APIRouter(prefix="/models", tags=["models"])

    async def shown_to(who: Who) -> ModelList:
        return ModelList(
            models=[
                ModelView(id=m.id, provider=m.provider, host=m.host, is_allowed=m.is_allowed, is_default=m.is_default)
                for m in await doors.models.offered(who)
            ]
        )

    @routes.get("")
    async def listing(who: Asking) -> ModelList:
        """Everybody who could answer here, and whether they may."""
        return await shown_to(who)

    @routes.post("/allowed")
    async def allow(who: Asking, body: ProviderAllowed) -> ModelList:
        """Let what is asked here go to a provider, or no longer. Admins only."""
        if not who.may("house:manage"):
            raise Forbidden("Only an admin decides which providers are asked.")
        if body.provider not in {model.provider for model in await doors.models.offered(who)}:
            raise NotFound("No such provider is set up here.")
        await allow_provider(doors.writer, doors.clock, who, body.provider, body.is_allowed)
        return await shown_to(who)

    return routes
