"""What each role may do. A permission is a word; whoever needs one asks for it by name."""

from types import MappingProxyType

from parlour.protocol.content import UserRole

_READS = frozenset({"tools:read"})
_ACTS = _READS | {"tools:control", "tools:write", "tools:destructive", "projects:create"}
_MANAGES = _ACTS | {"house:manage"}

PERMISSIONS = MappingProxyType({"guest": _READS, "user": _ACTS, "moderator": _ACTS, "admin": _MANAGES})
"""Each role has everything the role before it has."""

ROLES: tuple[UserRole, ...] = ("admin", "moderator", "user", "guest")


def permissions_of(role: UserRole) -> frozenset[str]:
    """The permissions of `role`."""
    return PERMISSIONS[role]
