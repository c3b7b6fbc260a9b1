"""The bodies below `/system`: how this server and what it works with do, and what can be done here, and by whom."""

from typing import Literal

from parlour.protocol.content import Effect, UserRole, Value

ComponentKind = Literal[
    "store", "disk", "memory", "server", "announcements", "job", "model", "datasource", "connection", "plugin"
]
ComponentState = Literal["ok", "degraded", "down", "off", "unknown"]
"""Degraded: it works, and something is wrong with it. Off: nobody wants it to work. Unknown: it was not looked at, or
could not be in time; the words say which."""


class Component(Value):
    """Something that this server is made of, or works with."""

    kind: ComponentKind
    name: str
    """What people call it: "SQLite", "This server", "openai/gpt-…"."""
    state: ComponentState
    words: str
    """How it does and, where something is wrong, what to do about it."""
    where: str | None = None
    """The project that it belongs to, where it belongs to one."""


class SystemStatus(Value):
    """How the house does as this server sees it at one moment. For admins."""

    status: Literal["ok", "degraded", "down"]
    """Down: nothing can be answered. Degraded: something does not work as it should; what, stands in `components`."""
    at: str
    version: str
    started_at: str
    models_total: int
    """How many models there are, the built-in one counted."""
    models_active: int
    """How many of them may be asked, and are."""
    memory_bytes: int | None
    """What this process holds; None where this machine does not tell."""
    disk_free_bytes: int | None
    components: list[Component]


class Ability(Value):
    """Something that one may do here, by a tool."""

    name: str
    description: str
    effect: Effect
    roles: list[UserRole]
    """Who else may do it here, by role."""


class AbilityList(Value):
    """What one may do in a project, in the order in which models are offered it."""

    role: UserRole
    abilities: list[Ability]
