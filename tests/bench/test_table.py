"""The table says what was measured, and calls a missed bar missed."""

import pytest

from bench.adapters import costs_table
from bench.bars import MEASURES, Findings
from bench.tally import Load, Outcome, Tally, percentile


def row_of(found: Findings, title: str) -> list[str]:
    line = next(line for line in found.table().splitlines() if title in line)
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("lag-p99-200", 5.9, "aim reached"),
        ("lag-p99-200", 29.0, "first bar held"),
        ("lag-p99-200", 30.1, "**missed**"),
        ("carries", 800, "aim reached"),
        ("carries", 300, "first bar held"),
        ("carries", 200, "**missed**"),
        ("carries", float("nan"), "missed"),
        ("cpu-50", 1.0, ""),
    ],
)
def test_a_value_is_judged_by_its_bars(name: str, value: float, said: str) -> None:
    assert MEASURES[name].verdict(value) == said


def test_the_median_and_the_worst_round_stand_in_the_table() -> None:
    found = Findings()
    for value in (0.03, 0.2, 0.04):
        found.add("cpu-200", "sqlite", value)
    found.add("cpu-200", "relay", 0.06)
    row = row_of(found, "200 streams")
    assert row[4:6] == ["0.060", "0.040 (0.200)"]
    assert row[6:8] == ["aim reached", "3"]


def test_the_worst_of_what_should_be_large_is_the_smallest() -> None:
    found = Findings()
    for value in (300.0, 100.0, 400.0):
        found.add("carries", "sqlite", value)
    assert row_of(found, "one core carries")[5] == "300 (100)"


def test_errors_and_lost_chunks_are_told_with_where_they_happened() -> None:
    found = Findings()
    found.add("lag-p99-200", "relay", 4.0, errors=2, lost=7)
    found.add("lag-p99-200", "sqlite", 4.0)
    assert row_of(found, "p99, 200 streams")[-2:] == ["relay 2", "relay 7"]


def test_a_stream_that_lacks_a_chunk_or_its_end_counts_as_lost_and_as_an_error() -> None:
    tally = Tally(Load(streams=2, chunks=2), server=None)
    tally.begin()
    whole, cut = tally.streams
    for stream in tally.streams:
        stream.asked_at = 1.0
        tally.heard(stream, "t=1.000000;             ", 1.5)
    tally.heard(whole, "t=2.000000;             ", 2.1)
    whole.ended_at = 2.2
    outcome = tally.outcome()
    assert (outcome.chunks, outcome.lost) == (3, 1)
    assert outcome.faults == {"an answer did not end": 1}
    assert not cut.ended_at
    assert Outcome.from_json(outcome.to_json()) == outcome


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([3.0, 1.0, 2.0], 50) == 2.0
    assert percentile([1.0, 2.0], 99) == 2.0
    assert percentile([], 50) != percentile([], 50)


def test_what_clients_cost_is_set_beside_the_least_that_can_be_done() -> None:
    costs = {
        (200, "Parlour"): [(15.0, 1.1), (16.0, 1.3), (40.0, 1.2)],
        (200, "aiohttp + orjson"): [(10.0, 1.0)],
        (1, "aiohttp + orjson"): [(100.0, 1.0)],
        (1, "Parlour"): [(500.0, 1.0)],
    }
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in costs_table(costs).splitlines()]
    assert lines[2:6] == [
        ["aiohttp + orjson", "1", "100.0 (100.0)", "1.00", "1.00", "–"],
        ["Parlour", "1", "500.0 (500.0)", "5.00", "1.00", "–"],
        ["aiohttp + orjson", "200", "10.0 (10.0)", "1.00", "1.00", "–"],
        ["Parlour", "200", "16.0 (40.0)", "1.60", "1.20", "≤ 1.5 **missed**"],
    ]
    assert costs_table({}) == ""
    assert "- openai is not installed here" in costs_table(costs)
