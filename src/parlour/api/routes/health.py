"""Whether the server lives, and whether it can be used."""

from fastapi import APIRouter, Response

from parlour.api.doors import Doors
from parlour.protocol.rest import Health


def health_routes(doors: Doors) -> APIRouter:
    """`/healthz` and `/readyz`, open to everybody; they say nothing of what is kept here."""
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz")
    async def alive() -> Health:
        """The process answers."""
        return Health(status="ok", version=doors.version)

    @routes.get("/readyz")
    async def ready(response: Response) -> Health:
        """Every part is ready; 503 while one is not."""
        parts = dict(await doors.readiness.ready())
        if all(parts.values()):
            return Health(status="ok", version=doors.version, parts=parts)
        response.status_code = 503
        return Health(status="not_ready", version=doors.version, parts=parts)

    return routes
