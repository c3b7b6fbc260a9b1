"""Which providers a house lets its words go to, and who answers by default. Nothing leaves before an admin said so."""

from sqlalchemy import JSON, Executable, delete, exists, insert, literal, select, update
from sqlalchemy.sql import Delete

from parlour.clock import Clock, isoformat
from parlour.errors import Forbidden
from parlour.identity.audit import audited
from parlour.identity.who import Who
from parlour.journal.unit import Unit, Writer
from parlour.protocol.content import JsonValue
from parlour.store.queries.choices import ALLOWED, DEFAULT, TENANT
from parlour.store.tables import model_settings, settings


async def allow_provider(writer: Writer, clock: Clock, who: Who, provider: str, is_allowed: bool) -> None:
    """Allow a provider, or no longer. Raises Forbidden for anybody but an admin."""
    check_admin(who)
    at = isoformat(clock.now())
    action = "provider_allowed" if is_allowed else "provider_disallowed"
    remembered = audited(action, tenant_id=who.tenant_id, user_id=who.user_id, at=at, resource=("provider", provider))
    await writer.commit(Unit(changes=[*consent(who.tenant_id, ALLOWED + provider, is_allowed, at), remembered]))


async def make_default(writer: Writer, clock: Clock, who: Who, model: str | None) -> None:
    """Have a model answer where nobody else is asked for; None for the first that is allowed.

    Raises Forbidden for anybody but an admin. Whether the model may answer is for the caller to check.
    """
    check_admin(who)
    at = isoformat(clock.now())
    remembered = audited(
        "default_model_chosen", tenant_id=who.tenant_id, user_id=who.user_id, at=at, details={"model": model}
    )
    changes = [*default_becomes(who.tenant_id, model, at), *_moved(who.tenant_id, at), remembered]
    await writer.commit(Unit(changes=changes))


def check_admin(who: Who) -> None:
    """Raise Forbidden for anybody but an admin."""
    if not who.may("house:manage"):
        raise Forbidden("Only an admin decides which providers are asked.")


def consent(tenant_id: str, key: str, is_allowed: bool, at: str) -> list[Executable]:
    """The changes that remember, under the key of a provider, whether it may be asked."""
    return set_to(tenant_id, key, is_allowed, at)


def default_becomes(tenant_id: str, model: str | None, at: str) -> list[Executable]:
    """The changes that keep who answers by default; None for the first that is allowed."""
    return [unset(tenant_id, DEFAULT)] if model is None else set_to(tenant_id, DEFAULT, model, at)


def _moved(tenant_id: str, at: str) -> list[Executable]:
    """The changes by which whoever read what the house decided before notices that it is another now."""
    mine = (model_settings.c.tenant_id == tenant_id, model_settings.c.scope == TENANT)
    columns = ["tenant_id", "scope", "values", "updated_at", "version"]
    values = (literal(tenant_id), literal(TENANT), literal({}, JSON()), literal(at), literal(0))
    first = insert(model_settings).from_select(columns, select(*values).where(~exists().where(*mine)))
    return [first, update(model_settings).where(*mine).values(version=model_settings.c.version + 1, updated_at=at)]


def unset(tenant_id: str, key: str) -> Delete:
    """The change that forgets a setting."""
    return delete(settings).where(settings.c.tenant_id == tenant_id, settings.c.key == key)


def set_to(tenant_id: str, key: str, value: JsonValue, at: str) -> list[Executable]:
    """The changes that keep a setting."""
    row = {"tenant_id": tenant_id, "key": key, "value": value, "updated_at": at}
    return [unset(tenant_id, key), insert(settings).values(row)]
