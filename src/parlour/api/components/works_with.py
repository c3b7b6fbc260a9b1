"""What the house works with: models, datasources, other systems, plugins."""

from collections.abc import Sequence

from sqlalchemy import select

from parlour.api.components.amounts import counted
from parlour.app import App
from parlour.models.instances import Instance
from parlour.models.route import Wish
from parlour.plugins.finding import Plugin
from parlour.protocol.system import Component, ComponentState
from parlour.store.queries.connections import StoredConnection, stored_connections
from parlour.store.tables import projects
from parlour.toolkits.data.datasource import Datasource, datasources_of
from parlour.toolkits.data.toolkit import toolset_name


async def models(app: App, tenant_id: str) -> Sequence[Component]:
    """Every model: the built-in one, those that are asked, and those that wait for an admin's yes."""
    wish = Wish(tenant_id, "", "")
    async with app.database.read() as connection:
        known = await app.lineup.candidates(connection, wish)
        watched = {each.instance.name: each.instance for each in await app.lineup.watched(connection, wish)}
    return [_model(each.name, each.provider, watched.get(each.name)) for each in known if not each.is_tier]


def _model(name: str, provider: str, instance: Instance | None) -> Component:
    if name == provider:
        return Component(kind="model", name=name, state="ok", words="It answers without asking anybody.")
    if instance is None:
        words = f"Its provider is not allowed, so it is not asked. Settings → Models allows {provider}."
        return Component(kind="model", name=name, state="off", words=words)
    state, words = _condition(instance)
    problem = f" Its last fault: {instance.last_problem}" if instance.last_problem and state != "ok" else ""
    return Component(kind="model", name=name, state=state, words=words + problem)


def _condition(it: Instance) -> tuple[ComponentState, str]:
    asked = f"It was asked {counted(it.calls, 'time')} since {it.since:%Y-%m-%d %H:%M} UTC and failed {it.errors}."
    match it.condition:
        case "resting":
            return "down", f"It failed too often and is not asked for a while; others answer. {asked}"
        case "failing":
            return "degraded", f"More than half of what it was asked lately failed. {asked}"
        case "full":
            return "degraded", f"It writes {counted(it.connections, 'answer')}, as many as it may. {asked}"
        case "trying":
            return "degraded", f"It failed too often, and is being tried again. {asked}"
        case "ready" if not it.calls:
            return "unknown", "Nobody has asked it since this server started, so whether it answers is not known."
        case "ready":
            return "ok", f"It answers. {asked}"


async def datasources(app: App, tenant_id: str) -> Sequence[Component]:
    """The datasources of every project, as far as this server knows without trying."""
    async with app.database.read() as connection:
        named = select(projects.c.id, projects.c.name).where(projects.c.tenant_id == tenant_id)
        of = {row.id: row.name for row in await connection.execute(named.order_by(projects.c.name))}
        kept = [(name, each) for project, name in of.items() for each in await datasources_of(connection, project)]
    return [_datasource(app, each, project) for project, each in kept]


def _datasource(app: App, kept: Datasource, project: str) -> Component:
    state, words = _standing(app, kept)
    return Component(kind="datasource", name=kept.name, state=state, words=words, where=project)


def _standing(app: App, kept: Datasource) -> tuple[ComponentState, str]:
    if kept.kind not in app.data.desk.kinds:
        return "down", f"This server knows no kind of datasource “{kept.kind}”. Install the plugin that brings it."
    if kept.secret_names and kept.sealed_secrets is None:
        return "down", "What is secret about it was dropped. Enter it anew in Settings → Data."
    match app.data.pools.standing(kept):
        case "connected":
            return "ok", "It is connected."
        case "open":
            return "ok", "It is in use."
        case "away":
            problem = app.data.pools.problem(kept) or "It did not answer when it was tried last."
            return "down", f"{problem} Settings → Data tries it out."
        case "idle":
            return "unknown", "Nobody has used it of late, so it was not tried. Settings → Data tries it out."


async def connections(app: App, tenant_id: str) -> Sequence[Component]:
    """The systems that the house is joined to."""
    async with app.database.read() as connection:
        rows = await stored_connections(connection, tenant_id)
    return [_connection(row) for row in rows]


def _connection(row: StoredConnection) -> Component:
    since = f" Since {row.since}." if row.since else ""
    match row.state:
        case "connected":
            state, words = "ok", f"{row.server or row.name} is connected; its devices are kept in step.{since}"
        case "off":
            state, words = "off", "It is switched off; its devices are as they were last."
        case "connecting":
            state, words = "unknown", f"It is being connected.{since}"
        case _:
            problem = row.problem or "It does not answer."
            state, words = "down", f"{problem} Its devices cannot be controlled. Look at Settings → Connections.{since}"
    return Component(kind="connection", name=row.name, state=state, words=words, where=row.project_name)


async def plugins(app: App, tenant_id: str) -> Sequence[Component]:
    """What other packages bring."""
    return [_plugin(app, each) for each in app.plugins.found]


def _plugin(app: App, plugin: Plugin) -> Component:
    brings = "a toolkit" if plugin.brings == "tools" else "a kind of datasource"
    kind = app.plugins.kinds.get(plugin.name)
    guest = toolset_name(kind.name) if plugin.brings == "datasource" and kind else plugin.name
    trouble = app.executor.registry.troubles.get(guest, "")
    match plugin.state:
        case "failed":
            state, words = "down", f"{plugin.package} could not be loaded, so {brings} is missing: {plugin.problem}"
        case "off":
            state, words = "off", f"{plugin.package} is installed, and PARLOUR_PLUGINS does not name {plugin.name}."
        case "loaded" if trouble:
            state, words = "degraded", f"{plugin.package} brings {brings}. {trouble}"
        case "loaded":
            state, words = "ok", f"{plugin.package} brings {brings}."
    return Component(kind="plugin", name=plugin.name, state=state, words=words)
