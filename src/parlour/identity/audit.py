"""What is remembered of who did what: rows that are only ever added, in the unit of the deed itself."""

from sqlalchemy import Executable, insert

from parlour.identity.who import Visit
from parlour.ids import new_id
from parlour.protocol.content import Json
from parlour.store.tables import audit

NOWHERE = Visit()


def audited(
    action: str,
    *,
    tenant_id: str,
    user_id: str | None,
    at: str,
    resource: tuple[str, str] | None = None,
    visit: Visit = NOWHERE,
    details: Json | None = None,
) -> Executable:
    """The change that remembers `action`. `resource` is what it was done to: its kind and its id."""
    kind, identifier = resource or (None, None)
    return insert(audit).values(
        id=new_id(),
        tenant_id=tenant_id,
        user_id=user_id,
        action=action,
        resource_type=kind,
        resource_id=identifier,
        address=visit.address[:64] if visit.address else None,
        agent=visit.agent[:300] if visit.agent else None,
        details=details or {},
        at=at,
    )
