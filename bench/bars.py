"""What is asked of each measure: the first bar, which must hold, and the aim."""

import math
import statistics
from dataclasses import dataclass, field

TARGETS = ("direct", "relay", "sqlite", "postgres")
"""What is measured in the same run: the provider itself, a bare relay, and Parlour on each database."""


@dataclass(frozen=True, slots=True)
class Measure:
    """A row of the table. Without a bar it is there for comparison."""

    name: str
    title: str
    bar: float | None = None
    aim: float | None = None
    more_is_better: bool = False
    digits: int = 1

    def verdict(self, value: float) -> str:
        """What `value` comes to beside the bars."""
        if self.bar is None or self.aim is None:
            return ""
        if math.isnan(value):
            return "missed"
        sign = -1 if self.more_is_better else 1
        if sign * value <= sign * self.aim:
            return "aim reached"
        return "first bar held" if sign * value <= sign * self.bar else "**missed**"

    def shown(self, value: float | None) -> str:
        """A value of this measure, or a dash where there is none."""
        return "–" if value is None else f"{value:,.{self.digits}f}"


MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure("cpu-50", "CPU s per 1,000 chunks, 50 streams", digits=3),
        Measure("cpu-200", "CPU s per 1,000 chunks, 200 streams", 0.08, 0.045, digits=3),
        Measure("lag-p50-50", "lag of a chunk p50, 50 streams, ms"),
        Measure("lag-p99-50", "lag of a chunk p99, 50 streams, ms"),
        Measure("lag-p50-200", "lag of a chunk p50, 200 streams, ms"),
        Measure("lag-p99-200", "lag of a chunk p99, 200 streams, ms", 30, 6),
        Measure("carries", "streams one core carries", 300, 800, more_is_better=True, digits=0),
        Measure("first-p50", "added time to first token p50, 50 streams, ms (direct: the time itself)", 5, 2),
        Measure("first-p95", "added time to first token p95, 50 streams, ms (direct: the time itself)", 15, 5),
        Measure("idle", "KiB an idle socket, 1,000 open", 40, 24),
        Measure("intents-p50", "built-in model, one question at 1,000 entities p50, ms"),
        Measure("intents-p95", "built-in model, one question at 1,000 entities p95, ms", 40, 15),
        Measure("executor-p50", "what the executor adds to a call p50, ms", digits=2),
        Measure("executor-p95", "what the executor adds to a call p95, ms (direct: the bare call)", 1, 0.5, digits=2),
        Measure("again-home-p50", "told again of the house p50, ms (direct: read anew)", digits=2),
        Measure("again-home-p95", "told again of the house p95, ms (direct: read anew)", 1, 0.5, digits=2),
        Measure("again-data-p50", "told again of a datasource p50, ms (direct: read anew)", digits=2),
        Measure("again-data-p95", "told again of a datasource p95, ms (direct: read anew)", 1, 0.5, digits=2),
        Measure("three", "three tools of 1 s side by side, s", 1.2, 1.05, digits=2),
        Measure("takeover-p50", "kill -9 of a node until the same turn speaks again, median, s", 3, 1, digits=2),
        Measure("takeover", "kill -9 of a node until the same turn speaks again, worst, s", 3, 1, digits=2),
        Measure("beside-cpu-200", "with a second node: CPU s per 1,000 chunks, 200 streams", 0.08, 0.045, digits=3),
        Measure("beside-lag-p99-200", "with a second node: lag of a chunk p99, 200 streams, ms", 30, 6),
        Measure("heard-p50", "asked on one node, heard on the other: lag p50, 50 streams, ms"),
        Measure("heard-p99", "asked on one node, heard on the other: lag p99, 50 streams, ms"),
        Measure("list-p95", "a page of a list, 1 M messages in the house, p95, ms", 50, 10),
        Measure("messages-p95", "a page of messages, p95, ms", 50, 10),
        Measure("search-p95", "a search, common words and rare, p95, ms", 50, 10),
        Measure("query-grown", "memory more for a query of 1 M rows, MiB"),
        Measure("query-took", "a query of 1 M rows, cut where the limits say, ms"),
        Measure("mcp-first", "100 tools of an MCP server, in a house just started, p95, ms", 50, 10),
        Measure("mcp-again", "100 tools of an MCP server, at a step of an answer, p95, ms", 50, 1, digits=2),
        Measure("mcp-anew", "100 tools of an MCP server, asked of it anew, p95, ms", 50, 20),
        Measure("start-first", "first start of all to first healthy answer, s", digits=2),
        Measure("start", "cold start to first healthy answer, s", 3, 2, digits=2),
        Measure("memory", "resident memory idle, MiB", 200, 120, digits=0),
        Measure("page-open", "click to first paint of a talk of 5,000 messages, median of 10, ms", 300, 150, digits=0),
        Measure("page-open-worst", "click to first paint of it, worst of 10, ms", digits=0),
        Measure("page-back", "click to first paint on the way back to it, median of 10, ms", digits=0),
        Measure("page-dropped", "frames dropped while it scrolls, %", 5, 1),
        Measure("page-slow", "frames of more than 50 ms while it scrolls", 3, 0, digits=0),
        Measure("page-blocks", "blocks of a growing answer changed in a frame", 2, 1),
        Measure("page-others", "blocks changed that were done, in 300 chunks", 3, 0, digits=0),
        Measure("page-busy", "the page's work for a chunk of an answer, ms"),
        Measure("page-entry", "scripts loaded before the page runs, KB under gzip", 150, 120, digits=0),
    )
}


