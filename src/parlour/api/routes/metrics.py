"""What an operator watches: counts, in the text that Prometheus reads. No label carries an id."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from parlour.api.auth import Asking
from parlour.api.doors import Doors
from parlour.identity.consent import check_admin

MEANINGS = {
    "connections": "Sockets that are open",
    "subscriptions": "Topics that are followed, counted once for each socket",
    "conversations_followed": "Conversations that somebody follows",
    "most_connections_of_one_conversation": "Sockets that follow the conversation with the most of them",
    "turns_queued": "Questions that wait to be answered, on any server",
    "turns_running": "Answers that are being written, on any server",
    "turns_waiting": "Answers that wait for a person, on any server",
}


def metric_routes(doors: Doors) -> APIRouter:
    """`/metrics`. Admins only."""
    routes = APIRouter(tags=["health"])

    @routes.get("/metrics", response_class=PlainTextResponse)
    async def metrics(who: Asking) -> PlainTextResponse:
        """How much goes on at this server just now, as Prometheus reads it. Admins only."""
        check_admin(who)
        counts = await doors.counts.counts()
        lines = [
            f"# HELP parlour_{name} {meaning}.\n# TYPE parlour_{name} gauge\nparlour_{name} {counts[name]}\n"
            for name, meaning in MEANINGS.items()
        ]
        return PlainTextResponse("".join(lines), media_type="text/plain; version=0.0.4")

    return routes
