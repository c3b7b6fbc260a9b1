"""Times have one form, which sorts as time does."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from parlour.clock import SystemClock, isoformat

moments = st.datetimes(datetime(1970, 1, 2), datetime(2999, 1, 1), timezones=st.timezones())  # noqa: DTZ001


def test_a_moment_is_written_in_utc_with_milliseconds_and_a_z() -> None:
    berlin = timezone(timedelta(hours=1))
    assert isoformat(datetime(2026, 11, 20, 12, 0, 0, 5_999, berlin)) == "2026-11-20T11:00:00.005Z"
    assert isoformat(datetime(2026, 11, 20, 12, tzinfo=UTC)) == "2026-11-20T12:00:00.000Z"


@given(moments, moments)
def test_written_moments_sort_as_the_moments_do(one: datetime, other: datetime) -> None:
    if isoformat(one) < isoformat(other):
        assert one < other


@given(moments)
def test_what_is_written_can_be_read_back_to_the_millisecond(moment: datetime) -> None:
    read = datetime.fromisoformat(isoformat(moment).replace("Z", "+00:00"))
    assert timedelta() <= moment.astimezone(UTC) - read < timedelta(milliseconds=1)


async def test_the_machines_clock_knows_its_zone_and_never_goes_back() -> None:
    clock = SystemClock()
    before = clock.monotonic()
    await clock.sleep(0)
    assert clock.now().utcoffset() == timedelta()
    assert clock.monotonic() >= before