@dataclass(slots=True)
class Findings:
    """Every value that was measured, and what went wrong on the way."""

    values: dict[tuple[str, str], list[float]] = field(default_factory=dict[tuple[str, str], list[float]])
    errors: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    lost: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    notes: list[str] = field(default_factory=list[str])
    costs: dict[tuple[int, str], list[tuple[float, float]]] = field(
        default_factory=dict[tuple[int, str], list[tuple[float, float]]]
    )
    """CPU microseconds a chunk and chunks a piece, by how many streams and whose client."""

    def add(self, measure: str, target: str, value: float, *, errors: int = 0, lost: int = 0) -> None:
        """One more round of `measure` at `target`."""
        key = (measure, target)
        self.values.setdefault(key, []).append(value)
        self.errors[key] = self.errors.get(key, 0) + errors
        self.lost[key] = self.lost.get(key, 0) + lost

    def table(self) -> str:
        """All of it as a table in Markdown: medians, and beside Parlour's the worst round."""
        ours = [target for target in ("sqlite", "postgres") if any(key[1] == target for key in self.values)]
        heads = ["measure", "first bar", "aim", "direct", "relay"]
        heads += [f"Parlour, {target}: median (worst)" for target in ours]
        heads += ["verdict", "rounds", "errors", "chunks lost"]
        lines = [heads, ["---"] * len(heads)]
        lines += [self._row(measure, ours) for measure in MEASURES.values() if self._has(measure)]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def _has(self, measure: Measure) -> bool:
        return any(key[0] == measure.name for key in self.values)

    def _row(self, measure: Measure, ours: list[str]) -> list[str]:
        at_most = "≥ " if measure.more_is_better else "≤ "
        bars = [at_most + f"{bar:g}" if bar is not None else "–" for bar in (measure.bar, measure.aim)]
        middle = {target: self._median(measure, target) for target in TARGETS}
        cells = [measure.shown(middle["direct"]), measure.shown(middle["relay"])]
        for target in ours:
            cell = measure.shown(middle[target])
            worst = self._worst(measure, target)
            cells.append(cell if worst is None else f"{cell} ({measure.shown(worst)})")
        verdicts = [measure.verdict(value) for target in ours if (value := middle[target]) is not None]
        rounds = max(len(values) for key, values in self.values.items() if key[0] == measure.name)
        told = [self._told(self.errors, measure), self._told(self.lost, measure)]
        return [measure.title, *bars, *cells, " / ".join(dict.fromkeys(verdicts)) or "–", str(rounds), *told]

    def _median(self, measure: Measure, target: str) -> float | None:
        values = self.values.get((measure.name, target))
        return statistics.median(values) if values else None

    def _worst(self, measure: Measure, target: str) -> float | None:
        values = self.values.get((measure.name, target))
        return None if not values else min(values) if measure.more_is_better else max(values)

    def _told(self, counts: dict[tuple[str, str], int], measure: Measure) -> str:
        """How many, and where, if anywhere."""
        found = {target: counts.get((measure.name, target), 0) for target in TARGETS}
        return ", ".join(f"{target} {count}" for target, count in found.items() if count) or "0"
