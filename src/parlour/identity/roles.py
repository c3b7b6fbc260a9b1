"""What each role may do. A permission is a word; whoever needs one asks for it by name."""

from types import MappingProxyType

from parlour.store.queries.people import Role

_GUEST = frozenset({"chat", "tools:read"})
_USER = _GUEST | {"tools:control", "tools:write", "tools:destructive"}
_MODERATOR = _USER | {"people:read"}
_ADMIN = _MODERATOR | {"people:manage", "house:manage"}

PERMISSIONS = MappingProxyType({"guest": _GUEST, "user": _USER, "moderator": _MODERATOR, "admin": _ADMIN})
"""Each role has everything the role before it has."""

ROLES: tuple[Role, ...] = ("admin", "moderator", "user", "guest")


def permissions_of(role: Role) -> frozenset[str]:
    """The permissions of `role`."""
    return PERMISSIONS[role]
