"""How the tools that ask speak: what a call does, what came of it in a few words, and the answer in plain ones."""

from typing import Any

from parlour.ids import is_id
from parlour.toolkits.home.details_wording import (
    details_done,
    details_label,
    details_sentence,
    details_summary,
    relationship_words,
)
from parlour.toolkits.home.kinds import canonical_class
from parlour.toolkits.home.phrases import (
    bold,
    condition,
    counted,
    inside,
    item,
    joined,
    lines,
    plain,
    plural_of,
    steps,
    the,
    words_of,
)
from parlour.tools.tool import Arguments, Wording

View = dict[str, Any]


def _said(arguments: Arguments, key: str) -> str:
    """What a call names, as it was said: "the kitchen". An id says nothing to a person."""
    text = str(arguments.get(key) or "home")
    if is_id(text):
        return {"room": "a room", "device": "a device"}.get(key, "something")
    bare = text.strip().removeprefix("the ").removeprefix("The ")
    return plain(bare) if key == "query" or "'s " in bare else f"the {plain(bare)}"


# --- devices in a room ---------------------------------------------------------------------------------------------


def _what(result: View) -> str:
    """What was asked for: "device", "light that is on" is (noun, tail)."""
    return canonical_class(result["device_class"]) if result["device_class"] else "device"


def _noun(result: View, count: int) -> str:
    noun = _what(result)
    if noun in ("heating", "security", "network"):
        noun = f"{noun} device"
    return counted(count, noun)


def _state(result: View) -> str:
    return f" {'that is' if result['count'] == 1 else 'that are'} {plain(result['state'])}" if result["state"] else ""


def _devices_summary(_: Arguments, result: View) -> str:
    return f"{_noun(result, result['count'])}{' ' + plain(result['state']) if result['state'] else ''}"


def _devices_sentence(_: Arguments, result: View) -> str:
    place = inside(result["room"]) if result["room"] else "in this home"
    if not result["count"]:
        verb = "is" if result["state"] else "are"
        if result["state"]:
            return f"No {_what(result)} {place} {verb} {plain(result['state'])}."
        return f"There {verb} {_noun(result, 0)} {place}."
    several = not result["room"] or result["room"]["type"] != "room"
    own = [v for v in result["devices"] if not v.get("only_watches")]
    watching = [v for v in result["devices"] if v.get("only_watches")]
    text = f"Found {_noun(result, result['count'])}{_state(result)} {place}"
    listing = lines((item(v, place=several) for v in own), result["count"] - len(watching))
    parts = [f"{text}:\n\n{listing}" if own else f"{text}."]
    if watching:
        parts.append(f"Watching it from elsewhere: {joined([item(v) for v in watching])}.")
    return "\n\n".join(parts)


# --- controls ------------------------------------------------------------------------------------------------------


def _controls_summary(_: Arguments, result: View) -> str:
    return counted(len(result["capabilities"]), "ability", "abilities")


def _controls_sentence(_: Arguments, result: View) -> str:
    device = result["device"]
    how = condition(device)
    parts = [f"{bold(device)}{' is ' + how if how and device.get('state') not in (None, 'ok') else ''}."]
    if result["capabilities"]:
        parts[0] = parts[0].removesuffix(".") + f"; it offers {words_of(result['capabilities'])}."
    else:
        parts.append("It has no listed abilities.")
    if result["services"]:
        parts.append(f"It can be told to: {words_of(result['services'])}.")
    for key, verb in (
        ("controls", "It controls"),
        ("controlled_by", "It is controlled by"),
        ("depends_on", "It depends on"),
        ("apps", "It has the app"),
    ):
        if result[key]:
            parts.append(f"{verb} {joined([bold(v) for v in result[key]])}.")
    return "\n\n".join(parts)


# --- connections ---------------------------------------------------------------------------------------------------


def _connections_summary(_: Arguments, result: View) -> str:
    return counted(result["count"], "connection")


def _way(view: View) -> str:
    if view["through"]:
        state = f", {plain(view['through']['state'])}" if view["through"].get("state") else ""
        return f"{bold(view)} through {bold(view['through'])}{state}"
    return f"{bold(view)} by {plain(view['via'])}" if view["via"] else bold(view)


