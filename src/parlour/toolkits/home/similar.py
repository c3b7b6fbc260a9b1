"""What is like what: the same type always, then class, abilities, name and properties."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue
from rapidfuzz import fuzz
from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.toolkits.home.graph import Entity, Home, entities_by_id, fetch, select_entities
from parlour.toolkits.home.index import NameIndex
from parlour.toolkits.home.kinds import lineage
from parlour.toolkits.home.tables import entities
from parlour.toolkits.home.words import fold

MOST_COMPARED = 120
"""How many things are compared: those with the likest names first, then others of the class and type."""

_PASSING = frozenset({"state", "value", "unit", "battery", "power_w", "brightness", "device_class", "capabilities"})
"""What says how a thing is at the moment, or is weighed by itself."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A thing and how like it is, from 0 to 1."""

    entity: Entity
    likeness: float


async def most_alike(
    connection: AsyncConnection, home: Home, index: NameIndex, thing: Entity, threshold: float, limit: int
) -> list[Alike]:
    """The `limit` things most like `thing` that are at least `threshold` alike, likest first; never itself."""
    names = [m.named.id for m in index.alike(thing.name, (thing.type,), limit=MOST_COMPARED // 8)]
    candidates = await entities_by_id(connection, home, names)
    same_type = select_entities(home).where(entities.c.entity_type == thing.type)
    if thing.device_class:
        same_class = same_type.where(entities.c.device_class == thing.device_class).limit(MOST_COMPARED // 2)
        candidates |= {e.id: e for e in await fetch(connection, same_class.order_by(entities.c.name))}
    rest = max(MOST_COMPARED - len(candidates), 0)
    candidates |= {e.id: e for e in await fetch(connection, same_type.order_by(entities.c.name).limit(rest))}
    candidates.pop(thing.id, None)
    scored = [Alike(other, likeness(thing, other)) for other in candidates.values()]
    fitting = [one for one in scored if one.likeness >= threshold]
    return sorted(fitting, key=lambda a: (-a.likeness, a.entity.name.casefold(), a.entity.id))[:limit]


def likeness(one: Entity, other: Entity) -> float:
    """How alike two things are, the same in both directions; 0 when they are of different types.

    What neither of them has, such as abilities, does not count for or against.
    """
    if one.type != other.type:
        return 0.0
    parts = [(0.25, fuzz.token_set_ratio(fold(one.name), fold(other.name)) / 100)]
    if one.device_class or other.device_class:
        parts.append((0.35, _kinship(one.device_class, other.device_class)))
    abilities = [_texts(thing.content.get("capabilities")) for thing in (one, other)]
    if any(abilities):
        parts.append((0.25, _overlap(*abilities)))
    properties = [_properties(thing) for thing in (one, other)]
    if any(properties):
        parts.append((0.15, _overlap(*properties)))
    return sum(weight * value for weight, value in parts) / sum(weight for weight, _ in parts)


def _kinship(one: str | None, other: str | None) -> float:
    """1.0 for the same class, a half for cousins such as a lamp and a light strip, 0 for strangers."""
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    shared = set(lineage(one)) & set(lineage(other))
    return 0.8 if one in shared or other in shared else 0.5 if shared else 0.0


def _texts(value: JsonValue) -> frozenset[str]:
    return frozenset(v for v in value if isinstance(v, str)) if isinstance(value, list) else frozenset()


def _properties(thing: Entity) -> frozenset[Any]:
    kept = {key: value for key, value in thing.content.items() if key not in _PASSING}
    return frozenset(kept) | {(key, str(value)) for key, value in kept.items()}


def _overlap(one: Collection[Any], other: Collection[Any]) -> float:
    either = set(one) | set(other)
    return len(set(one) & set(other)) / len(either) if either else 0.0
