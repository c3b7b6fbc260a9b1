"""All components of a house, looked at side by side, each within a time of its own."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal

import structlog

from parlour import __version__
from parlour.api.components.machine import disk, free_bytes, memory, memory_bytes
from parlour.api.components.servers import announcements, jobs, servers
from parlour.api.components.storage import store
from parlour.api.components.works_with import connections, datasources, models, plugins
from parlour.app import App
from parlour.clock import Clock, isoformat
from parlour.errors import ParlourError
from parlour.models.deadline import Deadline
from parlour.protocol.system import Component, ComponentKind, SystemStatus
from parlour.store.database import READ_FAULTS

LOOK_S = 3.0
"""So long may any one sort of component be looked at."""

Looks = Callable[[App, str], Awaitable[Sequence[Component]]]
_LOOKS: Mapping[ComponentKind, Looks] = {
    "store": store,
    "disk": disk,
    "memory": memory,
    "server": servers,
    "announcements": announcements,
    "job": jobs,
    "model": models,
    "datasource": datasources,
    "connection": connections,
    "plugin": plugins,
}
_TITLES: Mapping[ComponentKind, str] = {
    "store": "Database",
    "disk": "Disk",
    "memory": "Memory",
    "server": "Servers",
    "announcements": "Announcements",
    "job": "Work in the background",
    "model": "Models",
    "datasource": "Datasources",
    "connection": "Connections",
    "plugin": "Plugins",
}
_VITAL: frozenset[ComponentKind] = frozenset({"store", "server"})

log = structlog.get_logger(__name__)


async def status_of(app: App, tenant_id: str, started_at: datetime) -> SystemStatus:
    """How the house does, as this server sees it now."""
    looked = await asyncio.gather(*(_looked(kind, look(app, tenant_id), app.clock) for kind, look in _LOOKS.items()))
    components = [component for each in looked for component in each]
    asked = [each for each in components if each.kind == "model"]
    return SystemStatus(
        status=overall(components),
        at=isoformat(app.clock.now()),
        version=__version__,
        started_at=isoformat(started_at),
        models_total=len(asked),
        models_active=sum(each.state in ("ok", "degraded", "unknown") for each in asked),
        memory_bytes=memory_bytes(),
        disk_free_bytes=await asyncio.to_thread(free_bytes, app.settings.data_dir),
        components=components,
    )


def overall(components: Sequence[Component]) -> Literal["ok", "degraded", "down"]:
    """How all of it does: as well as the worst of it, and down only where nothing can be answered."""
    if any(each.state == "down" and each.kind in _VITAL and each.name != "Another server" for each in components):
        return "down"
    return "degraded" if any(each.state in ("degraded", "down") for each in components) else "ok"


async def _looked(kind: ComponentKind, look: Awaitable[Sequence[Component]], clock: Clock) -> Sequence[Component]:
    """What was seen; where that took too long or could not be, a component that says so."""
    try:
        async with Deadline(clock, LOOK_S):
            return await look
    except TimeoutError:
        words = f"It could not be looked at within {LOOK_S:g} seconds."
    except (*READ_FAULTS, ParlourError):
        log.warning("a component could not be looked at", component=kind, exc_info=True)
        words = "It could not be looked at; the log of this server has the details."
    state = "down" if kind == "store" else "unknown"
    return [Component(kind=kind, name=_TITLES[kind], state=state, words=words)]