def _connections_sentence(_: Arguments, result: View) -> str:
    room = the(result["room"])
    text = f"{room[0].upper()}{room[1:]} has no connections to other rooms."
    if result["connections"]:
        listing = lines(_way(v) for v in result["connections"])
        text = f"{room[0].upper()}{room[1:]} leads to {counted(result['count'], 'place')}:\n\n{listing}"
    if result["openings"]:
        text += f"\n\nAlso there: {joined([item(v) for v in result['openings']])}."
    return text


# --- search and similarity -----------------------------------------------------------------------------------------


def _search_summary(_: Arguments, result: View) -> str:
    return counted(result["count"], "result")


def _hit(view: View) -> str:
    kind = plain(view.get("device_class") or view["type"])
    place = f" {inside(view['room'])}" if view.get("room") else ""
    how = condition(view)
    text = f"{bold(view)}, {kind}{place}{': ' + how if how else ''}"
    return f"{text}. “{plain(view['excerpt'])}”" if view.get("excerpt") else text


def _search_sentence(_: Arguments, result: View) -> str:
    asked = plain(result["query"])
    if not result["results"]:
        return f"Nothing in this home fits “{asked}”."
    listing = lines(_hit(v) for v in result["results"])
    return f"Found {counted(result['count'], 'result')} for “{asked}”:\n\n{listing}"


def _similar_summary(_: Arguments, result: View) -> str:
    return counted(result["count"], "similar thing")


def _similar_sentence(_: Arguments, result: View) -> str:
    if not result["similar"]:
        return f"Nothing in this home is much like {bold(result['entity'])}."
    listing = lines(f"{item(v, place=True)} — {round(v['similarity'] * 100)} % alike" for v in result["similar"])
    return f"Most like {bold(result['entity'])}:\n\n{listing}"


# --- paths ---------------------------------------------------------------------------------------------------------


def _path_summary(_: Arguments, result: View) -> str:
    return counted(result["length"], "step") if result["found"] else "no connection"


def _path_sentence(_: Arguments, result: View) -> str:
    start, end = bold(result["from"]), bold(result["to"])
    if not result["found"]:
        if result["searched_everything"]:
            return f"{start} and {end} are not connected in any way."
        return f"No connection between {start} and {end} was found within {result['max_depth']} steps."
    if not result["steps"]:
        return f"{start} and {end} are the same thing."
    listing = "\n".join(f"{n}. {_step(step)}" for n, step in enumerate(result["steps"], 1))
    return f"{start} and {end} are {counted(result['length'], 'step')} apart:\n\n{listing}"


def _step(step: View) -> str:
    verb = relationship_words(step["relationship"], along=step["direction"] == "forward")
    return f"**{plain(step['from'])}** {verb} **{plain(step['to'])}**"


# --- procedures ----------------------------------------------------------------------------------------------------


def _procedures_summary(_: Arguments, result: View) -> str:
    counts = [(len(result[key]), key.removesuffix("s")) for key in ("procedures", "manuals", "notes")]
    return joined([counted(n, noun) for n, noun in counts if n]) or "no procedures"


def _document(view: View, heading: str) -> str:
    content = view["content"]
    facts = [f"about {plain(content['minutes'])} minutes"] if "minutes" in content else []
    facts += [f"every {plain(content['every'])}"] if "every" in content else []
    title = f"**{plain(view['name'])}**{heading}{' (' + ', '.join(facts) + ')' if facts else ''}"
    body = content.get("steps")
    if isinstance(body, list):
        return f"{title}\n\n{steps(body)}"  # pyright: ignore[reportUnknownArgumentType]
    text = content.get("text") or content.get("description")
    return f"{title}: {plain(text)}" if text else title


def _procedures_sentence(_: Arguments, result: View) -> str:
    written = [_document(v, "") for key in ("procedures", "manuals", "notes") for v in result[key]]
    if not written:
        return f"There are no procedures, manuals or notes for {bold(result['device'])}."
    if result.get("task") and not result["task_found"]:
        written.insert(0, f"Nothing is written about “{plain(result['task'])}” itself. This is what there is:")
    return "\n\n".join(written)


