"""A frame: what was committed, encoded once so that the same text goes to everybody."""

from dataclasses import dataclass

from parlour.journal.unit import Committed


@dataclass(slots=True)
class Frame:
    """A committed event and its text on the wire; a value, and not frozen only for the time that takes."""

    said: Committed
    wire: str


def framed(said: Committed) -> Frame:
    """The frame of `said`: its envelope before the event's own fields, in one flat JSON object."""
    head = f'{{"topic":"{said.topic}","from_seq":{said.from_seq},"seq":{said.seq},"timestamp":"{said.at}",'
    return Frame(said, head + said.payload.decode()[1:])
