"""The house itself in words."""

from typing import Any

from parlour.tools.tool import Arguments, Wording

_EFFECTS = {
    "read": "To look things up",
    "control": "To switch and set, at once",
    "write": "To change, asked about first",
    "destructive": "To take away, asked about every time",
}
_OVERALL = {
    "ok": "Everything that was looked at works.",
    "degraded": "Something is not as it should be.",
    "down": "Nothing can be answered just now.",
}


def _commands(_: Arguments, result: Any) -> str:
    lines: list[str] = []
    for effect, words in _EFFECTS.items():
        mine = [each for each in result["commands"] if each["effect"] == effect]
        if mine:
            lines += ["", f"{words}:", "", *(f"- {_spoken(each['name'])}: {each['what']}" for each in mine)]
    return "\n".join(lines).strip() or "Nothing can be done here yet."


def _amiss(result: Any) -> list[Any]:
    return [each for each in result["components"] if each["state"] in ("degraded", "down")]


def _status(_: Arguments, result: Any) -> str:
    lines = [f"- **{each['name']}**: {each['words']}" for each in _amiss(result)]
    said = _OVERALL[result["status"]]
    return "\n".join([said, "", *lines]) if lines else said


def _spoken(name: str) -> str:
    return name.replace("_", " ").capitalize()


COMMANDS = Wording(
    label=lambda _: "Looking at what can be done here",
    done=lambda _, result: "Looked at what can be done here",
    summary=lambda _, result: f"{len(result['commands'])} things",
    sentence=_commands,
)
STATUS = Wording(
    label=lambda _: "Looking at how this server does",
    done=lambda _, result: "Looked at how this server does",
    summary=lambda _, result: f"{len(_amiss(result))} amiss" if _amiss(result) else result["status"],
    sentence=_status,
)
