"""`parlour intents explain`, over the data of a house, whether or not its server runs."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from parlour.app import running
from parlour.cli.main import command_line
from parlour.config import Settings
from parlour.errors import NotFound


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    """The data folder of a house with the demo home in it."""

    async def set_up() -> None:
        async with running(Settings(data_dir=tmp_path), demo=True):
            pass

    asyncio.run(set_up())
    return tmp_path


def explained(folder: Path, *arguments: str) -> str:
    line = ["intents", "explain", *arguments]
    environment = {"PARLOUR_DATA_DIR": str(folder), "DATABASE_URL": "", "PARLOUR_PUBLIC_URL": ""}
    result = CliRunner().invoke(command_line(line), line, env=environment)
    if result.exception is not None:
        raise result.exception
    return " ".join(result.stdout.split())


def test_each_stage_of_a_command_is_shown_and_nothing_is_done(demo: Path) -> None:
    shown = explained(demo, "swich off teh hall light")
    assert "Repaired “swich” as “switch” “teh” as “the”" in shown
    assert "control_devices, “switch off”: explains every word" in shown
    assert "Calls control_devices: devices = Hall Light; action = turn_off" in shown


def test_what_was_said_before_is_taken_into_account(demo: Path) -> None:
    shown = explained(demo, "turn it on", "--after", "is the desk lamp on?")
    assert "devices = Desk Lamp; action = turn_on" in shown


def test_a_refusal_shows_the_words_that_nothing_explains(demo: Path) -> None:
    shown = explained(demo, "turn on the hall light after the storm")
    assert "leaves “after”, “storm” unexplained" in shown
    assert "Verdict declined" in shown


def test_nobody_speaks_for_somebody_who_is_not_there(demo: Path) -> None:
    with pytest.raises(NotFound):
        explained(demo, "turn on the hall light", "--user", "nobody")


def test_a_house_that_was_never_started_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        explained(tmp_path / "nothing", "turn on the hall light")
