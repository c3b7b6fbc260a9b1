"""What telling devices comes to: previews, and the results of the tool as plain JSON."""

from collections.abc import Sequence
from typing import Any

from pydantic import JsonValue

from parlour.protocol.content import Preview, PreviewChange
from parlour.toolkits.devices.colors import color_words
from parlour.toolkits.devices.driver import Reading
from parlour.toolkits.devices.performing import Performed, command_words
from parlour.toolkits.devices.planning import Task, kind_of
from parlour.toolkits.devices.targets import Target
from parlour.toolkits.home.phrases import condition
from parlour.toolkits.home.views import brief
from parlour.tools.acting import Foreseen

View = dict[str, Any]

_SHOWN = ("value", "unit", "target", "brightness", "color", "mode", "program", "source")
_WORTH_SAYING = ("mode", "source")


def foreseen(told: Sequence[tuple[Target, Task]]) -> Foreseen:
    """What would be otherwise afterwards, and how grave that is."""
    changes = [
        PreviewChange(
            what=target.thing.name,
            before=in_words(_state_of(task.before)) or None,
            after=in_words(_state_of(task.wanted)) or command_words(task.command),
        )
        if task.command.action not in ("activate", "stop")
        else PreviewChange(what=target.thing.name, before=in_words(_state_of(task.before)) or None, after=_ends(task))
        for target, task in told
    ]
    notes = [f"{target.thing.name}: {target.problem}" for target, _ in told if target.problem]
    families = {family.plural for target, _ in told if (family := kind_of(target.thing))}
    is_harmless = all(target.is_harmless for target, _ in told)
    return Foreseen(
        Preview(changes=changes, note=" ".join(notes)),
        effect="destructive" if is_grave(told) else None,
        subject="" if not is_harmless or len(families) != 1 else families.pop(),
    )


def is_grave(told: Sequence[tuple[Target, Task]]) -> bool:
    """Whether something that is not harmless would be otherwise; a lock that is locked already would not."""
    return not all(target.is_harmless or task.is_needless for target, task in told)


def result_view(action: str, outcomes: Sequence[tuple[Target, Performed]]) -> View:
    """The result of one call: what came of each device."""
    rows = [_row(target, performed) for target, performed in outcomes]
    return {
        "action": action,
        "devices": rows,
        "count": len(rows),
        "changed": sum(1 for row in rows if row["outcome"] in ("done", "already")),
    }


def reading_of(view: View) -> Reading:
    """The reading that a result kept."""
    values = {key: value for key, value in view.items() if key != "state"}
    return Reading(view.get("state"), values)


def in_words(view: View) -> str:
    """How a device is, in a few words: "on, 60 % bright"."""
    more = [] if view.get("state") == "off" else [str(view[key]) for key in _WORTH_SAYING if view.get(key)]
    color = color_words(str(view.get("color", ""))) if view.get("state") != "off" else ""
    return ", ".join(part for part in (condition(view), color, *more) if part)


def _row(target: Target, performed: Performed) -> View:
    command = performed.task.command
    row: View = brief(target.thing) | {
        "device_class": target.thing.device_class,
        "room": brief(target.place) if target.place else None,
        "action": command.action,
        "value": command.value,
        "asked": command_words(command),
        "before": _state_of(performed.task.before),
        "after": _state_of(performed.after) if performed.after else None,
        "outcome": performed.how,
        "problem": performed.problem or None,
    }
    return row


def _state_of(reading: Reading) -> View:
    values: dict[str, JsonValue] = {key: reading.values[key] for key in _SHOWN if key in reading.values}
    return ({"state": reading.state} if reading.state is not None else {}) | values


def _ends(task: Task) -> str:
    return "started" if task.command.action == "activate" else "stopped"
