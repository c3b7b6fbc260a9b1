"""What Home Assistant says on its wire, as values. Nothing of it is trusted to be there or to be of its type."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

Object = Mapping[str, JsonValue]

REGISTRIES = ("floor", "area", "label", "device", "entity")


@dataclass(frozen=True, slots=True)
class State:
    """How an entity is."""

    entity_id: str
    state: str
    attributes: Object = field(default_factory=dict[str, JsonValue])

    @property
    def domain(self) -> str:
        """What kind of entity it is: "light"."""
        return self.entity_id.partition(".")[0]

    def number(self, key: str) -> float | None:
        """An attribute that is a number."""
        value = self.attributes.get(key)
        return value if isinstance(value, float | int) and not isinstance(value, bool) else None

    def text(self, key: str) -> str | None:
        """An attribute that is a text."""
        value = self.attributes.get(key)
        return value if isinstance(value, str) and value else None

    def texts(self, key: str) -> list[str]:
        """An attribute that is a list of texts."""
        return texts(self.attributes, key)

    def has(self, feature: int) -> bool:
        """Whether a bit of `supported_features` is set."""
        return bool(int(self.number("supported_features") or 0) & feature)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that Home Assistant has, at one moment."""

    server: str
    """What it calls itself, with its version."""
    temperature_unit: str
    registries: Mapping[str, Sequence[Object]]
    """The entries of each of `REGISTRIES`."""
    aliases: Mapping[str, Sequence[str]]
    """What else entities are called, by entity id."""
    states: Mapping[str, State]
    is_whole: bool = True
    """False while it is starting, when not everything is there yet."""


def objects(value: Any) -> list[dict[str, JsonValue]]:
    """The objects of a list; nothing when it is none."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []  # pyright: ignore[reportUnknownVariableType]


def text(entry: Object, *keys: str) -> str | None:
    """The first of these that is a text with something in it."""
    return next((value for key in keys if isinstance(value := entry.get(key), str) and value.strip()), None)


def texts(entry: Object, key: str) -> list[str]:
    """A list of texts; empty when it is none."""
    value = entry.get(key)
    return [each for each in value if isinstance(each, str) and each.strip()] if isinstance(value, list) else []


def state_of(value: Any) -> State | None:
    """A state as the wire has it; None for what is none."""
    if not isinstance(value, dict):
        return None
    entry: dict[str, JsonValue] = value  # pyright: ignore[reportUnknownVariableType]
    entity_id, state, attributes = entry.get("entity_id"), entry.get("state"), entry.get("attributes")
    if not isinstance(entity_id, str) or not isinstance(state, str):
        return None
    return State(entity_id, state, attributes if isinstance(attributes, dict) else {})


def changed_state(event: Mapping[str, Any]) -> State | None:
    """The state that a `state_changed` event brings; None for an entity that is gone, and for any other event."""
    data = event.get("data")
    return state_of(data.get("new_state")) if isinstance(data, dict) else None  # pyright: ignore[reportUnknownMemberType]


def is_coming_or_going(event: Mapping[str, Any]) -> bool:
    """Whether a `state_changed` event is the first or the last of its entity."""
    data = event.get("data")
    if event.get("event_type") != "state_changed" or not isinstance(data, dict):
        return False
    return data.get("old_state") is None or data.get("new_state") is None  # pyright: ignore[reportUnknownMemberType]
