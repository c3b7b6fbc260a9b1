"""Which providers a house lets its words go to, and who answers by default. Nothing leaves before an admin said so."""

from sqlalchemy import Executable, delete, insert
from sqlalchemy.sql import Delete

from parlour.clock import Clock, isoformat
from parlour.errors import Forbidden
from parlour.identity.audit import audited
from parlour.identity.who import Who
from parlour.journal.unit import Unit, Writer
from parlour.protocol.content import JsonValue
from parlour.store.queries.choices import ALLOWED, DEFAULT
from parlour.store.tables import settings


async def allow_provider(writer: Writer, clock: Clock, who: Who, provider: str, is_allowed: bool) -> None:
    """Allow a provider, or no longer. Raises Forbidden for anybody but an admin."""
    check_admin(who)
    at = isoformat(clock.now())
    action = "provider_allowed" if is_allowed else "provider_disallowed"
    remembered = audited(action, tenant_id=who.tenant_id, user_id=who.user_id, at=at, resource=("provider", provider))
    await writer.commit(Unit(changes=[*consent(who.tenant_id, provider, is_allowed, at), remembered]))


async def make_default(writer: Writer, clock: Clock, who: Who, model: str | None) -> None:
    """Have a model answer where nobody else is asked for; None for the first that is allowed.

    Raises Forbidden for anybody but an admin. Whether the model may answer is for the caller to check.
    """
    check_admin(who)
    at = isoformat(clock.now())
    remembered = audited(
        "default_model_chosen", tenant_id=who.tenant_id, user_id=who.user_id, at=at, details={"model": model}
    )
    chosen = [unset(who.tenant_id, DEFAULT)] if model is None else set_to(who.tenant_id, DEFAULT, model, at)
    await writer.commit(Unit(changes=[*chosen, remembered]))


def check_admin(who: Who) -> None:
    """Raise Forbidden for anybody but an admin."""
    if not who.may("house:manage"):
        raise Forbidden("Only an admin decides which providers are asked.")


def consent(tenant_id: str, provider: str, is_allowed: bool, at: str) -> list[Executable]:
    """The changes that remember whether a provider may be asked."""
    return set_to(tenant_id, ALLOWED + provider, is_allowed, at)


def unset(tenant_id: str, key: str) -> Delete:
    """The change that forgets a setting."""
    return delete(settings).where(settings.c.tenant_id == tenant_id, settings.c.key == key)


def set_to(tenant_id: str, key: str, value: JsonValue, at: str) -> list[Executable]:
    """The changes that keep a setting."""
    row = {"tenant_id": tenant_id, "key": key, "value": value, "updated_at": at}
    return [unset(tenant_id, key), insert(settings).values(row)]
