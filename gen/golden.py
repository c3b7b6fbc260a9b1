"""The golden files: states, what comes, and what must be the result, for the reducers in both languages."""

import json
from pathlib import Path

from pydantic import JsonValue, TypeAdapter

from gen.scenarios import Case, cases
from parlour.protocol.content import Json, Message
from parlour.protocol.frame import frame_of
from parlour.protocol.reduce import merge_page, reduce
from parlour.protocol.state import ConversationState, TopicState

STATE: TypeAdapter[TopicState] = TypeAdapter(TopicState)
MESSAGES: TypeAdapter[list[Message]] = TypeAdapter(list[Message])
CASES: TypeAdapter[list[Json]] = TypeAdapter(list[Json])


def golden(case: Case) -> Json:
    """The case as JSON, with its result; `result` is null where a frame does not follow."""
    wire: Json = {"name": case.name, "state": _plain(case.state)}
    if case.page is None:
        wire["frames"] = [frame.wire() for frame in case.frames]
    else:
        wire["page"] = MESSAGES.dump_python(case.page.messages, mode="json")
        wire["window"] = case.window
    return wire | {"result": outcome(wire)}


def outcome(wire: Json) -> JsonValue:
    """What the Python reducer makes of a golden case, whoever wrote it; null where a frame does not follow."""
    state = STATE.validate_python(wire["state"])
    if "page" in wire:
        if not isinstance(state, ConversationState):
            raise TypeError("only a conversation has pages")
        window = wire["window"]
        page = MESSAGES.validate_python(wire["page"])
        return _plain(merge_page(state, page, window if isinstance(window, int) else None))
    try:
        for frame in CASES.validate_python(wire["frames"]):
            state = reduce(state, frame_of(frame))
    except ValueError:
        return None
    return _plain(state)


def files() -> dict[Path, str]:
    """Every golden file that Python writes: path below the checkout, and content."""
    written = [golden(case) for case in cases()]
    stories = [case for case in written if str(case["name"]).startswith("story")]
    rest = [case for case in written if case not in stories]
    folder = Path("tests/golden/python")
    return {folder / "scenarios.json": _text(rest), folder / "stories.json": _text(stories)}


def read(path: Path) -> list[Json]:
    """The cases of a golden file."""
    return CASES.validate_json(path.read_text("utf-8"))


def _plain(state: TopicState) -> Json:
    return state.model_dump(mode="json")


def _text(written: list[Json]) -> str:
    lines = ",\n".join(json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in written)
    return f"[\n{lines}\n]\n"
