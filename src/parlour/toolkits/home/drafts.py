"""What is to be put into a home and is not there yet, and what of it cannot be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from parlour.errors import InvalidRequest
from parlour.ids import new_id
from parlour.toolkits.home.kinds import ENTITY_TYPES, may_relate

LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class NewEntity:
    """A thing to be kept in the home."""

    type: str
    name: str
    aliases: tuple[str, ...] = ()
    content: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    id: str = field(default_factory=new_id)


@dataclass(frozen=True, slots=True)
class NewEdge:
    """A relationship to be made between two things."""

    from_id: str
    type: str
    to_id: str
    properties: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    id: str = field(default_factory=new_id)


def check(thing: NewEntity) -> None:
    """Raise InvalidRequest for a thing that cannot be."""
    if thing.type not in ENTITY_TYPES:
        raise InvalidRequest(f"There is no type of thing called “{thing.type}”.")
    for name in (thing.name, *thing.aliases):
        if not name.strip() or len(name) > LONGEST_NAME:
            raise InvalidRequest(f"A name has 1 to {LONGEST_NAME} letters.")
    for key in ("device_class", "state"):
        value = thing.content.get(key)
        if value is not None and (not isinstance(value, str) or not 1 <= len(value) <= 60):
            raise InvalidRequest(f"The {key.replace('_', ' ')} of {thing.name} has to be a text of 1 to 60 letters.")


def check_edge(edge: NewEdge, start: str, end: str) -> None:
    """Raise InvalidRequest for an edge that cannot be between things of the types `start` and `end`."""
    if edge.from_id == edge.to_id:
        raise InvalidRequest("A thing cannot be related to itself.")
    if not may_relate(start, edge.type, end):
        raise InvalidRequest(f"A {start} cannot have the relationship “{edge.type}” to a {end}.")


def check_all(things: Sequence[NewEntity], edges: Sequence[NewEdge]) -> dict[str, NewEntity]:
    """Raise InvalidRequest for a home that cannot be; its things by id."""
    known = {thing.id: thing for thing in things}
    for thing in things:
        check(thing)
    for edge in edges:
        if edge.from_id not in known or edge.to_id not in known:
            raise InvalidRequest(f"A relationship “{edge.type}” has an end that is not part of this home.")
        check_edge(edge, known[edge.from_id].type, known[edge.to_id].type)
    return known
