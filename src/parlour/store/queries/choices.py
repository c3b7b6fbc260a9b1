"""What a tenant's admins chose about models: servers they set up, providers they allowed, and who answers by default.

Every turn asks for all of it, so it is one statement by key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import JSON, Integer, String, Text, bindparam, cast, null, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.routing import Routing
from parlour.store.prepared import Row, rows
from parlour.store.tables import providers, settings

ALLOWED = "provider:"
"""Begins the keys of the settings that say whether a provider may be asked."""
DEFAULT = "default_model"
"""The key of the setting that names who answers where nobody else is asked for."""
ROUTING = "routing"
"""The key of the setting that holds the routes: whom a question goes to, and who answers in their place."""


@dataclass(frozen=True, slots=True)
class StoredProvider:
    """A server of models that was set up in the app, as it is kept: its key sealed."""

    id: str
    name: str
    base_url: str
    sealed_key: str | None
    """None for a server that asks for none."""
    models: tuple[str, ...]
    version: int
    kind: str = "openai"
    """The format that it speaks."""
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    """What else its kind needs; nothing secret."""


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything that was chosen about models."""

    allowed: frozenset[str]
    """The names of the providers that may be asked, wherever they were set up."""
    default: str | None
    """Who answers by default; perhaps somebody who is not there any more."""
    providers: tuple[StoredProvider, ...]
    """In the order in which they were set up."""
    routing: Routing | None = None
    """The routes; None where the settings of the server count."""


_SAID = select(
    settings.c.key.label("name"),
    settings.c.value.label("value"),
    cast(null(), String).label("id"),
    cast(null(), String).label("base_url"),
    cast(null(), Text).label("sealed_key"),
    cast(null(), Integer).label("version"),
    cast(null(), String).label("kind"),
    cast(null(), JSON).label("options"),
).where(
    settings.c.tenant_id == bindparam("tenant_id"),
    or_(settings.c.key == DEFAULT, settings.c.key == ROUTING, settings.c.key.startswith(ALLOWED, autoescape=True)),
)
_SET_UP = select(
    providers.c.name,
    providers.c.models,
    providers.c.id,
    providers.c.base_url,
    providers.c.sealed_key,
    providers.c.version,
    providers.c.kind,
    providers.c.options,
).where(providers.c.tenant_id == bindparam("tenant_id"))
_CHOICES = union_all(_SAID, _SET_UP)


async def choices(connection: AsyncConnection, tenant_id: str) -> Choices:
    """What the admins of a tenant chose, as `connection` sees it."""
    found = await rows(connection, _CHOICES, tenant_id=tenant_id)
    said = {row["name"]: row["value"] for row in found if row["id"] is None}
    return Choices(
        allowed=frozenset(key.removeprefix(ALLOWED) for key, value in said.items() if value is True),
        default=said.get(DEFAULT),
        providers=tuple(sorted((_provider(row) for row in found if row["id"]), key=lambda one: one.id)),
        routing=Routing.model_validate(said[ROUTING]) if ROUTING in said else None,
    )


def _provider(row: Row) -> StoredProvider:
    return StoredProvider(
        id=row["id"],
        name=row["name"],
        base_url=row["base_url"],
        sealed_key=row["sealed_key"],
        models=tuple(row["value"]),
        version=row["version"],
        kind=row["kind"],
        options=row["options"] or {},
    )
