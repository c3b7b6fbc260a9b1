"""People and the house they live in: the first start, and whoever is added later."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from sqlalchemy import ColumnElement, Insert, Table, exists, insert, literal, select

from parlour.clock import Clock, isoformat
from parlour.errors import Conflict, Duplicate, InvalidRequest, NotFound, ParlourError, StorageFailed
from parlour.identity.audit import audited
from parlour.identity.people import add_person
from parlour.ids import new_id
from parlour.journal.unit import Guard, Unit, Writer
from parlour.protocol.content import UserRole
from parlour.protocol.people import NewUser
from parlour.store.database import Reads
from parlour.store.queries.people import Person, first_admin, first_tenant, home_project, person_named
from parlour.store.tables import members, projects, tenants, users

FIRST_TENANT = "00000000-0000-7000-8000-000000000001"
"""The same in every house, so that two first starts at once cannot make two."""

ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class House:
    """What every house has: its tenant, the project everybody shares, and the admin who was there first."""

    tenant_id: str
    home_project_id: str
    admin: Person

    @property
    def admin_id(self) -> str:
        """That admin's id."""
        return self.admin.id


async def house(reads: Reads) -> House | None:
    """The house as it stands; None before its first start."""
    async with reads.read() as connection:
        tenant_id = await first_tenant(connection)
        if tenant_id is None:
            return None
        home = await home_project(connection, tenant_id)
        admin = await first_admin(connection, tenant_id)
    return House(tenant_id, home.id, admin) if home and admin else None


async def ensure_house(reads: Reads, writer: Writer, clock: Clock) -> House:
    """The house, made now if this is its first start: tenant, `admin`, the shared project, all or nothing."""
    standing = await house(reads)
    if standing:
        return standing
    try:
        await writer.commit(_first_house(isoformat(clock.now())))
    except (Conflict, StorageFailed):
        standing = await house(reads)
        if standing is None:
            raise
        return standing
    made = await house(reads)
    if made is None:
        raise ParlourError("The house was made and cannot be found again.")
    return made


async def person_called(reads: Reads, username: str) -> Person:
    """Somebody of the house by name. Raises NotFound when nobody is called that."""
    async with reads.read() as connection:
        tenant_id = await first_tenant(connection)
        found = await person_named(connection, tenant_id, username.lower()) if tenant_id else None
    if found is None:
        raise NotFound(f"Nobody here is called {username}. `parlour user add {username}` adds them.")
    return found


async def add_user(
    reads: Reads, writer: Writer, clock: Clock, *, username: str, role: UserRole = "user", full_name: str = ""
) -> Person:
    """Add somebody to the house and to its shared project.

    Raises InvalidRequest for a name that cannot be one, Duplicate when somebody has it.
    """
    standing = await house(reads)
    if standing is None:
        raise NotFound("This house was never started. `parlour serve` starts it.")
    try:
        new = NewUser(username=username, full_name=full_name[:255], role=role)
    except ValidationError as error:
        raise InvalidRequest(
            "A name has up to 63 letters a to z, digits, dots, dashes and underscores; the first is a letter or digit."
        ) from error
    return await add_person(reads, writer, clock, standing.tenant_id, new)


def _first_house(at: str) -> Unit:
    admin_id, home_id = new_id(), new_id()
    tenant = {"id": FIRST_TENANT, "name": "Home", "created_at": at}
    home = {"id": home_id, "tenant_id": FIRST_TENANT, "name": "Home", "is_home": True, "created_at": at}
    return Unit(
        guards=[Guard(_insert_unless(exists().where(tenants.c.id != ""), tenants, tenant), Duplicate())],
        changes=[
            insert(users).values(_user_row(admin_id, FIRST_TENANT, ADMIN, "admin", "", at)),
            insert(projects).values(home),
            insert(members).values(_membership(home_id, admin_id, FIRST_TENANT, at)),
            audited("house_made", tenant_id=FIRST_TENANT, user_id=None, at=at),
        ],
    )


def _user_row(user_id: str, tenant_id: str, username: str, role: UserRole, full_name: str, at: str) -> dict[str, Any]:
    return {
        "id": user_id,
        "tenant_id": tenant_id,
        "username": username,
        "full_name": full_name,
        "role": role,
        "is_active": True,
        "created_at": at,
    }


def _membership(project_id: str, user_id: str, tenant_id: str, at: str) -> dict[str, str]:
    return {"project_id": project_id, "user_id": user_id, "tenant_id": tenant_id, "joined_at": at}


def _insert_unless(there: ColumnElement[bool], table: Table, row: dict[str, Any]) -> Insert:
    values = select(*(literal(value, table.c[name].type) for name, value in row.items())).where(~there)
    return insert(table).from_select(list(row), values)
