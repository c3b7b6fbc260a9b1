"""Both reducers mean the same: each reads the golden files that the other wrote."""

from pathlib import Path
from typing import get_args

import pytest

from gen.golden import outcome, read
from parlour.protocol.content import Json
from parlour.protocol.events import DurableEvent
from parlour.protocol.frame import frame_of

GOLDEN = Path(__file__).parents[1] / "golden"


def cases(language: str) -> list[Json]:
    return [case for path in sorted((GOLDEN / language).glob("*.json")) for case in read(path)]


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_the_python_reducer_agrees_with_every_golden_case(language: str) -> None:
    written = cases(language)
    assert written
    for case in written:
        assert outcome(case) == case["result"], case["name"]


@pytest.mark.parametrize("language", ["python", "typescript"])
def test_every_type_of_event_is_in_the_golden_files_of_both_languages(language: str) -> None:
    types = {str(event.model_fields["type"].default) for event in get_args(get_args(DurableEvent)[0])}
    shown: set[str] = set()
    for case in cases(language):
        frames = case.get("frames", [])
        assert isinstance(frames, list)
        shown |= {str(frame["type"]) for frame in frames if isinstance(frame, dict)}
    assert types == shown


def test_a_frame_is_read_back_as_it_was_written() -> None:
    for case in cases("python"):
        frames = case.get("frames", [])
        assert isinstance(frames, list)
        for frame in frames:
            assert isinstance(frame, dict)
            assert frame_of(frame).wire() == frame
