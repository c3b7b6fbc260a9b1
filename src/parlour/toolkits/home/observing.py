"""What devices say of themselves, kept in the graph. It is how a thing is, not what it is: no version is made of it.

A home may be chatty. Many things are kept in one unit, only those that are otherwise than before, and the project's
topic hears of it only where a person had a hand in it.
"""

from collections.abc import Mapping

from pydantic import JsonValue
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock, isoformat
from parlour.errors import Moved
from parlour.journal.unit import Event, Guard, Unit, event
from parlour.protocol.events import EntityChanged
from parlour.toolkits.home.graph import Home, entities_by_id
from parlour.toolkits.home.tables import entities

Observed = Mapping[str, JsonValue]
"""What of a thing's content is so now; None for what is not known any more."""


async def observe(
    connection: AsyncConnection,
    home: Home,
    clock: Clock,
    seen: Mapping[str, Observed],
    *,
    is_told: bool = False,
    unless: str | None = None,
) -> Unit | None:
    """The unit that lays what was seen, by the ids of things, over their contents; None when nothing is otherwise.

    What is not in the home (any more) is left out. The commit raises Moved when one of them changed meanwhile.
    `is_told` says so on the project's topic, for what somebody did. What has a value at the key `unless` is left alone.
    """
    guards: list[Guard] = []
    events: list[Event] = []
    for thing in (await entities_by_id(connection, home, seen)).values():
        merged = {key: value for key, value in {**thing.content, **seen[thing.id]}.items() if value is not None}
        if merged == thing.content or (unless is not None and unless in thing.content):
            continue
        state = merged.get("state")
        same = (
            home.owns(entities),
            entities.c.id == thing.id,
            entities.c.version == thing.version,
            entities.c.observed == thing.observed,
        )
        row = {
            "content": merged,
            "state": state.casefold() if isinstance(state, str) else None,
            "observed": thing.observed + 1,
            "updated_at": isoformat(clock.now()),
        }
        guards.append(Guard(update(entities).where(*same).values(row), Moved()))
        if is_told:
            said = EntityChanged(entity_id=thing.id, change="updated", name=thing.name, version=thing.version)
            events.append(event(f"project:{home.project_id}", said))
    return Unit(guards=guards, events=events) if guards else None
