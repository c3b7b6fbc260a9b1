"""The written questions, and the goals that they are held to.

`questions.toml` was written before the model; of its first run 92 % were right and 3 % wrong. The other file was
written after it, about another house; of its first run 91 % were right and 1 % wrong. Both were looked at since.
"""

import pytest

from tests.models.intents.asking import cottage
from tests.models.intents.maple import maple
from tests.models.intents.scoring import Mark, marks

FILES = {"questions.toml": cottage, "maple_questions.toml": maple}


@pytest.fixture(params=FILES)
def marked(request: pytest.FixtureRequest) -> list[Mark]:
    file = str(request.param)
    return marks(*FILES[file](), file)


def test_most_questions_are_answered_or_rightly_asked_back(marked: list[Mark]):
    assert len(marked) >= 80
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
