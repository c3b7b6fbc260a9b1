"""On whose behalf something is done."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """A person in a project, with what they may do there. Made by `identity`, carried as a value."""

    tenant_id: str
    user_id: str
    project_id: str
    permissions: frozenset[str]
    """Such as "tools:read", "tools:control", "tools:write"."""

    def may(self, permission: str) -> bool:
        """Whether the caller holds `permission`."""
        return permission in self.permissions
