"""From what is asked of a device to what it is told, and how it then has to be. Pure: it reads and does nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from parlour.toolkits.devices.colors import canonical_color, same_color
from parlour.toolkits.devices.driver import Command, Reading
from parlour.toolkits.devices.families import ARMED, ROUTINES, SCENES, Doing, Family, family_of
from parlour.toolkits.home.graph import Entity
from parlour.toolkits.home.labels import label
from parlour.toolkits.home.phrases import joined, words_of
from parlour.tools.outcomes import BadArguments

_NUMBER = re.compile(r"\s*(-?\d+(?:[.,]\d+)?)\s*(?:%|percent|degrees|°\s*[cC]?)?\s*")
_DRIVEN = {"set_brightness": ("on", "off"), "set_position": ("open", "closed")}
"""Values that say as well whether a thing is at work: above nothing, and nothing."""
_MOVING = ("opening", "closing")
_FULL = {"turn_on": "brightness", "open": "value"}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked, for one device or many."""

    action: str
    value: float | str | None = None
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """What one device is told, how it was before, and how it has to be after."""

    thing: Entity
    family: Family
    command: Command
    doing: Doing
    before: Reading
    wanted: Reading

    def is_met_by(self, found: Reading) -> bool:
        """Whether what is found shows that it was done, or is on its way."""
        doing = self.doing
        if not found.is_there:
            return False
        if self.command.action == "activate":
            return found.values.get("activated_at") not in (None, self.before.values.get("activated_at"))
        if doing.key == "value" and found.state in _MOVING:
            return True
        if doing.key and not (self.wanted.state == "off" and found.state == "off"):
            return _alike(self.wanted.values.get(doing.key), found.values.get(doing.key), doing.tolerance)
        return found.state == self.wanted.state or found.state in doing.also

    @property
    def was_so(self) -> bool:
        """Whether the device was before as it is wanted."""
        if self.command.action in ("activate", "stop") or not self.before.is_there:
            return False
        return self.before.state == self.wanted.state and self.is_met_by(self.before)

    @property
    def is_needless(self) -> bool:
        """Whether telling it would change nothing at all: it is so, and nothing about it is set to a value."""
        return self.was_so and self.command.value is None


def kind_of(thing: Entity) -> Family | None:
    """The family of a thing of the home; None for what cannot be told anything."""
    if thing.type == "automation":
        return ROUTINES if thing.content.get("kind", "automation") == "automation" else SCENES
    return family_of(thing.device_class) if thing.type == "device" else None


def is_harmless(thing: Entity, touches: Sequence[Entity], now: Reading) -> bool:
    """Whether a thing may be told without asking: by its family, and by the families of all that it works on.

    The things are as they came. What their driver says of them `now` makes one grave, and none harmless.
    """
    family = kind_of(thing)
    if now.device_class is not None and not ((said := family_of(now.device_class)) and said.is_harmless):
        return False
    if now.works_on is not None and not _is_all(touches, now.works_on):
        return False
    if family is None or not family.is_harmless:
        return False
    if family is SCENES and (thing.content.get("kind") != "scene" or not touches):
        return False
    others = [kind_of(each) for each in touches]
    return all(each is not None and each.is_harmless for each in others)


def _is_all(touches: Sequence[Entity], works_on: Sequence[str]) -> bool:
    """Whether what a scene sets, as its driver calls it, is something, and all of it known."""
    return bool(works_on) and {str(each.content.get("entity_id")) for each in touches}.issuperset(works_on)


def actions_of(thing: Entity) -> tuple[str, ...]:
    """What a thing can be told, by what its family can and what it says itself."""
    family = kind_of(thing)
    if family is None:
        return ()
    services = thing.content.get("services")
    if not isinstance(services, list):
        return tuple(family.doings)
    said = {str(each) for each in services}
    return tuple(action for action, doing in family.doings.items() if said & {action, *doing.services})


def plan(thing: Entity, device: str, wish: Wish, before: Reading) -> Task:
    """What the device is told. Raises BadArguments, with what it takes instead."""
    family = kind_of(thing)
    if family is None:
        raise BadArguments(
            f"{thing.name} cannot be told to do anything.", suggestion="Ask how it is instead; that can be read."
        )
    action = _action(thing, family, wish.action, before)
    doing = family.doings[action]
    value = _value(thing, action, doing, wish, before)
    return Task(thing, family, Command(device, action, value), doing, before, after(family, action, value, before))


def after(family: Family, action: str, value: float | str | None, now: Reading) -> Reading:
    """How a device of this family is once it has done what it was told."""
    doing = family.doings[action]
    values: dict[str, JsonValue] = dict(now.values)
    state = doing.state or now.state
    if doing.key is not None:
        values[doing.key] = value
    full = _FULL.get(action, "")
    if full in values and (action == "open" or not values[full]):
        values[full] = 100
    if action == "close" and "value" in values:
        values["value"] = 0
    if action in _DRIVEN and doing.key:
        driven = ("on", "off") if doing.key == "value" and family.off == ("off",) else _DRIVEN[action]
        state = driven[0] if value else driven[1]
    if isinstance(value, str) and doing.words == tuple(ARMED):
        state = ARMED[value]
    if family.plural == "heating":
        state = _heating(action, value, state, values)
    return Reading(state, values)


