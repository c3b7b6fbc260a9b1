"""The families of devices: what each can be told to do, what that leads to, and whether it may be done without asking.

A family is harmless only when it is listed as such. Everything that is not listed here can do anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from parlour.toolkits.home.kinds import lineage


@dataclass(frozen=True, slots=True)
class Doing:
    """What an action leads to, on a device of one family."""

    state: str | None = None
    """The state that it leads to; None where the state stays as it is."""
    also: tuple[str, ...] = ()
    """States that show as well that it was done, or is on its way."""
    key: str | None = None
    """The value that it sets."""
    low: float = 0
    high: float = 100
    unit: str = "%"
    tolerance: float = 3
    words: tuple[str, ...] | None = None
    """For a value in words: those that it can be; () for any."""
    services: tuple[str, ...] = ()
    """What a device that says what it can do calls it, where not as we do."""

    @property
    def takes(self) -> str:
        """What kind of value it needs: "number", "words", or "" for none."""
        if self.words is not None:
            return "words"
        return "number" if self.key else ""


@dataclass(frozen=True, slots=True)
class Family:
    """Devices that are told the same things."""

    plural: str
    """What a rule about them would be about: "lights"."""
    doings: Mapping[str, Doing]
    is_harmless: bool = False
    off: tuple[str, ...] = ()
    """The states in which it is not at work, for telling what a toggle does."""
    pairs: tuple[tuple[str, str], ...] = field(default=(("turn_on", "turn_off"),))
    """What a toggle may turn into, when it is off and when not."""


_ACTIVE = ("on", "playing", "running", "heating", "cooling", "cleaning", "idle", "paused", "standby", "brewing")
_ON_OFF = {"turn_on": Doing("on", ("running", "brewing")), "turn_off": Doing("off", ("standby", "idle"))}
_COVER = {
    "open": Doing("open", ("opening",)),
    "close": Doing("closed", ("closing",)),
    "stop": Doing(also=("open", "closed")),
    "set_position": Doing(key="value"),
}
_RUNNING = {
    "start": Doing("running", ("on", "cleaning", "brewing", "watering", "charging"), services=("brew",)),
    "pause": Doing("paused"),
    "stop": Doing("off", ("idle", "standby", "stopped", "paused")),
}
_OPENING = (("open", "close"),)
_HEAT_MODES = ("off", "heat", "cool", "heat_cool", "auto", "dry", "fan_only", "eco", "away", "home", "sleep", "comfort")
ARMED = {
    "disarmed": "disarmed",
    "home": "armed home",
    "away": "armed away",
    "night": "armed night",
    "vacation": "armed vacation",
}
"""The modes of an alarm, and the states that they lead to."""


def _temperature(low: float, high: float) -> Doing:
    return Doing(key="target", low=low, high=high, unit="°C", tolerance=0.6)


_LIGHTS = Family(
    "lights",
    _ON_OFF | {"set_brightness": Doing(key="brightness"), "set_color": Doing("on", key="color", words=())},
    is_harmless=True,
    off=("off",),
)
_SWITCHES = Family("switches", _ON_OFF, is_harmless=True, off=("off",))
_FANS = Family(
    "fans",
    _ON_OFF
    | {"set_position": Doing(key="value", services=("set_fan_speed",)), "set_mode": Doing(key="mode", words=())},
    is_harmless=True,
    off=("off",),
)
_MEDIA = Family(
    "media players",
    {
        "turn_on": Doing("on", _ACTIVE),
        "turn_off": Doing("off", ("standby",)),
        "start": Doing("playing", ("buffering",), services=("play",)),
        "pause": Doing("paused"),
        "stop": Doing("idle", ("off", "standby", "paused", "stopped")),
        "set_volume": Doing(key="value"),
        "set_mode": Doing(key="source", words=(), services=("select_source",)),
    },
    is_harmless=True,
    off=("off", "standby"),
)
_COVERS = Family("blinds", _COVER, is_harmless=True, off=("closed", "closing"), pairs=_OPENING)
_OPENERS = Family("openers", _COVER, off=("closed", "closing"), pairs=_OPENING)
_VACUUMS = Family(
    "vacuums",
    {
        "start": Doing("cleaning", ("running", "on")),
        "pause": Doing("paused", ("idle",)),
        "stop": Doing("idle", ("paused", "docked", "charging", "returning", "stopped")),
        "return": Doing("returning", ("docked", "charging"), services=("return_to_dock",)),
    },
    is_harmless=True,
)
_LOCKS = Family(
    "locks", {"lock": Doing("locked", ("locking",)), "unlock": Doing("unlocked", ("unlocking", "open"))}, pairs=()
)
_ARMING = Doing(words=tuple(ARMED), services=("disarm", "arm_home", "arm_away", "arm_night", "arm_vacation"))
_ALARMS = Family("alarms", {"set_mode": _ARMING}, pairs=())
_HEATING = Family(
    "heating",
    {
        "turn_on": Doing("on", (*_ACTIVE, "heat", "auto", "cool")),
        "turn_off": Doing("off"),
        "set_temperature": _temperature(5, 35),
        "set_mode": Doing(key="mode", words=_HEAT_MODES),
    },
    off=("off",),
)
_APPLIANCES = Family("appliances", _ON_OFF | _RUNNING | {"set_mode": Doing(key="program", words=())}, off=("off",))


def _heated(low: float, high: float) -> Family:
    doings = {**_APPLIANCES.doings, "set_temperature": _temperature(low, high)}
    return Family("appliances", doings, off=("off", "standby"))


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "light": _LIGHTS,
        "switch": _SWITCHES,
        "plug": _SWITCHES,
        "fan": _FANS,
        "media player": _MEDIA,
        "cover": _COVERS,
        "vacuum": _VACUUMS,
        "opener": _OPENERS,
        "lock": _LOCKS,
        "alarm": _ALARMS,
        "heating": _HEATING,
        "oven": _heated(30, 300),
        "hob": _heated(30, 250),
        "kettle": _heated(40, 100),
        "fridge": _heated(1, 12),
        "freezer": _heated(-30, -10),
        "extractor": Family(
            "extractors", {**_APPLIANCES.doings, "set_position": _FANS.doings["set_position"]}, off=("off",)
        ),
        "appliance": _APPLIANCES,
        "dehumidifier": _APPLIANCES,
        "charger": Family("chargers", _ON_OFF | _RUNNING, off=("off", "idle")),
        "valve": Family("valves", {**_COVER, **_ON_OFF}, off=("closed", "off"), pairs=_OPENING),
        "sprinkler": Family("sprinklers", _ON_OFF | _RUNNING, off=("off", "idle")),
        "mower": Family("mowers", _VACUUMS.doings),
    }
)
"""The family of each class of devices. A class that is not here belongs to the family of its nearest broader class."""

SCENES = Family("scenes", {"activate": Doing()}, is_harmless=True, pairs=())
ROUTINES = Family("automations", {"activate": Doing(), "turn_on": Doing("on"), "turn_off": Doing("off")})
"""What goes by itself, and can be set off, and let go by itself or no longer."""


def family_of(device_class: str | None) -> Family | None:
    """The family of a class; None for what cannot be told anything, such as a sensor."""
    for each in lineage(device_class) if device_class else ():
        if each in FAMILIES:
            return FAMILIES[each]
    return None
