"""What a tool that changes something says of itself, before, after and in doubt. All of it is a value."""

from dataclasses import dataclass

from pydantic import JsonValue

from parlour.protocol.content import Effect, Preview


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a call would do, worked out without doing it."""

    preview: Preview
    effect: Effect | None = None
    """Where this call is graver than its tool: a lock, a garage door. None when it is as the tool says."""
    subject: str = ""
    """What a rule about such calls would be about, in the plural and lower-case: "lights". "" where none can be."""
    label: str = ""
    """What it would do, by the names of what is meant: "Add “Floor Lamp” to the Study". "" where the words of the call
    itself do."""


@dataclass(frozen=True, slots=True)
class Found:
    """What reading back tells of a call whose outcome is not known."""

    done: bool | None
    """None when it cannot be told."""
    result: JsonValue = None
    """What the call would have returned, where it was done."""