# --- automations ---------------------------------------------------------------------------------------------------


def _automations_summary(_: Arguments, result: View) -> str:
    return joined([counted(n, noun) for noun, n in result["by_type"].items()]) or "no automations"


def _routine(view: View) -> str:
    kind = "" if view["type"] == "automation" else f" ({plain(view['type'])})"
    when = view.get("trigger") or view.get("time")
    text = f"{bold(view)}{kind}{', off' if view.get('state') == 'off' else ''}"
    text += f": {plain(when)}" if when else ""
    affects = joined([plain(v["name"]) for v in view["affects"]])
    text += f" → {affects}" if affects else ""
    causes = joined([plain(v["name"]) for v in view["set_off_by"]])
    return f"{text} — set off by {causes}" if causes else text


def _automations_sentence(_: Arguments, result: View) -> str:
    if not result["count"]:
        return f"Nothing happens {inside(result['room'])} by itself: no automations, scenes or schedules touch it."
    listing = lines((_routine(v) for v in result["automations"]), result["count"])
    counts = joined([counted(n, noun) for noun, n in result["by_type"].items()])
    return f"Found {counts} {inside(result['room'])}:\n\n{listing}"


def _devices_label(arguments: Arguments) -> str:
    noun = arguments.get("device_class")
    what = f"{plain(plural_of(canonical_class(str(noun))))} in " if noun else ""
    return f"Looking at {what}{_said(arguments, 'room')}"


def _name(view: View | None, otherwise: str = "the home") -> str:
    """What a result is about, by its name: "the Kitchen", or "Home Hub" as it is called."""
    if view is None:
        return otherwise
    return the(view).replace("**", "") if view["type"] in ("room", "zone") else plain(view["name"])


def _devices_done(_: Arguments, result: View) -> str:
    what = f"{plain(plural_of(_what(result)))} in " if result["device_class"] else ""
    return f"Looked at {what}{_name(result['room'])}"


WORDINGS: dict[str, Wording] = {
    "get_devices_in_room": Wording(_devices_label, _devices_summary, _devices_sentence, _devices_done),
    "find_device_controls": Wording(
        lambda a: f"Looking at what {_said(a, 'device')} can do",
        _controls_summary,
        _controls_sentence,
        lambda _, r: f"Looked at what {_name(r['device'])} can do",
    ),
    "get_room_connections": Wording(
        lambda a: f"Looking where {_said(a, 'room')} leads",
        _connections_summary,
        _connections_sentence,
        lambda _, r: f"Looked where {_name(r['room'])} leads",
    ),
    "search_entities": Wording(
        lambda a: f"Searching for {_said(a, 'query')}",
        _search_summary,
        _search_sentence,
        lambda a, _: f"Searched for {_said(a, 'query')}",
    ),
    "find_path": Wording(
        lambda a: f"Finding the way from {_said(a, 'from_entity')} to {_said(a, 'to_entity')}",
        _path_summary,
        _path_sentence,
        lambda _, r: f"Looked for the way from {_name(r['from'])} to {_name(r['to'])}",
    ),
    "get_entity_details": Wording(
        lambda a: details_label(a, _said(a, "entity")),
        details_summary,
        details_sentence,
        lambda _, r: details_done(r, _name(r["entity"])),
    ),
    "find_similar_entities": Wording(
        lambda a: f"Looking for things like {_said(a, 'entity')}",
        _similar_summary,
        _similar_sentence,
        lambda _, r: f"Looked for things like {_name(r['entity'])}",
    ),
    "get_procedures_for_device": Wording(
        lambda a: f"Looking up procedures for {_said(a, 'device')}",
        _procedures_summary,
        _procedures_sentence,
        lambda a, r: f"Looked up procedures for {_name(r['device'], _said(a, 'device'))}",
    ),
    "get_automations_in_room": Wording(
        lambda a: f"Looking at automations in {_said(a, 'room')}",
        _automations_summary,
        _automations_sentence,
        lambda _, r: f"Looked at automations in {_name(r['room'])}",
    ),
}
"""The wording of each tool, by its name."""
