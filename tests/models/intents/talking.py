"""What comes of a sentence, or of the last sentence of a talk, in a line."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from parlour.models.intents.followup import Turn
from parlour.models.intents.frames import Grammar
from parlour.models.intents.index import NameIndex
from parlour.models.intents.outcome import Asked, Outcome, Plan, Social
from tests.models.intents.asking import understander
from tests.models.intents.running import found_by

READS = ("get_", "find_", "search_")


def told(said: str | Sequence[str], house: tuple[Grammar, NameIndex]) -> str:
    """ "hall-light turn_on" for what devices are told, "update_entity …" for a change, "read", "ask", or a refusal."""
    texts = [said] if isinstance(said, str) else said
    understanding, turns = understander(*house), list[Turn]()
    outcome: Outcome | None = None
    for text in texts:
        outcome = understanding.understand([*turns, Turn(text)])
        calls = tuple(outcome.calls()) if isinstance(outcome, Plan) else ()
        turns.append(Turn(text, calls, tuple(found_by(arguments, house[1]) for _, arguments in calls)))
    assert outcome is not None
    return _line(outcome)


def _line(outcome: Outcome) -> str:
    match outcome:
        case Plan():
            if all(tool.startswith(READS) for tool, _ in outcome.calls()):
                return "read"
            return " & ".join(_call(tool, arguments) for tool, arguments in outcome.calls())
        case Asked():
            return "ask"
        case Social():
            return outcome.kind
        case _:
            return f"{outcome.why}: {' '.join(outcome.words)}"


def _call(tool: str, arguments: Mapping[str, JsonValue]) -> str:
    devices = arguments.get("devices")
    if isinstance(devices, list):
        value = arguments.get("value")
        sign = "+" if arguments.get("relative") and isinstance(value, int | float) and value > 0 else ""
        return " ".join(
            [",".join(map(str, devices)), str(arguments["action"]), *([f"{sign}{value}"] if value is not None else [])]
        )
    said = (f"{key}={_plain(value)}" for key, value in sorted(arguments.items()))
    return " ".join([tool, *said])


def _plain(value: JsonValue) -> str:
    return ",".join(map(str, value.values())) if isinstance(value, dict) else str(value)
