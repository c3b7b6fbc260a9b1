"""The states of Home Assistant in the words of the home, and what an entity is and can be told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from parlour.toolkits.devices.driver import Reading
from parlour.toolkits.devices.homeassistant.wire import State

UNKNOWN = ("unavailable", "unknown")
ROUTINES = ("scene", "script", "automation")
CLASSES: Mapping[str, str] = {
    "light": "light",
    "switch": "switch",
    "input_boolean": "switch",
    "fan": "fan",
    "cover": "cover",
    "lock": "lock",
    "climate": "thermostat",
    "water_heater": "boiler",
    "media_player": "media player",
    "vacuum": "vacuum",
    "lawn_mower": "mower",
    "alarm_control_panel": "alarm",
    "siren": "siren",
    "humidifier": "humidifier",
    "valve": "valve",
    "camera": "camera",
    "sensor": "sensor",
    "binary_sensor": "sensor",
}
"""What entities are imported as devices, and their class where they say nothing finer."""
_FINER: Mapping[tuple[str, str], str] = {
    ("switch", "outlet"): "plug",
    ("cover", "blind"): "blind",
    ("cover", "shade"): "blind",
    ("cover", "shutter"): "blind",
    ("cover", "curtain"): "curtain",
    ("cover", "awning"): "awning",
    ("cover", "garage"): "opener",
    ("cover", "gate"): "opener",
    ("cover", "door"): "opener",
    ("media_player", "tv"): "tv",
    ("media_player", "speaker"): "speaker",
    ("humidifier", "dehumidifier"): "dehumidifier",
    ("sensor", "temperature"): "temperature sensor",
    ("sensor", "humidity"): "humidity sensor",
    ("sensor", "energy"): "energy meter",
    ("sensor", "power"): "energy meter",
    ("sensor", "moisture"): "soil sensor",
    ("sensor", "pm25"): "air quality sensor",
    ("sensor", "aqi"): "air quality sensor",
    ("sensor", "carbon_dioxide"): "air quality sensor",
    ("binary_sensor", "motion"): "motion sensor",
    ("binary_sensor", "occupancy"): "motion sensor",
    ("binary_sensor", "presence"): "motion sensor",
    ("binary_sensor", "door"): "contact sensor",
    ("binary_sensor", "window"): "contact sensor",
    ("binary_sensor", "opening"): "contact sensor",
    ("binary_sensor", "garage_door"): "contact sensor",
    ("binary_sensor", "moisture"): "water sensor",
    ("binary_sensor", "smoke"): "smoke detector",
}
_SAID: Mapping[str, tuple[str, str]] = {
    "motion": ("detected", "clear"),
    "occupancy": ("detected", "clear"),
    "presence": ("detected", "clear"),
    "smoke": ("detected", "clear"),
    "moisture": ("wet", "dry"),
    "door": ("open", "closed"),
    "window": ("open", "closed"),
    "opening": ("open", "closed"),
    "garage_door": ("open", "closed"),
}
"""What on and off mean for a sensor of a class."""
_COLORED = frozenset({"hs", "rgb", "rgbw", "rgbww", "xy"})


def class_of(state: State) -> str | None:
    """The class of device that an entity is; None for what is not imported as one."""
    finer = state.text("device_class")
    return _FINER.get((state.domain, finer or ""), CLASSES.get(state.domain))


def reading_of(state: State) -> Reading:
    """How an entity says that it is."""
    if state.state == "unavailable":
        return Reading("unavailable", {}, is_there=False)
    if state.domain in ROUTINES:
        return _routine(state)
    said = None if state.state == "unknown" else state.state.replace("_", " ")
    values = {key: value for key, value in _VALUES.get(state.domain, _nothing)(state).items() if value is not None}
    if state.domain == "sensor":
        return Reading("ok" if "value" in values else said, values)
    if state.domain == "binary_sensor":
        on, off = _SAID.get(state.text("device_class") or "", ("on", "off"))
        said = {"on": on, "off": off}.get(state.state, said)
    if state.domain == "climate" and state.state != "off":
        said = state.text("hvac_action") or said
    return Reading(said, values)


def _routine(state: State) -> Reading:
    at = state.state if state.domain == "scene" and state.state != "unknown" else state.text("last_triggered")
    values: dict[str, JsonValue] = {"activated_at": at} if at else {}
    return Reading(state.state if state.domain == "automation" else None, values)


def _nothing(_: State) -> dict[str, JsonValue]:
    return {}


def _light(state: State) -> dict[str, JsonValue]:
    brightness = state.number("brightness")
    values: dict[str, JsonValue] = {"brightness": None if brightness is None else round(brightness / 255 * 100)}
    rgb = state.attributes.get("rgb_color")
    if state.text("color_mode") in _COLORED and isinstance(rgb, list) and len(rgb) == 3:
        parts = [part for part in rgb if isinstance(part, int) and 0 <= part <= 255]
        values["color"] = "#" + "".join(f"{part:02x}" for part in parts) if len(parts) == 3 else None
    return values


def _fan(state: State) -> dict[str, JsonValue]:
    speed = state.number("percentage")
    return {"value": speed, "unit": "% speed" if speed is not None else None, "mode": state.text("preset_mode")}


def _cover(state: State) -> dict[str, JsonValue]:
    position = state.number("current_position")
    return {"value": position, "unit": "% open" if position is not None else None}


def _climate(state: State) -> dict[str, JsonValue]:
    return {
        "value": state.number("current_temperature"),
        "target": state.number("temperature"),
        "mode": state.state if state.state not in UNKNOWN else None,
    }


def _media(state: State) -> dict[str, JsonValue]:
    volume = state.number("volume_level")
    return {
        "value": None if volume is None else round(volume * 100),
        "unit": "% volume" if volume is not None else None,
        "source": state.text("source"),
        "now_playing": state.text("media_title"),
    }


def _battery(state: State) -> dict[str, JsonValue]:
    return {"battery": state.number("battery_level")}


def _sensor(state: State) -> dict[str, JsonValue]:
    try:
        number = float(state.state)
    except ValueError:
        return {}
    return {"value": number, "unit": state.text("unit_of_measurement")}


_VALUES: Mapping[str, Callable[[State], dict[str, JsonValue]]] = {
    "light": _light,
    "fan": _fan,
    "cover": _cover,
    "valve": _cover,
    "climate": _climate,
    "water_heater": _climate,
    "media_player": _media,
    "vacuum": _battery,
    "sensor": _sensor,
}


@dataclass(frozen=True, slots=True)
class Abilities:
    """What an entity can be told, and the bounds that it names."""

    services: tuple[str, ...]
    modes: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


_ALWAYS: Mapping[str, tuple[str, ...]] = {
    "light": ("turn_on", "turn_off"),
    "switch": ("turn_on", "turn_off"),
    "input_boolean": ("turn_on", "turn_off"),
    "siren": ("turn_on", "turn_off"),
    "humidifier": ("turn_on", "turn_off"),
    "fan": ("turn_on", "turn_off"),
    "lock": ("lock", "unlock"),
    "climate": ("set_mode",),
    "alarm_control_panel": ("set_mode",),
    "scene": ("activate",),
    "script": ("activate",),
    "automation": ("activate", "turn_on", "turn_off"),
}
_FEATURES: Mapping[str, tuple[tuple[int, str], ...]] = {
    "fan": ((1, "set_position"), (8, "set_mode")),
    "cover": ((1, "open"), (2, "close"), (4, "set_position"), (8, "stop")),
    "valve": ((1, "open"), (2, "close"), (4, "set_position"), (8, "stop")),
    "climate": ((1, "set_temperature"), (128, "turn_off"), (256, "turn_on")),
    "water_heater": ((1, "set_temperature"), (2, "set_mode"), (8, "turn_on"), (8, "turn_off")),
    "media_player": (
        (128, "turn_on"),
        (256, "turn_off"),
        (16384, "start"),
        (1, "pause"),
        (4096, "stop"),
        (4, "set_volume"),
        (2048, "set_mode"),
    ),
    "vacuum": ((8192, "start"), (4, "pause"), (8, "stop"), (16, "return")),
    "lawn_mower": ((1, "start"), (2, "pause"), (4, "return")),
}
"""The bits of `supported_features`, and what each lets an entity be told."""
_MODES = {
    "fan": "preset_modes",
    "climate": "hvac_modes",
    "water_heater": "operation_list",
    "media_player": "source_list",
}


def abilities_of(state: State) -> Abilities:
    """What an entity can be told."""
    services = [*_ALWAYS.get(state.domain, ())]
    services += [service for bit, service in _FEATURES.get(state.domain, ()) if state.has(bit)]
    if state.domain == "light":
        modes = set(state.texts("supported_color_modes"))
        services += ["set_brightness"] if modes - {"onoff", "unknown"} else []
        services += ["set_color"] if modes & _COLORED else []
    return Abilities(
        tuple(services),
        tuple(state.texts(_MODES.get(state.domain, ""))),
        state.number("min_temp"),
        state.number("max_temp"),
    )
