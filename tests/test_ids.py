"""Ids sort by age, cannot be guessed, and are told from anything else."""

import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parlour.ids import is_id, new_id


def test_an_id_is_a_uuid_of_version_seven_in_its_canonical_form() -> None:
    made = uuid.UUID(new_id())
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert is_id(str(made))


def test_an_id_begins_with_the_moment_it_was_made_in() -> None:
    before = time.time_ns() // 1_000_000
    moment = uuid.UUID(new_id()).int >> 80
    assert before <= moment <= time.time_ns() // 1_000_000


def test_ids_made_one_after_another_differ() -> None:
    assert len({new_id() for _ in range(10_000)}) == 10_000


ONE = "01a1f91a-ab43-7344-9a0c-7f18dccda624"


@pytest.mark.parametrize("text", ["", "x", ONE.upper(), "{" + ONE + "}", ONE.replace("-", ""), "١" * 36])
def test_what_is_not_written_like_an_id_is_none(text: str) -> None:
    assert not is_id(text)


@given(st.text())
def test_whatever_somebody_sends_it_is_an_id_or_not(text: str) -> None:
    assert is_id(text) == (is_id(text) and str(uuid.UUID(text)) == text)


@given(st.uuids())
def test_every_uuid_in_its_canonical_form_is_an_id(value: uuid.UUID) -> None:
    assert is_id(str(value))
