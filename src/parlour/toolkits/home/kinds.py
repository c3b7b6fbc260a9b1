"""What a home is made of: the kinds of things, how they may be related, and the classes of devices."""

from typing import Literal, get_args

EntityType = Literal[
    "home",
    "zone",
    "room",
    "device",
    "door",
    "window",
    "automation",
    "schedule",
    "procedure",
    "manual",
    "note",
    "app",
]

RelationshipType = Literal[
    "located_in",
    "part_of",
    "contained_in",
    "connects_to",
    "controls",
    "manages",
    "automates",
    "monitors",
    "triggered_by",
    "depends_on",
    "documented_by",
    "procedure_for",
    "controlled_by_app",
]

ENTITY_TYPES: tuple[str, ...] = get_args(EntityType)
RELATIONSHIP_TYPES: tuple[str, ...] = get_args(RelationshipType)

PLACES = ("room", "zone", "home")
OPENINGS = ("door", "window")
ROUTINES = ("automation", "schedule")

JOINED_BY = ("driver", "connection", "entity_id")
"""In a content: which device of which system a thing is. It comes from that system, and nobody writes it."""
TOLD_BY_DRIVER = (*JOINED_BY, "device_class", "kind", "services")
"""In the content of a thing that a driver has: what it really is. Nobody makes it something else by writing."""


def _pairs(*rules: str) -> frozenset[tuple[str, str]]:
    """`"a b > c d"` stands for every pair of one of a, b and one of c, d."""
    sides = (rule.split(">") for rule in rules)
    return frozenset((start, end) for left, right in sides for start in left.split() for end in right.split())


ENDPOINTS: dict[str, frozenset[tuple[str, str]]] = {
    "located_in": _pairs("device > room zone home", "room > zone home", "zone > zone home", "door window > room zone"),
    "part_of": _pairs("room zone > home", "zone > zone", "device > zone device"),
    "contained_in": _pairs("device > device", "door window > room", "note manual > room home"),
    "connects_to": _pairs("room door window > room", "zone > zone", "door > zone", "device > device"),
    "controls": _pairs("device > device", "automation schedule > device", "schedule > automation"),
    "manages": _pairs("automation > device", "schedule > automation device"),
    "automates": _pairs("automation > device room zone"),
    "monitors": _pairs("device > room zone home device door window", "automation > device"),
    "triggered_by": _pairs("automation > device schedule door window"),
    "depends_on": _pairs("device automation procedure > device", "automation > automation", "procedure > procedure"),
    "documented_by": _pairs("device > manual procedure note", "home room zone > manual note", "automation > note"),
    "procedure_for": _pairs("procedure > device home room"),
    "controlled_by_app": _pairs("device home automation > app"),
}
"""Which types of things each relationship may join, as (from, to)."""


def may_relate(start: str, relationship: str, end: str) -> bool:
    """Whether a `start` may have `relationship` to an `end`, all three given by type."""
    return (start, end) in ENDPOINTS.get(relationship, frozenset())


# --- device classes ------------------------------------------------------------------------------------------------

BROADER: dict[str, str] = {
    "lamp": "light",
    "light strip": "light",
    "temperature sensor": "sensor",
    "humidity sensor": "sensor",
    "motion sensor": "sensor",
    "contact sensor": "sensor",
    "water sensor": "sensor",
    "air quality sensor": "sensor",
    "soil sensor": "sensor",
    "smoke detector": "sensor",
    "energy meter": "sensor",
    "weather station": "sensor",
    "oven": "appliance",
    "hob": "appliance",
    "microwave": "appliance",
    "toaster": "appliance",
    "kettle": "appliance",
    "fridge": "appliance",
    "freezer": "appliance",
    "dishwasher": "appliance",
    "washing machine": "appliance",
    "dryer": "appliance",
    "coffee machine": "appliance",
    "extractor": "appliance",
    "vacuum": "appliance",
    "dehumidifier": "appliance",
    "tv": "media player",
    "speaker": "media player",
    "radio": "media player",
    "record player": "media player",
    "projector": "media player",
    "thermostat": "heating",
    "radiator": "heating",
    "boiler": "heating",
    "heater": "heating",
    "towel rail": "heating",
    "blind": "cover",
    "curtain": "cover",
    "awning": "cover",
    "lock": "security",
    "alarm": "security",
    "camera": "security",
    "doorbell": "security",
    "router": "network",
    "access point": "network",
    "hub": "network",
    "storage": "network",
}
"""Each class and the class it is one of."""

SYNONYMS: dict[str, str] = {
    "television": "tv",
    "telly": "tv",
    "refrigerator": "fridge",
    "hoover": "vacuum",
    "vacuum cleaner": "vacuum",
    "robot vacuum": "vacuum",
    "shade": "blind",
    "shutter": "blind",
    "washer": "washing machine",
    "tumble dryer": "dryer",
    "smoke alarm": "smoke detector",
    "detector": "sensor",
    "cooker": "oven",
    "stove": "hob",
    "espresso machine": "coffee machine",
    "coffee maker": "coffee machine",
    "outlet": "plug",
    "socket": "plug",
    "media": "media player",
    "security device": "security",
    "network device": "network",
    "heating device": "heating",
}

ALIKE_STATES: dict[str, tuple[str, ...]] = {
    "on": ("on", "playing", "running", "heating", "cooling", "cleaning", "brewing", "watering", "charging"),
    "off": ("off", "standby", "idle"),
    "open": ("open", "ajar"),
    "closed": ("closed", "shut"),
}
"""What else counts when a state is asked for: a radio that plays is on."""


def lineage(device_class: str) -> tuple[str, ...]:
    """The class and every broader one: ("lamp", "light")."""
    found = [device_class]
    while found[-1] in BROADER:
        found.append(BROADER[found[-1]])
    return tuple(found)


def narrower(device_class: str) -> frozenset[str]:
    """The class and everything that is one of it."""
    return frozenset({device_class} | {c for c in BROADER if device_class in lineage(c)})


def canonical_class(words: str) -> str:
    """A class as people write it, in its one form: "Lights" → "light", "TVs" → "tv", "refrigerator" → "fridge"."""
    text = " ".join(words.replace("_", " ").casefold().split())
    forms = [text]
    if text.endswith("es"):
        forms.append(text[:-2])
    if text.endswith("ies"):
        forms.append(text[:-3] + "y")
    if text.endswith("s") and not text.endswith("ss"):
        forms.append(text[:-1])
    known = {*BROADER, *BROADER.values(), *SYNONYMS, *OPENINGS, "switch", "plug", "fan"}
    best = next((form for form in forms if form in known), forms[-1])
    return SYNONYMS.get(best, best)


def states_like(state: str) -> tuple[str, ...]:
    """The states that count as `state`."""
    text = state.casefold().strip()
    return ALIKE_STATES.get(text, (text,))
