"""What is made from another file is committed, and is not behind it."""

from pathlib import Path

from gen.__main__ import files, stale
from parlour.protocol.commands import SERVED

ROOT = Path(__file__).parents[2]


def test_every_generated_file_is_what_python_m_gen_writes() -> None:
    behind = [str(path) for path in stale(ROOT)]
    assert not behind, f"{behind}: run `python -m gen` and commit what it writes"


def test_the_reference_has_every_command_that_is_served() -> None:
    reference = files()[Path("docs/reference/socket.md")]
    assert [command for command in SERVED if f"#### `{command}`" not in reference] == []


def test_every_frame_of_the_wire_is_in_the_typescript() -> None:
    written = files()[Path("web/src/protocol/events.ts")]
    assert "export interface StreamChunk {" in written
    assert "export interface Snapshot extends Moment {" in written
    assert "  | StreamChunk\n" in written
