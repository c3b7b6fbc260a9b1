"""What Home Assistant is told for each command: the service, and its data."""

from collections.abc import Mapping
from typing import Any

from parlour.toolkits.devices.colors import rgb
from parlour.toolkits.devices.driver import Command, Rejected

_SWITCHED = (
    "light",
    "switch",
    "input_boolean",
    "siren",
    "humidifier",
    "fan",
    "media_player",
    "climate",
    "water_heater",
)

SERVICES: Mapping[tuple[str, str], tuple[str, str | None]] = {
    **{(domain, action): (action, None) for domain in (*_SWITCHED, "automation") for action in ("turn_on", "turn_off")},
    ("fan", "set_position"): ("set_percentage", "percentage"),
    ("fan", "set_mode"): ("set_preset_mode", "preset_mode"),
    ("cover", "open"): ("open_cover", None),
    ("cover", "close"): ("close_cover", None),
    ("cover", "stop"): ("stop_cover", None),
    ("cover", "set_position"): ("set_cover_position", "position"),
    ("valve", "open"): ("open_valve", None),
    ("valve", "close"): ("close_valve", None),
    ("valve", "stop"): ("stop_valve", None),
    ("valve", "set_position"): ("set_valve_position", "position"),
    ("lock", "lock"): ("lock", None),
    ("lock", "unlock"): ("unlock", None),
    ("climate", "set_temperature"): ("set_temperature", "temperature"),
    ("climate", "set_mode"): ("set_hvac_mode", "hvac_mode"),
    ("water_heater", "set_temperature"): ("set_temperature", "temperature"),
    ("water_heater", "set_mode"): ("set_operation_mode", "operation_mode"),
    ("media_player", "start"): ("media_play", None),
    ("media_player", "pause"): ("media_pause", None),
    ("media_player", "stop"): ("media_stop", None),
    ("media_player", "set_mode"): ("select_source", "source"),
    ("vacuum", "start"): ("start", None),
    ("vacuum", "pause"): ("pause", None),
    ("vacuum", "stop"): ("stop", None),
    ("vacuum", "return"): ("return_to_base", None),
    ("lawn_mower", "start"): ("start_mowing", None),
    ("lawn_mower", "pause"): ("pause", None),
    ("lawn_mower", "return"): ("dock", None),
    ("scene", "activate"): ("turn_on", None),
    ("script", "activate"): ("turn_on", None),
    ("automation", "activate"): ("trigger", None),
}
"""By domain and action: the service, and what its value is called there."""


def service_of(command: Command) -> tuple[str, str, dict[str, Any]]:
    """Domain, service and data of a command. Raises Rejected when there is none for it."""
    domain, action, value = command.device.partition(".")[0], command.action, command.value
    data: dict[str, Any] = {"entity_id": command.device}
    match domain, action, value:
        case "light", "set_brightness", float() | int():
            return ("light", "turn_on", data | {"brightness_pct": value}) if value else ("light", "turn_off", data)
        case "light", "set_color", str():
            return "light", "turn_on", data | {"rgb_color": list(rgb(value) or ())}
        case "media_player", "set_volume", float() | int():
            return "media_player", "volume_set", data | {"volume_level": value / 100}
        case "alarm_control_panel", "set_mode", str():
            return domain, "alarm_disarm" if value == "disarmed" else f"alarm_arm_{value}", data
        case _:
            known = SERVICES.get((domain, action))
    if known is None:
        raise Rejected("Home Assistant has no service for this.")
    service, key = known
    return domain, service, data | ({key: value} if key else {})
