"""What a thing is and who has it: by what came from the system that has it, whatever is written of it in the home."""

from collections.abc import Sequence
from dataclasses import replace

from pydantic import JsonValue
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.toolkits.devices.homeassistant.driver import DRIVER
from parlour.toolkits.devices.tables import imports
from parlour.toolkits.home.graph import CHUNK, Entity, Home
from parlour.toolkits.home.kinds import TOLD_BY_DRIVER


async def as_they_came(connection: AsyncConnection, home: Home, things: Sequence[Entity]) -> dict[str, Entity]:
    """The things by id, each as it came; one that says that it came and did not is joined to nothing."""
    came: dict[str, dict[str, JsonValue]] = {}
    ids = list(dict.fromkeys(thing.id for thing in things))
    for start in range(0, len(ids), CHUNK):
        statement = select(imports.c.entity_id, imports.c.imported).where(
            home.owns(imports), imports.c.entity_id.in_(ids[start : start + CHUNK])
        )
        came |= {row.entity_id: row.imported["content"] for row in await connection.execute(statement)}
    return {thing.id: _as_it_came(thing, came.get(thing.id)) for thing in things}


def _as_it_came(thing: Entity, came: dict[str, JsonValue] | None) -> Entity:
    if came is None and thing.content.get("driver") != DRIVER:
        return thing
    written = {key: value for key, value in thing.content.items() if key not in TOLD_BY_DRIVER}
    if came is None:
        return replace(thing, content=written)
    content = written | {key: came[key] for key in TOLD_BY_DRIVER if key in came}
    device_class = content.get("device_class")
    return replace(thing, content=content, device_class=device_class if isinstance(device_class, str) else None)
