"""The words of what nodes tell each other: small notes of JSON, many things in each."""

from collections.abc import Iterable, Iterator, Mapping

import orjson

from parlour.hub.announce.base import Ears
from parlour.hub.announce.mentions import Mention

LARGEST_NOTE = 7_900
"""PostgreSQL takes fewer than 8,000 bytes."""


def notes(heads: Mapping[str, int], stops: Iterable[str], *, work: bool) -> Iterator[str]:
    """Everything that is to be told, in as few notes as it takes."""
    told: list[tuple[str, object]] = [*heads.items(), *(("stop", turn) for turn in stops)]
    if work:
        told.append(("work", 1))
    yield from _packed(told)


def mention_notes(teller: str, mentions: Iterable[Mention]) -> Iterator[str]:
    """Frames of the moment that a node tells. One that fits into no note is left out."""
    told = (("mention", teller, mention.topic, mention.wire) for mention in mentions)
    yield from _packed(each for each in told if _length(each) + 2 <= LARGEST_NOTE)


def _packed(told: Iterable[object]) -> Iterator[str]:
    line, size = list[object](), 2
    for each in told:
        length = _length(each)
        if size + length > LARGEST_NOTE:
            yield orjson.dumps(line).decode()
            line, size = [], 2
        line.append(each)
        size += length
    if line:
        yield orjson.dumps(line).decode()


def _length(told: object) -> int:
    """How many bytes it takes in a note, with the comma after it."""
    return len(orjson.dumps(told)) + 1


def hear(note: str, ears: Ears, *, but: str = "") -> None:
    """Tell `ears` what a note says, except the frames of the moment that the node called `but` told.

    What is not understood is passed over: a newer node may have told it.
    """
    heads: dict[str, int] = {}
    for each in orjson.loads(note):
        match each:
            case ["stop", str(turn_id)]:
                ears.stop(turn_id)
            case ["work", _]:
                ears.work()
            case ["mention", str(teller), str(topic), str(wire)]:
                if teller != but:
                    ears.mention(topic, wire)
            case [str(topic), int(seq)]:
                heads[topic] = seq
            case _:
                continue
    if heads:
        ears.heads(heads)
