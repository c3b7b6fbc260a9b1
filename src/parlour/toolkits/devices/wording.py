"""How the tool speaks: what it does, what came of it, and the whole answer, which claims only what was seen."""

from typing import Any

from parlour.ids import is_id
from parlour.toolkits.devices.results import View, in_words
from parlour.toolkits.home.phrases import bold, counted, joined, lines, plain
from parlour.tools.tool import Arguments, Wording

_VERBS = {
    "turn_on": ("Turn on", "Turned on"),
    "turn_off": ("Turn off", "Turned off"),
    "toggle": ("Switch over", "Switched over"),
    "open": ("Open", "Opened"),
    "close": ("Close", "Closed"),
    "stop": ("Stop", "Stopped"),
    "lock": ("Lock", "Locked"),
    "unlock": ("Unlock", "Unlocked"),
    "start": ("Start", "Started"),
    "pause": ("Pause", "Paused"),
    "return": ("Send back", "Sent back"),
    "activate": ("Start", "Started"),
    "undo": ("Take back", "Took back"),
}
_ADJUSTED = ("Set", "Set")
_UNITS = {"set_temperature": "°C", "set_brightness": "%", "set_volume": "%", "set_position": "%"}


def _named(names: list[Any]) -> str:
    said = [plain(name) for name in names if not is_id(str(name))]
    if len(said) < len(names) or len(said) > 3:
        return counted(len(names), "device") if len(names) > 1 else "a device"
    return joined([name if name.casefold().startswith("the ") else f"the {name}" for name in said])


def _to(arguments: Arguments) -> str:
    value, action = arguments.get("value"), str(arguments.get("action"))
    if value is None or not action.startswith("set_"):
        return ""
    number = f"{value:g}" if isinstance(value, float | int) else plain(value)
    unit = f" {_UNITS[action]}" if action in _UNITS and "%" not in number else ""
    return f" {'by' if arguments.get('relative') else 'to'} {number}{unit}"


def _label(arguments: Arguments) -> str:
    devices = arguments.get("devices")
    return order(arguments, devices if isinstance(devices, list) else [])


def order(arguments: Arguments, names: list[Any]) -> str:
    """What is to be done to the devices of these names: "Unlock the Front Door Lock"."""
    return f"{_VERBS.get(str(arguments.get('action')), _ADJUSTED)[0]} {_named(names)}{_to(arguments)}"


def _summary(_: Arguments, result: View) -> str:
    rows = result["devices"]
    if len(rows) == 1:
        return _brief(rows[0])
    return f"{result['changed']} of {counted(len(rows), 'device')}"


def _done(arguments: Arguments, result: View) -> str:
    names = [row["name"] for row in result["devices"]]
    verb = _VERBS.get(result["action"], _ADJUSTED)
    if result["changed"] < len(names):
        return f"Tried to {verb[0].lower()} {_named(names)}{_to(arguments)}"
    return f"{verb[1]} {_named(names)}{_to(arguments)}"


def _brief(row: View) -> str:
    if row["outcome"] == "failed":
        return "not done"
    if row["outcome"] == "unconfirmed":
        return "not seen to be done"
    return in_words(row["after"]) or "done"


def _the(row: View) -> str:
    name = bold(row)
    return name if "'s " in name or "’s " in name or name.casefold().startswith("**the ") else f"the {name}"


def _found(row: View) -> str:
    """How it was found, as it is claimed: only what the device itself said."""
    return in_words(row["after"]) if row["after"] else ""


def _one(row: View) -> str:
    the = _the(row)
    name = the[0].upper() + the[1:]
    match row["outcome"]:
        case "failed":
            return f"{name} was not told to {row['asked']}: {_lower(row['problem'])} Nothing was changed."
        case "unconfirmed":
            return _unconfirmed(the, row)
        case "already":
            return f"{name} was {_found(row)} already."
        case _ if row["action"] == "activate":
            return f"{bold(row)} was started."
        case _:
            return f"{name} is {_found(row) or 'done'} now."


def _unconfirmed(the: str, row: View) -> str:
    asked = f"I asked {the} to {row['asked']}"
    if row["after"] is None:
        return f"{asked}, and do not know whether it did: {_lower(row['problem'])}"
    said = _found(row)
    problem = f" {row['problem']}" if row["problem"] else ""
    if row["action"] == "activate":
        return f"{asked}, but it does not say that it did.{problem}"
    return f"{asked}, but it still says {said}.{problem}" if said else f"{asked}, but it says nothing.{problem}"


def _line(row: View) -> str:
    match row["outcome"]:
        case "failed":
            return f"{bold(row)}: not done. {row['problem']}"
        case "unconfirmed":
            return f"{bold(row)}: asked, but it {'still says ' + _found(row) if _found(row) else 'does not answer'}"
        case "already":
            return f"{bold(row)}: {_found(row)}, as before"
        case _:
            return f"{bold(row)}: {'started' if row['action'] == 'activate' else _found(row)}"


def _sentence(_: Arguments, result: View) -> str:
    rows = result["devices"]
    if len(rows) == 1:
        return _one(rows[0])
    missing = len(rows) - result["changed"]
    if not missing:
        opening = f"Done for all {len(rows)} devices:"
    elif result["changed"]:
        opening = f"Done for {result['changed']} of {len(rows)} devices, not for {missing}:"
    else:
        opening = f"None of the {len(rows)} devices did it:"
    return f"{opening}\n\n{lines(map(_line, rows), len(rows))}"


def _lower(problem: str) -> str:
    """A sentence as the end of another one. Names keep their capital."""
    return (
        problem
        if problem[:2].isupper() or not problem.startswith(("It ", "The "))
        else problem[0].lower() + problem[1:]
    )


WORDING = Wording(_label, _summary, _sentence, _done)
"""The wording of `control_devices`."""
