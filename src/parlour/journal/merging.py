"""Merging neighbouring chunks of one text into one, for whoever reads more slowly than they are written."""

from collections.abc import Iterable
from typing import Any

import orjson

from parlour.journal.unit import Committed
from parlour.protocol.text import units

LARGEST_CHUNK_UNITS = 16_384
"""No chunk carries more than this, written or merged, so that no frame is unbounded."""


def merged(items: Iterable[Committed]) -> list[Committed]:
    """The same events with neighbouring chunks joined, each topic's in their order.

    Two chunks are neighbours when nothing lies between them on their topic and the second goes on where the
    first ends: same answer, attempt and part.
    """
    result: list[Committed] = []
    open_runs: dict[str, _Run] = {}
    for item in items:
        run = open_runs.pop(item.topic, None)
        if item.is_delta:
            chunk: dict[str, Any] = orjson.loads(item.payload)
            if run is not None and run.takes(item, chunk):
                open_runs[item.topic] = run
                continue
            if not chunk["is_final"]:
                open_runs[item.topic] = _Run(len(result), item, chunk)
        if run is not None:
            result[run.index] = run.whole()
        result.append(item)
    for run in open_runs.values():
        result[run.index] = run.whole()
    return result


class _Run:
    """Chunks that are being joined, and where their sum will stand."""

    def __init__(self, index: int, first: Committed, chunk: dict[str, Any]) -> None:
        self.index = index
        self._first = first
        self._last = first
        self._head = chunk
        self._pieces: list[str] = [chunk["chunk"]]
        self._chunk_index: int = chunk["chunk_index"]
        self._length = units(chunk["chunk"])

    def takes(self, item: Committed, chunk: dict[str, Any]) -> bool:
        """Join `item` to the run, if it goes on with it and there is room."""
        length = units(chunk["chunk"])
        goes_on = (
            item.from_seq == self._last.seq + 1
            and not chunk["is_final"]
            and all(chunk[key] == self._head[key] for key in ("message_id", "attempt", "part", "kind"))
            and chunk["offset"] == self._head["offset"] + self._length
            and self._length + length <= LARGEST_CHUNK_UNITS
        )
        if goes_on:
            self._pieces.append(chunk["chunk"])
            self._length += length
            self._last = item
            self._chunk_index = chunk["chunk_index"]
        return goes_on

    def whole(self) -> Committed:
        """Everything that was joined, as one."""
        if self._last is self._first:
            return self._first
        payload = self._head | {"chunk": "".join(self._pieces), "chunk_index": self._chunk_index}
        return Committed(
            self._first.topic,
            self._first.from_seq,
            self._last.seq,
            orjson.dumps(payload),
            self._last.at,
            is_delta=True,
        )
