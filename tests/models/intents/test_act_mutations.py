"""Commands that act, each made into one that must not: a sample of what `mutation_report` runs in full."""

import pytest

from tests.models.intents.mutation_report import HOUSES, WORDS, house_with_commands, report

ENOUGH = 150
"""Of each; the whole is run by `python -m tests.models.intents.mutation_report` when a frame or the lexicon changed."""


def test_there_are_enough_commands_to_mutate():
    assert sum(len(house_with_commands(house)[2]) for house in HOUSES.values()) >= 2_500


@pytest.mark.parametrize("house", HOUSES)
@pytest.mark.parametrize("words", WORDS)
def test_no_mutated_command_acts_or_writes(house: str, words: str):
    found = report(HOUSES[house], words, ENOUGH)
    assert len(found.kinds) >= 15
    assert found.harmed == []
