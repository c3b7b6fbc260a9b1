"""How things of the home look in the results of tools: plain JSON, the same keys everywhere."""

from typing import Any

from parlour.toolkits.home.graph import Edge, Entity

View = dict[str, Any]

_SHOWN = (
    "value",
    "unit",
    "target",
    "brightness",
    "humidity",
    "battery",
    "power_w",
    "now_playing",
    "program",
    "unheard_since",
)
"""What of a device's content is told wherever the device is listed."""


def brief(thing: Entity) -> View:
    """A thing in the fewest words."""
    return {"id": thing.id, "name": thing.name, "type": sort_of(thing)}


def listed(thing: Entity, place: Entity | None = None) -> View:
    """A thing in a list: what it is, how it is and where."""
    view = brief(thing)
    if thing.device_class:
        view["device_class"] = thing.device_class
    if thing.state is not None:
        view["state"] = thing.state
    view |= {key: thing.content[key] for key in _SHOWN if key in thing.content}
    if place is not None:
        view["room"] = brief(place)
    return view


def full(thing: Entity) -> View:
    """A thing with everything that is known of it but its edges."""
    return brief(thing) | {
        "aliases": list(thing.aliases),
        "device_class": thing.device_class,
        "state": thing.state,
        "content": thing.content,
        "version": thing.version,
        "created_at": thing.created_at,
        "updated_at": thing.updated_at,
    }


def edge_view(edge: Edge) -> View:
    """An edge as seen from one of its ends."""
    view: View = {"relationship": edge.type, "to" if edge.outgoing else "from": brief(edge.far)}
    if edge.properties:
        view["properties"] = edge.properties
    return view


def sort_of(thing: Entity) -> str:
    """The type of a thing as it is told: a scene is an automation that is started by hand."""
    kind = thing.content.get("kind")
    return kind if thing.type == "automation" and isinstance(kind, str) else thing.type
