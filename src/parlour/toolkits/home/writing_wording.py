"""How the three writing tools speak. What a call would do is said so that it can be asked: "Add …", "Move …"."""

from typing import Any

from parlour.ids import is_id
from parlour.toolkits.home.details_wording import relationship_words
from parlour.toolkits.home.phrases import bold, counted, inside, plain
from parlour.tools.tool import Arguments, Wording

View = dict[str, Any]


def _quoted(said: object, otherwise: str) -> str:
    """What was named, in quotes; an id says nothing to a person."""
    text = " ".join(str(said or "").split())
    return otherwise if not text or is_id(text) else f"“{text}”"


def _to_place(said: object) -> str:
    if not said:
        return ""
    text = " ".join(str(said).split())
    bare = text.removeprefix("the ").removeprefix("The ")
    return "" if is_id(text) else f" to {bare}" if "'s " in bare else f" to the {bare}"


def _in(place: View | None) -> str:
    return inside(place) if place else ""


def _created_sentence(_: Arguments, result: View) -> str:
    entity, place = result["entity"], result["place"]
    if place and result["relationship"] == "automates":
        return f"{bold(entity)} is there now, for {bold(place)}."
    return f"{bold(entity)} is {_in(place) or 'in this home'} now."


def _updated_label(arguments: Arguments) -> str:
    thing = _quoted(arguments.get("entity"), "something")
    only_moved = arguments.get("place") and not any(arguments.get(key) for key in ("name", "aliases", "content"))
    if only_moved:
        return f"Move {thing}{_to_place(arguments['place'])}"
    if arguments.get("name") and not any(arguments.get(key) for key in ("place", "aliases", "content")):
        return f"Rename {thing} to {_quoted(arguments['name'], 'something')}"
    return f"Change {thing}"


def _updated_sentence(_: Arguments, result: View) -> str:
    entity, was = result["entity"], result["was"]
    parts: list[str] = []
    if entity["name"] != was["name"]:
        parts.append(f"**{plain(was['name'])}** is called {bold(entity)} now.")
    if result["moved"]:
        parts.append(f"{bold(entity)} is {_in(result['place'])} now.")
    own = [line for line in result["changes"] if not line["what"].endswith((", name", ", place"))]
    for line in own:
        what = plain(line["what"].removeprefix(f"{was['name']}, "))
        how = f"is {plain(line['after'])} now" if line["after"] is not None else "is not noted any more"
        parts.append(f"{what[:1].upper()}{what[1:]} of {bold(entity)} {how}.")
    return " ".join(parts)


def _updated_done(arguments: Arguments, result: View) -> str:
    label, _, rest = _updated_label(arguments).partition(" ")
    past = {"Move": "Moved", "Rename": "Renamed", "Change": "Changed"}[label]
    return f"{past} “{result['was']['name']}”" if is_id(str(arguments.get("entity"))) else f"{past} {rest}"


def _related(result: View) -> tuple[View, str, View]:
    made = result["relationship"]
    return made["from"], relationship_words(made["type"], along=True), made["to"]


def _related_sentence(_: Arguments, result: View) -> str:
    start, verb, end = _related(result)
    return f"{bold(start)} {verb} {bold(end)} now."


def _related_done(_: Arguments, result: View) -> str:
    start, verb, end = _related(result)
    return f"Noted that “{start['name']}” {verb} “{end['name']}”"


def _related_label(arguments: Arguments) -> str:
    verb = relationship_words(str(arguments.get("relationship_type")), along=True)
    start, end = (_quoted(arguments.get(key), "something") for key in ("from_entity", "to_entity"))
    return f"Note that {start} {verb} {end}"


def _created_done(_: Arguments, result: View) -> str:
    place = f" to {_plainly(result['place'])}" if result["place"] else ""
    return f"Added “{result['entity']['name']}”{place}"


def _plainly(place: View) -> str:
    name = place["name"]
    return name if "'s " in name or "’s " in name else f"the {name}"


WRITING_WORDINGS: dict[str, Wording] = {
    "create_entity": Wording(
        lambda a: f"Add {_quoted(a.get('name'), 'something')}{_to_place(a.get('place'))}",
        lambda _, r: "added",
        _created_sentence,
        _created_done,
    ),
    "update_entity": Wording(
        _updated_label,
        lambda _, r: counted(len(r["changes"]), "change"),
        _updated_sentence,
        _updated_done,
    ),
    "create_relationship": Wording(_related_label, lambda _, r: "added", _related_sentence, _related_done),
}
"""The wording of each writing tool, by its name."""
