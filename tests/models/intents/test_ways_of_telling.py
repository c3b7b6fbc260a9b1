"""Commands in the many ways in which people give them, family by family; and what must not be done, however it sounds."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.models.intents.maple import acting_maple
from tests.models.intents.talking import told

MAPLE = acting_maple()


def _data() -> dict[str, Any]:
    """The families of all files, and what is left undone."""
    found: dict[str, Any] = {}
    for file in sorted((Path(__file__).parent / "ways").glob("*.toml")):
        found |= tomllib.loads(file.read_text("utf-8"))
    return found


FAMILIES: dict[str, Any] = _data()
UNDONE: list[str] = FAMILIES.pop("undone")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_of_commands_is_understood(family: str):
    said: dict[str, str] = FAMILIES[family]
    assert {each: told(each.split(" | "), MAPLE) for each in said} == said


def test_there_are_many_ways_of_telling():
    assert sum(map(len, FAMILIES.values())) > 500


@pytest.mark.parametrize("said", UNDONE)
def test_what_only_sounds_like_a_command_does_nothing(said: str):
    outcome = told(said.split(" | "), MAPLE)
    assert outcome in ("ask", "read") or ": " in outcome
