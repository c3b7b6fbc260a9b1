"""A house to ask about, small enough to know by heart, with names that are easily mistaken for one another."""

from dataclasses import dataclass, field

from parlour.tools.caller import Caller
from parlour.tools.language import NameChanges, Named

CALLER = Caller("tenant", "user", "project", frozenset({"tools:read"}))


def slug(name: str) -> str:
    """The id that this house gives to a name: readable, so that tests can be read."""
    return name.lower().replace(" ", "-")


def named(kind: str, name: str, *aliases: str, classes: str = "", place: str | None = None) -> Named:
    """One thing of the house."""
    return Named(
        id=slug(name),
        kind=kind,
        names=(name, *aliases),
        classes=tuple(c for c in classes.split(", ") if c),
        place=slug(place) if place else None,
    )


def _places() -> list[Named]:
    return [
        named("home", "Larch Cottage", "the house"),
        named("zone", "Downstairs", "ground floor", place="Larch Cottage"),
        named("zone", "Upstairs", "first floor", place="Larch Cottage"),
        named("room", "Kitchen", place="Downstairs"),
        named("room", "Living Room", "lounge", "sitting room", place="Downstairs"),
        named("room", "Hall", "hallway", "entrance", place="Downstairs"),
        named("room", "Utility Room", "laundry", place="Downstairs"),
        named("room", "Garage", place="Downstairs"),
        named("room", "Bedroom", "master bedroom", place="Upstairs"),
        named("room", "Guest Room", "spare room", place="Upstairs"),
        named("room", "Study", "office", place="Upstairs"),
        named("room", "Bathroom", place="Upstairs"),
        named("door", "Front Door", classes="door", place="Hall"),
        named("door", "Back Door", classes="door", place="Kitchen"),
        named("window", "Kitchen Window", classes="window", place="Kitchen"),
        named("window", "Study Window", classes="window", place="Study"),
    ]


def _devices() -> list[Named]:
    return [
        named("device", "Kitchen Ceiling Light", classes="light", place="Kitchen"),
        named("device", "Counter Lights", "worktop lights", classes="light", place="Kitchen"),
        named("device", "Floor Lamp", "reading lamp", classes="light, lamp", place="Living Room"),
        named("device", "Open Shelf Lamp", classes="light, lamp", place="Living Room"),
        named("device", "Hall Light", classes="light", place="Hall"),
        named("device", "Bedside Lamp", classes="light, lamp", place="Bedroom"),
        named("device", "Study Desk Lamp", classes="light, lamp", place="Study"),
        named("device", "Coffee Machine", "espresso machine", classes="coffee machine", place="Kitchen"),
        named("device", "Dishwasher", classes="dishwasher", place="Kitchen"),
        named("device", "Fridge", "refrigerator", classes="fridge", place="Kitchen"),
        named("device", "Washing Machine", "washer", classes="washing machine", place="Utility Room"),
        named("device", "Boiler", classes="boiler", place="Utility Room"),
        named("device", "Thermostat", "heating control", classes="thermostat", place="Hall"),
        named("device", "Study Sensor", classes="sensor, temperature sensor", place="Study"),
        named("device", "Bedroom Sensor", classes="sensor, temperature sensor", place="Bedroom"),
        named("device", "Hub", "Zigbee bridge", classes="hub", place="Hall"),
        named("device", "Living Room Blinds", classes="blind", place="Living Room"),
        named("device", "Bedroom Blinds", classes="blind", place="Bedroom"),
        named("device", "Television", "TV", "telly", classes="television", place="Living Room"),
        named("device", "Rosie", "robot vacuum", classes="vacuum", place="Hall"),
        named("device", "Smoke Alarm", classes="smoke alarm, alarm", place="Hall"),
        named("device", "Garage Door Opener", classes="opener", place="Garage"),
    ]


def _papers() -> list[Named]:
    return [
        named("automation", "Close Blinds at Dusk", place="Living Room"),
        named("automation", "Good Morning", place="Bedroom"),
        named("automation", "Movie Time", place="Living Room"),
        named("procedure", "Descale the Coffee Machine"),
        named("procedure", "Reset the Hub"),
        named("procedure", "Bleed the Radiators"),
        named("manual", "Boiler Handbook"),
        named("manual", "Washing Machine Manual"),
        named("note", "Wi-Fi Password", "wifi password"),
        named("note", "Bin Days"),
        named("note", "Paint Colours"),
    ]


def larch_cottage() -> list[Named]:
    """Everything in the house that can be named."""
    return [*_places(), *_devices(), *_papers()]


@dataclass
class HouseNames:
    """The house as a source of names. `asked` keeps what was asked of it: a list of versions."""

    things: dict[str, Named] = field(default_factory=lambda: {n.id: n for n in larch_cottage()})
    key: str = "larch cottage"
    version: int = 1
    asked: list[int | None] = field(default_factory=list[int | None])
    log: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])

    async def changes(self, caller: Caller, since: int | None) -> NameChanges:
        """Everything at first, then what changed."""
        self.asked.append(since)
        if since is None:
            return NameChanges(self.version, list(self.things.values()), (), True)
        touched = {thing for version, thing in self.log if version > since}
        put = [self.things[t] for t in sorted(touched) if t in self.things]
        return NameChanges(self.version, put, sorted(touched - self.things.keys()), False)

    def put(self, thing: Named) -> None:
        """Add or change one thing."""
        self.version += 1
        self.things[thing.id] = thing
        self.log.append((self.version, thing.id))

    def remove(self, thing_id: str) -> None:
        """Take one thing away."""
        self.version += 1
        del self.things[thing_id]
        self.log.append((self.version, thing_id))
