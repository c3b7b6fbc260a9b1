"""When it is tried again."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parlour.models.retry import Backoff, retry_after

NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)


def test_rests_double_up_to_the_longest_and_tries_are_counted():
    backoff = Backoff(tries=6, first_s=1, longest_s=5)
    assert [backoff.rest(tried, None, 0.0) for tried in range(1, 7)] == [1, 2, 4, 5, 5, None]


@given(st.integers(1, 4), st.floats(0, 1))
def test_chance_takes_away_at_most_half(tried: int, chance: float):
    backoff = Backoff(tries=5)
    longest = backoff.rest(tried, None, 0.0)
    rest = backoff.rest(tried, None, chance)
    assert longest is not None
    assert rest is not None
    assert longest / 2 <= rest <= longest


def test_what_was_asked_for_is_rested_in_full_or_not_at_all():
    backoff = Backoff(retry_after_cap_s=20)
    assert backoff.rest(1, 20, 0.9) == 20
    assert backoff.rest(1, 20.1, 0.9) is None
    assert backoff.rest(1, 0, 0.9) == 0


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 1.5 ", 1.5),
        ("Fri, 20 Nov 2026 12:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0.0),
        ("Fri, 20 Nov 2026 12:00:30 -0000", 30.0),
        ("soon", None),
        ("-3", None),
        ("", None),
        ("²", None),
        (None, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(header: str | None, seconds: float | None):
    assert retry_after(header, NOW) == seconds


@given(st.text())
def test_no_header_breaks_the_reading(header: str):
    found = retry_after(header, NOW)
    assert found is None or found >= 0
