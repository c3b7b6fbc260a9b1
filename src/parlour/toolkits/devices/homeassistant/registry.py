"""The registries of Home Assistant as the things of a home: floors, areas, and what is worth a name of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from parlour.toolkits.devices.homeassistant.driver import DRIVER
from parlour.toolkits.devices.homeassistant.states import ROUTINES, abilities_of, class_of
from parlour.toolkits.devices.homeassistant.wire import Object, Snapshot, State, text, texts

LONGEST = 255
MOST_ALIASES = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """A thing as it should be in the home, by what Home Assistant says."""

    remote: str
    """Names it there for ever: "area:kitchen", "entity:0f1e…"."""
    type: str
    name: str
    aliases: tuple[str, ...] = ()
    content: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    place: str | None = None
    """The remote name of the place that it is in."""
    works_on: tuple[str, ...] = ()
    """For a scene: the remote names of what it sets."""
    device: str | None = None
    """The entity that it is controlled and read as."""


def wanted(snapshot: Snapshot, connection_id: str) -> list[Wanted]:
    """Everything that should be in the home, places first."""
    labels = {text(each, "label_id"): text(each, "name") for each in snapshot.registries["label"]}
    floors = [_floor(each) for each in snapshot.registries["floor"] if text(each, "floor_id")]
    areas = [_area(each) for each in snapshot.registries["area"] if text(each, "area_id")]
    places = {each.remote for each in (*floors, *areas)}
    reading = _Reading(snapshot, connection_id, {key: name for key, name in labels.items() if key and name})
    things = [thing for thing in map(reading.thing, snapshot.states.values()) if thing is not None]
    known = {thing.device: thing.remote for thing in things}
    placed = [_placed(thing, places, known) for thing in things]
    return [*floors, *(_placed(area, places, known) for area in areas), *placed]


def counts(things: Sequence[Wanted]) -> dict[str, int]:
    """How many things of each sort there are."""
    types = [thing.type for thing in things]
    return {
        "zones": types.count("zone"),
        "rooms": types.count("room"),
        "devices": types.count("device"),
        "routines": types.count("automation"),
    }


def _placed(thing: Wanted, places: set[str], known: Mapping[str | None, str]) -> Wanted:
    """The thing without a place that is not there, and with what it works on by remote names."""
    return Wanted(
        thing.remote,
        thing.type,
        thing.name,
        thing.aliases,
        thing.content,
        thing.place if thing.place in places else None,
        tuple(known[each] for each in thing.works_on if each in known and known[each] != thing.remote),
        thing.device,
    )


def _floor(entry: Object) -> Wanted:
    remote = f"floor:{text(entry, 'floor_id')}"
    return Wanted(remote, "zone", _name(text(entry, "name") or remote), _aliases(texts(entry, "aliases")))


def _area(entry: Object) -> Wanted:
    remote, floor = f"area:{text(entry, 'area_id')}", text(entry, "floor_id")
    name, aliases = _name(text(entry, "name") or remote), _aliases(texts(entry, "aliases"))
    return Wanted(remote, "room", name, aliases, place=f"floor:{floor}" if floor else None)


class _Reading:
    """Reads entities beside the registries that say more about them."""

    def __init__(self, snapshot: Snapshot, connection_id: str, labels: Mapping[str, str]) -> None:
        self._snapshot = snapshot
        self._connection_id = connection_id
        self._labels = labels
        self._entries = {text(each, "entity_id"): each for each in snapshot.registries["entity"]}
        self._devices = {text(each, "id"): each for each in snapshot.registries["device"]}

    def thing(self, state: State) -> Wanted | None:
        """The thing that an entity is; None for one that is hidden, only about another one, or not for people."""
        entry = self._entries.get(state.entity_id, {})
        if text(entry, "hidden_by", "disabled_by", "entity_category"):
            return None
        kind = class_of(state)
        if kind is None and state.domain not in ROUTINES:
            return None
        device = self._devices.get(text(entry, "device_id"), {})
        area = text(entry, "area_id") or text(device, "area_id")
        return Wanted(
            remote=f"entity:{text(entry, 'id') or state.entity_id}",
            type="automation" if state.domain in ROUTINES else "device",
            name=_name(state.text("friendly_name") or text(entry, "name", "original_name") or state.entity_id),
            aliases=_aliases(self._snapshot.aliases.get(state.entity_id, ())),
            content=self._content(state, entry, device, kind),
            place=f"area:{area}" if area else None,
            works_on=tuple(state.texts("entity_id")) if state.domain == "scene" else (),
            device=state.entity_id,
        )

    def _content(self, state: State, entry: Object, device: Object, kind: str | None) -> dict[str, JsonValue]:
        abilities = abilities_of(state)
        labels = [self._labels.get(each, each) for each in (*texts(entry, "labels"), *texts(device, "labels"))]
        content: dict[str, JsonValue] = {
            "driver": DRIVER,
            "connection": self._connection_id,
            "entity_id": state.entity_id,
            "device_class": kind,
            "kind": state.domain if state.domain in ROUTINES else None,
            "services": [*abilities.services] if abilities.services else None,
            "modes": [*abilities.modes] or None,
            "min": abilities.low,
            "max": abilities.high,
            "unit": self._snapshot.temperature_unit if state.domain in ("climate", "water_heater") else None,
            "labels": [*dict.fromkeys(labels)] or None,
            "brand": text(device, "manufacturer"),
            "model": text(device, "model"),
        }
        return {key: value for key, value in content.items() if value is not None}


def _name(said: str) -> str:
    return " ".join(said.split())[:LONGEST]


def _aliases(said: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(_name, said)))[:MOST_ALIASES]
