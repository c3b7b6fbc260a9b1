"""Commands in the many ways in which people give them, family by family; and what must not be done."""

import random
import tomllib
from pathlib import Path
from typing import Any

import pytest

from parlour.models.intents.outcome import Plan
from tests.models.intents.act_mutating import Command, act_harm, devices_told, mutated
from tests.models.intents.act_words import TUNED_ACTS
from tests.models.intents.asking import acting_cottage, understood
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


def test_the_same_ways_are_understood_in_another_house():
    text = Path(__file__).with_name("other_ways.toml").read_text("utf-8")
    cottage = acting_cottage()
    for said in tomllib.loads(text).values():
        assert {each: told(each.split(" | "), cottage) for each in said} == said


def test_there_are_many_ways_of_telling():
    assert sum(map(len, FAMILIES.values())) > 500


@pytest.mark.parametrize("said", UNDONE)
def test_what_only_sounds_like_a_command_does_nothing(said: str):
    outcome = told(said.split(" | "), MAPLE)
    assert outcome in ("ask", "read") or ": " in outcome


def test_no_way_of_telling_does_anything_when_it_is_made_into_one_that_must_not():
    grammar, index = MAPLE
    plain = [said for family in FAMILIES.values() for said in family if " | " not in said]
    outcomes = ((said, understood(said, grammar, index)) for said in random.Random(5).sample(plain, 6))
    acting = [Command(s, (), "act", frozenset(devices_told(o))) for s, o in outcomes if isinstance(o, Plan)]
    every = mutated(acting, TUNED_ACTS, index, 5)
    harmed = [(m.kind, m.text) for m in every if act_harm(m, understood(m.text, grammar, index), index)]
    assert harmed == []
