"""The words of what nodes tell each other: small notes of JSON, many things in each."""

from collections.abc import Iterable, Iterator, Mapping

import orjson

from parlour.hub.announce.base import Ears

LARGEST_NOTE = 7_900
"""PostgreSQL takes fewer than 8,000 bytes."""


def notes(heads: Mapping[str, int], stops: Iterable[str], *, work: bool) -> Iterator[str]:
    """Everything that is to be told, in as few notes as it takes."""
    told: list[tuple[str, object]] = [*heads.items(), *(("stop", turn) for turn in stops)]
    if work:
        told.append(("work", 1))
    line, size = list[tuple[str, object]](), 2
    for each in told:
        length = len(orjson.dumps(each)) + 1
        if size + length > LARGEST_NOTE:
            yield orjson.dumps(line).decode()
            line, size = [], 2
        line.append(each)
        size += length
    if line:
        yield orjson.dumps(line).decode()


def hear(note: str, ears: Ears) -> None:
    """Tell `ears` what a note says. What is not understood is passed over: a newer node may have told it."""
    heads: dict[str, int] = {}
    for each in orjson.loads(note):
        match each:
            case ["stop", str(turn_id)]:
                ears.stop(turn_id)
            case ["work", _]:
                ears.work()
            case [str(topic), int(seq)]:
                heads[topic] = seq
            case _:
                continue
    if heads:
        ears.heads(heads)
