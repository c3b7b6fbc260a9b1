"""What a load is, what its streams received, and what that comes to."""

import dataclasses
import time
from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import orjson

from bench.machine import cpu_seconds
from bench.provider import SENT_AT

PIECE = 24
"""Characters in a piece of text."""
PATIENCE_S = 45.0
"""How much longer than planned a load may take before what is missing counts as lost."""


@dataclass(frozen=True, slots=True)
class Load:
    """So many answers at once, each of so many chunks; their starts are spread over `spread_s` by chance."""

    streams: int
    chunks: int = 200
    spacing_ms: float = 20.0
    spread_s: float = 1.0

    @property
    def question(self) -> str:
        """Tells the provider."""
        return f"chunks={self.chunks} spacing={self.spacing_ms} size={PIECE}"

    @property
    def ideal_s(self) -> float:
        """How long one answer takes when nobody is late."""
        return (self.chunks - 1) * self.spacing_ms / 1000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one load came to. Times are milliseconds, but for those in seconds that say so."""

    chunks: int = 0
    lost: int = 0
    errors: int = 0
    first_p50: float = 0.0
    first_p95: float = 0.0
    lag_p50: float = 0.0
    lag_p99: float = 0.0
    stretch: float = 0.0
    """How much longer the whole load took than it would have without any delay: 0.02 is two percent."""
    server_cpu_s: float = 0.0
    client_cpu_s: float = 0.0
    faults: dict[str, int] = field(default_factory=dict[str, int])
    """What went wrong, and how often."""

    @property
    def cpu_per_thousand(self) -> float:
        """Seconds of the server's processor time for 1,000 chunks."""
        return self.server_cpu_s / self.chunks * 1000 if self.chunks else float("nan")

    def to_json(self) -> bytes:
        """For the process that asked for the load."""
        return orjson.dumps(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: bytes) -> "Outcome":
        """What `to_json` made."""
        return cls(**orjson.loads(text))


@dataclass(slots=True)
class Stream:
    """One answer, as far as it has been received."""

    asked_at: float = 0.0
    first_at: float = 0.0
    ended_at: float = 0.0
    pieces: int = 0
    length: int = 0


class Tally:
    """Collects what all streams of a load receive. Moments are `time.time()`, the provider's clock."""

    def __init__(self, load: Load, server: int | None) -> None:
        """`server` is the process whose CPU is counted."""
        self.load = load
        self.streams = [Stream() for _ in range(load.streams)]
        self._lags = array("d")
        self._faults: Counter[str] = Counter()
        self._server = server
        self._cpu = (0.0, 0.0)
        self._began = 0.0

    def begin(self) -> None:
        """Everything is connected: from now on it counts."""
        self._cpu = self._used()
        self._began = time.time()

    def heard(self, stream: Stream, text: str, now: float) -> None:
        """`stream` got some more words at `now`."""
        if not stream.first_at:
            stream.first_at = now
        stream.length += len(text)
        for sent in SENT_AT.findall(text):
            stream.pieces += 1
            self._lags.append(now - float(sent))

    def fault(self, what: str) -> None:
        """Something went wrong."""
        self._faults[what] += 1

    def outcome(self) -> Outcome:
        """What it all came to, now."""
        server, client = self._used()
        load = self.load
        for stream in self.streams:
            if not stream.ended_at:
                self.fault("an answer did not end")
            elif stream.length != load.chunks * PIECE:
                self.fault("an answer has another length")
        heard = sum(stream.pieces for stream in self.streams)
        firsts = [1000 * (s.first_at - s.asked_at) for s in self.streams if s.first_at]
        lags = [1000 * lag for lag in self._lags]
        last_asked = max(stream.asked_at for stream in self.streams)
        last_ended = max(stream.ended_at for stream in self.streams)
        took = last_ended - self._began
        planned = last_asked - self._began + load.ideal_s
        return Outcome(
            chunks=heard,
            lost=load.streams * load.chunks - heard,
            errors=self._faults.total(),
            first_p50=percentile(firsts, 50),
            first_p95=percentile(firsts, 95),
            lag_p50=percentile(lags, 50),
            lag_p99=percentile(lags, 99),
            stretch=max(0.0, took / planned - 1),
            server_cpu_s=server - self._cpu[0],
            client_cpu_s=client - self._cpu[1],
            faults=dict(self._faults),
        )

    def _used(self) -> tuple[float, float]:
        return cpu_seconds(self._server) if self._server else 0.0, time.process_time()


def percentile(values: list[float], percent: float) -> float:
    """The value that `percent` of `values` do not exceed; not a number when there are none."""
    if not values:
        return float("nan")
    ordered: list[Any] = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]
