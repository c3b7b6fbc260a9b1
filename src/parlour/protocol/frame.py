"""A durable event on its way: what happened, on which topic, and as which number."""

from pydantic import JsonValue, TypeAdapter

from parlour.protocol.content import Json, Value
from parlour.protocol.events import DurableEvent

_EVENT: TypeAdapter[DurableEvent] = TypeAdapter(DurableEvent)


class Envelope(Value):
    """What every durable frame carries beside its event's own fields."""

    topic: str
    from_seq: int
    """The seq of the first event in this frame; equals `seq` unless chunks were merged for a slow reader."""
    seq: int
    timestamp: str


class DurableFrame(Envelope):
    """An event with its envelope. On the wire both lie flat in one object; see `wire` and `frame_of`."""

    event: DurableEvent

    def wire(self) -> Json:
        """The flat JSON object of this frame."""
        fields: Json = self.event.model_dump(mode="json")
        return fields | {"topic": self.topic, "from_seq": self.from_seq, "seq": self.seq, "timestamp": self.timestamp}


def frame_of(wire: dict[str, JsonValue]) -> DurableFrame:
    """The frame that a flat JSON object is.

    Raises pydantic.ValidationError when it is not one.
    """
    names = Envelope.model_fields
    envelope = {name: value for name, value in wire.items() if name in names}
    event = _EVENT.validate_python({name: value for name, value in wire.items() if name not in names})
    return DurableFrame.model_validate(envelope | {"event": event})
