"""Which providers a house lets its words go to. Nothing leaves it before an admin said so."""

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import Forbidden
from parlour.identity.audit import audited
from parlour.identity.who import Who
from parlour.journal.unit import Unit, Writer
from parlour.store.prepared import rows
from parlour.store.tables import settings

_KEY = "provider:"
_ALLOWED = select(settings.c.key, settings.c.value).where(
    settings.c.tenant_id == bindparam("tenant_id"), settings.c.key.startswith(_KEY, autoescape=True)
)


async def allowed_providers(connection: AsyncConnection, tenant_id: str) -> frozenset[str]:
    """The names of the providers an admin allowed."""
    found = await rows(connection, _ALLOWED, tenant_id=tenant_id)
    return frozenset(row["key"].removeprefix(_KEY) for row in found if row["value"] is True)


async def allow_provider(writer: Writer, clock: Clock, who: Who, provider: str, is_allowed: bool) -> None:
    """Allow a provider, or no longer. Raises Forbidden for anybody but an admin."""
    if not who.may("house:manage"):
        raise Forbidden("Only an admin decides which providers are asked.")
    at, key = isoformat(clock.now()), _KEY + provider
    row = {"tenant_id": who.tenant_id, "key": key, "value": is_allowed, "updated_at": at}
    remembered = audited(
        "provider_allowed" if is_allowed else "provider_disallowed",
        tenant_id=who.tenant_id,
        user_id=who.user_id,
        at=at,
        resource=("provider", provider),
    )
    before = delete(settings).where(settings.c.tenant_id == who.tenant_id, settings.c.key == key)
    await writer.commit(Unit(changes=[before, insert(settings).values(row), remembered]))
