"""Who is asking: made once a request or connection at the door, then carried as a value."""

from dataclasses import dataclass

from parlour.protocol.content import UserRole
from parlour.protocol.roles import permissions_of
from parlour.store.queries.people import Person
from parlour.tools.caller import Caller


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a request came from, for the audit."""

    address: str | None = None
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Who:
    """A person, and the credential that proved it."""

    user_id: str
    tenant_id: str
    username: str
    full_name: str
    role: UserRole
    credential_id: str
    """The session or API key. A ticket names the one it was made with, so that revoking that ends the socket too."""
    permissions: frozenset[str]

    def may(self, permission: str) -> bool:
        """Whether the person holds `permission`."""
        return permission in self.permissions

    def in_project(self, project_id: str) -> Caller:
        """The same person as the caller of tools in a project. Membership is checked by `access`, not here."""
        return Caller(self.tenant_id, self.user_id, project_id, self.permissions)


def who_is(person: Person, credential_id: str) -> Who:
    """The person as whoever `credential_id` proved to be asking."""
    return Who(
        user_id=person.id,
        tenant_id=person.tenant_id,
        username=person.username,
        full_name=person.full_name,
        role=person.role,
        credential_id=credential_id,
        permissions=permissions_of(person.role),
    )
