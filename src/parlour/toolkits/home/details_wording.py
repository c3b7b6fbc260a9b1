"""How one thing is told about in words: all of it, or only what was asked."""

from typing import Any

from parlour.toolkits.home.phrases import bold, condition, counted, inside, joined, lines, plain, steps, the, words_of
from parlour.tools.tool import Arguments

View = dict[str, Any]

_RELATIONSHIPS = {
    "located_in": ("is in", "holds"),
    "part_of": ("is part of", "has the part"),
    "contained_in": ("is inside", "holds"),
    "connects_to": ("connects to", "is connected from"),
    "controls": ("controls", "is controlled by"),
    "manages": ("manages", "is managed by"),
    "automates": ("automates", "is automated by"),
    "monitors": ("monitors", "is monitored by"),
    "triggered_by": ("is triggered by", "triggers"),
    "depends_on": ("depends on", "is needed by"),
    "documented_by": ("is documented by", "documents"),
    "procedure_for": ("is a procedure for", "has the procedure"),
    "controlled_by_app": ("is controlled by the app", "is the app for"),
}
_UNITS = {"w": "W", "kwh": "kWh", "m2": "m²", "k": "K", "kmh": "km/h"}
_PERCENTAGES = frozenset({"battery", "humidity", "brightness", "volume"})
_IN_CONDITION = frozenset({"state", "value", "unit", "target", "now_playing", "program"})
"""What of a thing's properties its condition tells already."""
_UNTOLD = frozenset({"device_class", "kind"})
_DOING = {
    "state": ("Checking {}", "Checked {}"),
    "place": ("Looking where {} is", "Looked where {} is"),
    "rooms": ("Looking at the rooms of {}", "Looked at the rooms of {}"),
    "connections": ("Looking at what {} is connected to", "Looked at what {} is connected to"),
}
_CLOSELY = ("Looking closely at {}", "Looked closely at {}")


def relationship_words(relationship: str, *, along: bool) -> str:
    """A relationship as a verb, read along its direction or against it."""
    forward, backward = _RELATIONSHIPS.get(relationship, (relationship.replace("_", " "),) * 2)
    return forward if along else backward


def details_label(arguments: Arguments, name: str) -> str:
    """What the call does, before it is done."""
    return _DOING.get(str(arguments.get("about")), _CLOSELY)[0].format(name)


def details_done(result: View, name: str) -> str:
    """What the call did."""
    return _DOING.get(result["about"], _CLOSELY)[1].format(name)


def details_summary(_: Arguments, result: View) -> str:
    """What came of it in a few words."""
    entity = result["entity"]
    match result["about"]:
        case "state":
            return condition(entity) or "nothing known"
        case "place":
            return plain(result["place"]["name"]) if result["place"] else "no place known"
        case "rooms":
            return counted(result["count"], "room")
        case _:
            return _kind(entity)


def details_sentence(_: Arguments, result: View) -> str:
    """The answer in words."""
    match result["about"]:
        case "state":
            return _state(result)
        case "place":
            return _place(result)
        case "rooms":
            return _rooms(result)
        case "connections":
            told = _relationships(result)
            return (
                f"{bold(result['entity'])}\n\n{told}" if told else f"Nothing is connected to {bold(result['entity'])}."
            )
        case "properties":
            return "\n\n".join([_opening(result), *_properties(result["entity"])])
        case _:
            told = _relationships(result)
            every = [_opening(result, aliases=True), *_properties(result["entity"])]
            return "\n\n".join([*every, f"It\n\n{told}"] if told else every)


def _kind(entity: View) -> str:
    return plain(entity.get("device_class") or entity["type"])


def _where(result: View) -> str:
    return f" {inside(result['place'])}" if result["place"] else ""


def _state(result: View) -> str:
    entity, how = result["entity"], condition(result["entity"])
    name = f"{bold(entity)}{_where(result)}"
    if not how:
        return f"{name} is all right." if entity.get("state") == "ok" else f"It is not known how {name} is just now."
    return f"{name} {'shows' if entity.get('state') in (None, 'ok') else 'is'} {how}."


def _place(result: View) -> str:
    name = bold(result["entity"])
    return f"{name} is{_where(result)}." if result["place"] else f"It is not known where {name} is."


def _rooms(result: View) -> str:
    place = bold(result["entity"])
    if not result["count"]:
        return f"No rooms are known in {place}."
    floors: dict[str, list[str]] = {}
    for room in result["rooms"]:
        zone = room["zone"]
        apart = zone is not None and zone["id"] != result["entity"]["id"]
        floors.setdefault(bold(zone) if apart else "", []).append(plain(room["name"]))
    alone = floors.pop("", [])
    listing = lines([*alone, *(f"{floor}: {joined(names)}" for floor, names in floors.items())])
    return f"Found {counted(result['count'], 'room')} {_on(result['entity'])}:\n\n{listing}"


def _on(place: View) -> str:
    return f"in {the(place)}" if place["type"] == "home" else inside(place)


def _opening(result: View, *, aliases: bool = False) -> str:
    entity = result["entity"]
    kind = _kind(entity)
    what = f" {'an' if kind[0] in 'aeiou' else 'a'} {kind}" if kind.casefold() != entity["name"].casefold() else ""
    text = f"{bold(entity)} is{what}{_where(result)}." if what or result["place"] else f"{bold(entity)}."
    if aliases and entity["aliases"]:
        text += f" It is also called {joined([plain(a) for a in entity['aliases']])}."
    return text


def _properties(entity: View) -> list[str]:
    """What is known of a thing: texts first, how it is now, its properties, its steps."""
    content = dict(entity["content"])
    parts = [plain(content.pop(key)) for key in ("description", "text") if content.get(key)]
    listed_steps = content.pop("steps", None)
    how = condition(content | {"state": entity["state"]})
    shown = {k: v for k, v in content.items() if k not in _UNTOLD | _IN_CONDITION and not isinstance(v, dict)}
    told = [*([f"now: {how}"] if how else []), *(_property(key, value) for key, value in shown.items())]
    if told:
        parts.append(lines(told))
    if isinstance(listed_steps, list):
        parts.append(steps(listed_steps))  # pyright: ignore[reportUnknownArgumentType]
    return parts


def _relationships(result: View) -> str:
    """What a thing is connected to, a line for each way of being so."""
    edges = result["relationships"]
    told: dict[str, list[str]] = {}
    for edge in edges["outgoing"]:
        told.setdefault(relationship_words(edge["relationship"], along=True), []).append(bold(edge["to"]))
    for edge in edges["incoming"]:
        told.setdefault(relationship_words(edge["relationship"], along=False), []).append(bold(edge["from"]))
    listing = lines(f"{verb} {joined(names)}" for verb, names in told.items())
    more = edges["count"] - len(edges["outgoing"]) - len(edges["incoming"])
    return f"{listing}\n- … and {more} more" if more > 0 else listing


def _property(key: str, value: object) -> str:
    """A property and its value: a unit at the end of the name goes where units are said."""
    name, _, ending = key.rpartition("_")
    if name and ending in _UNITS:
        return f"{plain(name.replace('_', ' '))}: {_value(value)} {_UNITS[ending]}"
    return f"{plain(key.replace('_', ' '))}: {_value(value)}{' %' if key in _PERCENTAGES else ''}"


def _value(value: object) -> str:
    if isinstance(value, list):
        return words_of(value)  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain(value)
