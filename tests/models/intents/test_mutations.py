"""Thousands of questions that are answered, each made into one that must not be answered for something else."""

from collections import Counter

import pytest

from parlour.models.intents.outcome import Declined, Plan
from tests.models.intents.asking import cottage, understood
from tests.models.intents.mutating import TUNED, UNSEEN, WordSet, bases, harm, mutations

WORDS = {"words that were tuned on": (TUNED, 0), "words never looked at": (UNSEEN, 1)}


def test_the_questions_that_are_mutated_are_answered():
    grammar, index = cottage()
    every = bases(index)
    answered = sum(isinstance(understood(b.text, grammar, index), Plan) for b in every)
    assert answered >= 0.98 * len(every)


@pytest.mark.parametrize("which", WORDS)
def test_no_mutation_is_answered_for_something_else(which: str):
    words, offset = WORDS[which]
    grammar, index = cottage()
    harmed: list[tuple[str, str]] = []
    kinds: Counter[str] = Counter()
    for mutation in list(mutations(index, words, seed=20))[offset::2]:
        kinds[mutation.kind] += 1
        harm_done = harm(mutation, understood(mutation.text, grammar, index), index)
        if harm_done is not None:
            harmed.append((mutation.text, harm_done))
    assert kinds.total() >= 5_000
    assert len(kinds) >= 18
    assert harmed == []


@pytest.mark.parametrize("words", [TUNED, UNSEEN], ids=["tuned", "unseen"])
def test_every_command_is_declined_as_a_whole(words: WordSet):
    grammar, index = cottage()
    commands = [m for m in mutations(index, words, seed=3) if "command" in m.kind][::5]
    outcomes = {m.text: understood(m.text, grammar, index) for m in commands}
    assert [text for text, outcome in outcomes.items() if not isinstance(outcome, Declined)] == []
