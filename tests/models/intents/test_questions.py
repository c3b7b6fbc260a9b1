"""The written questions, and the goals that they are held to.

`questions.toml` was written before the model; of its first run 92 % were right and 3 % wrong. The two next were
written after it, about another house; of their first runs 91 % and 88 % were right, 1 % and 0 % wrong. The outsider's
were written by somebody who had seen neither the model nor the others: 75 % were right, 0.5 % wrong. All of them were
looked at since, so these figures are what to expect of questions that nobody has looked at.

Two questions of the first file were to be declined until denied states and properties were understood.
"""

import pytest

from tests.models.intents.asking import cottage
from tests.models.intents.maple import maple
from tests.models.intents.scoring import Mark, marks, talks, told

FILES = {
    "questions.toml": cottage,
    "maple_questions.toml": maple,
    "third_questions.toml": maple,
    "outsider_questions.toml": maple,
}


@pytest.fixture(params=FILES)
def marked(request: pytest.FixtureRequest) -> list[Mark]:
    file = str(request.param)
    return marks(*FILES[file](), file)


def test_most_questions_are_answered_or_rightly_asked_back(marked: list[Mark]):
    assert len(marked) >= 50
    missed = [(m.question.text, m.got) for m in marked if not m.right]
    assert len(missed) <= 0.05 * len(marked), missed


def test_hardly_any_question_is_answered_with_something_else(marked: list[Mark]):
    wrong = [(m.question.text, m.got) for m in marked if m.wrong]
    assert len(wrong) <= 0.01 * len(marked), wrong


def test_every_command_is_declined(marked: list[Mark]):
    commands = [m for m in marked if m.question.group == "command"]
    assert commands
    assert [(m.question.text, m.got) for m in commands if m.got not in ("command", "decline")] == []


def test_what_is_not_for_these_tools_is_declined(marked: list[Mark]):
    strange = [m for m in marked if m.question.group == "decline"]
    assert [(m.question.text, m.got) for m in strange if not m.right] == []


def test_short_talks_go_on():
    house = maple()
    for talk in talks("outsider_questions.toml"):
        got = told([said for said, _ in talk], *house)
        assert [(said, g) for (said, right), g in zip(talk, got, strict=True) if g not in right] == []
