"""Whom the questions of a house go to, as its admins decide it."""

from collections.abc import Collection

from parlour.clock import Clock, isoformat
from parlour.errors import InvalidRequest
from parlour.identity.audit import audited
from parlour.identity.consent import check_admin, set_to, unset
from parlour.identity.who import Who
from parlour.journal.unit import Unit, Writer
from parlour.protocol.routing import Routing
from parlour.store.queries.choices import ROUTING


async def set_routing(writer: Writer, clock: Clock, who: Who, routing: Routing | None, known: Collection[str]) -> None:
    """Have questions go this way; None for the way that the settings of the server say.

    `known` are the models that can stand in a route. Raises Forbidden for anybody but an admin, InvalidRequest for a
    model that is not among them.
    """
    check_admin(who)
    for name in routing.names if routing else ():
        if name not in known:
            raise InvalidRequest(f"{name} cannot stand in a route: no provider here has it.")
    at = isoformat(clock.now())
    body = routing.model_dump(mode="json", exclude_defaults=True) if routing else None
    said = audited("routing_changed", tenant_id=who.tenant_id, user_id=who.user_id, at=at, details={"routing": body})
    kept = [unset(who.tenant_id, ROUTING)] if body is None else set_to(who.tenant_id, ROUTING, body, at)
    await writer.commit(Unit(changes=[*kept, said]))
