"""What was decided about models: servers that were set up, those that may be asked, and what each scope chose.

Every turn asks for all that concerns it, so it is one statement by key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlalchemy import JSON, Integer, String, Text, bindparam, cast, literal, null, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.protocol.effective import ModelSettings, Scope, kind_of
from parlour.protocol.routing import Routing
from parlour.store.prepared import Row, rows
from parlour.store.tables import model_settings, providers, settings

ALLOWED = "provider:"
"""Begins the keys of the settings that say whether a provider of the house may be asked."""
ALLOWED_IN = "provider@"
"""Begins those that say so of a provider of a project: its id and the name follow."""
DEFAULT = "default_model"
"""The key of the setting that names who answers where nobody else is asked for: the model of the house's scope."""
ROUTING = "routing"
"""The key of the setting that holds the routes: whom a question goes to, and who answers in their place."""
TENANT = "tenant"
"""The scope of the house."""


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
    scope: str = TENANT
    """Whose it is: `tenant`, `project:<id>`, `user:<id>`."""


@dataclass(frozen=True, slots=True)
class StoredSettings:
    """What one scope decided about who answers, and how."""

    scope: Scope
    settings: ModelSettings
    version: int


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything that was chosen about models, as far as it concerns somebody."""

    allowed: frozenset[str]
    """The names of the providers that may be asked, wherever they were set up."""
    default: str | None
    """Who answers by default; perhaps somebody who is not there any more."""
    providers: tuple[StoredProvider, ...]
    """The house's, then the project's, then the person's, each in the order in which they were set up.

    Of two with one name the last is asked. Those of a project or a person are here while the house lets them be asked.
    """
    routing: Routing | None = None
    """The routes; None where the settings of the server count."""
    barred: tuple[StoredProvider, ...] = ()
    """Those of the project and the person while it does not."""
    decisions: tuple[StoredSettings, ...] = ()
    """Of the scopes that decided something. The house's model stands apart, as `default`."""
    shipped: str | None = None
    """Who answers where nobody decided anything, as the server was started; None for the first that may."""
    scopes: frozenset[str] = frozenset({TENANT})
    """Whose providers were looked for."""

    def of(self, scope: Scope) -> StoredSettings:
        """What a scope decided; nothing, in its version 0, where it did not."""
        found = next((one for one in self.decisions if one.scope == scope), StoredSettings(scope, ModelSettings(), 0))
        if scope != "tenant":
            return found
        return replace(found, settings=found.settings.model_copy(update={"model": self.default}))


_SAID = select(
    settings.c.key.label("name"),
    settings.c.value.label("value"),
    cast(null(), String).label("scope"),
    cast(null(), String).label("id"),
    cast(null(), String).label("base_url"),
    cast(null(), Text).label("sealed_key"),
    cast(null(), Integer).label("version"),
    cast(null(), String).label("kind"),
    cast(null(), JSON).label("options"),
).where(
    settings.c.tenant_id == bindparam("tenant_id"),
    or_(
        settings.c.key == DEFAULT,
        settings.c.key == ROUTING,
        settings.c.key.startswith(ALLOWED, autoescape=True),
        settings.c.key.startswith(bindparam("allowed_in")),
    ),
)
_SET_UP = select(
    providers.c.name,
    providers.c.models,
    providers.c.scope,
    providers.c.id,
    providers.c.base_url,
    providers.c.sealed_key,
    providers.c.version,
    providers.c.kind,
    providers.c.options,
).where(
    providers.c.tenant_id == bindparam("tenant_id"),
    or_(*(providers.c.scope == bindparam(name) for name in ("house", "project", "user"))),
)
_DECIDED = select(
    literal(""),
    model_settings.c["values"],
    model_settings.c.scope,
    cast(null(), String),
    cast(null(), String),
    cast(null(), Text),
    model_settings.c.version,
    cast(null(), String),
    cast(null(), JSON),
).where(
    model_settings.c.tenant_id == bindparam("tenant_id"),
    or_(*(model_settings.c.scope == bindparam(name) for name in ("house", "project", "user", "conversation"))),
)
_CHOICES = union_all(_SAID, _SET_UP, _DECIDED)


async def choices(
    connection: AsyncConnection,
    tenant_id: str,
    *,
    project_id: str | None = None,
    user_id: str | None = None,
    conversation_id: str | None = None,
) -> Choices:
    """What concerns somebody's question in a project and a conversation, as `connection` sees it.

    Without them, what the house decided.
    """
    named = {
        "house": TENANT,
        "project": f"project:{project_id}",
        "user": f"user:{user_id}",
        "conversation": f"conversation:{conversation_id}",
    }
    allowed_in = f"{ALLOWED_IN}{project_id}:"
    found = await rows(connection, _CHOICES, tenant_id=tenant_id, allowed_in=allowed_in, **named)
    said = {row["name"]: row["value"] for row in found if row["scope"] is None}
    decisions = tuple(_decision(row) for row in found if row["scope"] and not row["id"])
    own_keys = any(one.settings.own_keys for one in decisions)

    def may_be_asked(one: StoredProvider) -> bool:
        return (
            one.scope == TENANT or own_keys or (one.scope == named["project"] and bool(said.get(allowed_in + one.name)))
        )

    order = [*named.values()]
    set_up = sorted((_provider(row) for row in found if row["id"]), key=lambda one: (order.index(one.scope), one.id))
    asked = tuple(one for one in set_up if may_be_asked(one))
    house = {key.removeprefix(ALLOWED) for key, value in said.items() if key.startswith(ALLOWED) and value is True}
    return Choices(
        allowed=frozenset(house | {one.name for one in asked if one.scope != TENANT}),
        default=said.get(DEFAULT),
        providers=asked,
        routing=Routing.model_validate(said[ROUTING]) if ROUTING in said else None,
        barred=tuple(one for one in set_up if one not in asked),
        decisions=decisions,
        scopes=frozenset({TENANT, named["project"], named["user"]} if user_id or project_id else {TENANT}),
    )


def _decision(row: Row) -> StoredSettings:
    return StoredSettings(kind_of(row["scope"]), ModelSettings.model_validate(row["value"]), row["version"])


def _provider(row: Row) -> StoredProvider:
    return StoredProvider(
        id=row["id"],
        name=row["name"],
        base_url=row["base_url"],
        sealed_key=row["sealed_key"],
        models=tuple(row["value"]),
        version=row["version"],
        scope=row["scope"],
        kind=row["kind"],
        options=row["options"] or {},
    )