def undoing(task_family: Family, before: Reading, now: Reading) -> list[tuple[str, float | str | None]]:
    """What brings a device back from how it is now to how it was before: actions with their values, in order."""
    steps: list[tuple[str, float | str | None]] = []
    for action, doing in task_family.doings.items():
        if doing.words == tuple(ARMED) and before.state != now.state:
            mode = next((mode for mode, state in ARMED.items() if state == before.state), None)
            return [(action, mode)] if mode else []
    if before.state != now.state:
        steps += [(action, None) for action in _leading_to(task_family, before.state)][:1]
    if before.state in task_family.off:
        return steps
    for action, doing in task_family.doings.items():
        value = before.values.get(doing.key or "")
        if doing.key and isinstance(value, float | int | str) and not _alike(value, now.values.get(doing.key), 0):
            steps.append((action, value))
    return steps


def _leading_to(family: Family, state: str | None) -> list[str]:
    exact = [action for action, doing in family.doings.items() if doing.state and doing.state == state]
    return exact + [action for action, doing in family.doings.items() if doing.state and state in doing.also]


def _action(thing: Entity, family: Family, action: str, before: Reading) -> str:
    if family is SCENES and action == "turn_on":
        action = "activate"
    possible = actions_of(thing)
    if action == "toggle":
        pair = next((pair for pair in family.pairs if set(pair) <= set(possible)), None)
        if pair is not None:
            return pair[0] if before.state in family.off else pair[1]
    if action == "stop" and "pause" in possible and "stop" not in possible:
        return "pause"
    if action in possible:
        return action
    can = f"It can be told to: {words_of(possible)}." if possible else "It can only be looked at."
    raise BadArguments(f"{thing.name} cannot {words_of([action])}.", suggestion=can)


def _value(thing: Entity, action: str, doing: Doing, wish: Wish, before: Reading) -> float | str | None:
    if doing.takes == "words":
        return _words(thing, action, doing, wish)
    if doing.takes == "number":
        return _figure(thing, action, doing, wish, before)
    return None


def _words(thing: Entity, action: str, doing: Doing, wish: Wish) -> str:
    said = wish.value.strip() if isinstance(wish.value, str) else ""
    if wish.relative or not said:
        raise BadArguments(f"To {words_of([action])} for {thing.name} it has to be said what to, in words.")
    if action == "set_color":
        color = canonical_color(said)
        if color is None:
            raise BadArguments(f"“{said}” is no colour that is known here.", suggestion="Say red, or #ff8800.")
        return color
    own = thing.content.get("modes") or doing.words or ()
    modes = [str(each) for each in own] if isinstance(own, list | tuple) else []
    found = next((mode for mode in modes if mode.casefold() == said.casefold().replace(" ", "_")), None)
    found = found or next((mode for mode in modes if mode.casefold() == said.casefold()), None)
    if modes and found is None:
        has = joined([label(mode) for mode in modes], "or")
        raise BadArguments(f"{thing.name} has no mode “{said}”.", suggestion=f"It has {has}.")
    return found or said


def _figure(thing: Entity, action: str, doing: Doing, wish: Wish, before: Reading) -> float:
    match = _NUMBER.fullmatch(str(wish.value)) if wish.value is not None else None
    low, high = _bounds(thing, doing)
    takes = f"It takes {low:g} to {high:g} {doing.unit}."
    if match is None:
        raise BadArguments(f"To {words_of([action])} for {thing.name} takes a number.", suggestion=takes)
    number = float(match[1].replace(",", "."))
    if wish.relative:
        now = 0 if before.state == "off" and action in _DRIVEN else before.values.get(doing.key or "")
        if not isinstance(now, float | int):
            raise BadArguments(
                f"{thing.name} does not say how it is set now, so it cannot be set a little otherwise.",
                suggestion=takes,
            )
        return min(max(now + number, low), high)
    if not low <= number <= high:
        raise BadArguments(f"{number:g} {doing.unit} is not possible for {thing.name}.", suggestion=takes)
    return number


def _bounds(thing: Entity, doing: Doing) -> tuple[float, float]:
    """The least and the most that a thing takes; of temperatures it may say so itself."""
    low, high = (thing.content.get(key) if doing.key == "target" else None for key in ("min", "max"))
    return (
        float(low) if isinstance(low, float | int) else doing.low,
        float(high) if isinstance(high, float | int) else doing.high,
    )


def _heating(action: str, value: float | str | None, state: str | None, values: dict[str, JsonValue]) -> str | None:
    """A thermostat that is not off heats until it is as warm as it should be."""
    if action == "turn_off" or value == "off":
        return "off"
    if state == "off" and action == "set_temperature":
        return state
    now, target = values.get("value"), values.get("target")
    if isinstance(now, float | int) and isinstance(target, float | int):
        return "heating" if target > now else "idle"
    return "on" if state in (None, "off") else state


def _alike(wanted: JsonValue, found: JsonValue, tolerance: float) -> bool:
    if isinstance(wanted, float | int) and isinstance(found, float | int):
        return abs(wanted - found) <= tolerance
    if isinstance(wanted, str) and isinstance(found, str):
        return wanted.casefold() == found.casefold() or same_color(wanted, found)
    return wanted == found
