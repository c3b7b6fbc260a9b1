"""An answer followed word by word, for doors that hand on nothing but its words."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import orjson

from parlour.api.doors import Doors, Said
from parlour.api.exchange import exchanged
from parlour.errors import NotFound, Unauthenticated
from parlour.hub.subscriber import Subscriber
from parlour.identity.access import may_follow
from parlour.identity.who import Who
from parlour.protocol.content import Message, TextPart
from parlour.protocol.events import ENDED
from parlour.protocol.text import first_units, units

BEAT_S = 15.0
"""So often something is said to whoever listens, and their right to listen looked at, however much is said."""
QUEUE_BYTES = 1_048_576
BETWEEN = "\n\n"
"""What stands between the words before a tool and those after it."""
AGAIN = "— The answer broke off and begins again: —"

_OVER = ENDED | {"waiting"}


def words_of(message: Message) -> str:
    """The words of an answer as whoever follows it gets them."""
    return BETWEEN.join(part.text for part in message.parts if isinstance(part, TextPart) and part.text)


@dataclass
class _Heard:
    """How much of the answer of one turn was handed on."""

    turn_id: str
    message_id: str | None = None
    is_over: bool = False
    sent: dict[int, int] = field(default_factory=dict[int, int])
    """Of each part of words, how many units were."""

    def take(self, frame: dict[str, Any]) -> str:
        """What is new in a frame of the conversation."""
        match frame:
            case {"type": "snapshot"}:
                self.is_over = True
            case {"type": "turn_updated", "turn": {"id": turn_id, "status": status}} if turn_id == self.turn_id:
                self.is_over = status in _OVER
            case {"type": "assistant_message_start", "message": {"id": str(identifier), "turn_id": turn_id}}:
                self.message_id = identifier if turn_id == self.turn_id else self.message_id
            case {"type": "stream_chunk", "message_id": message_id, "kind": "text"} if message_id == self.message_id:
                return self._more(frame["part"], frame["offset"], frame["chunk"])
            case {"type": "answer_restarted", "message_id": message_id} if message_id == self.message_id:
                return self._restarted(frame["part"])
            case _:
                pass
        return ""

    def rest_of(self, message: Message) -> str:
        """What of a message was not handed on yet."""
        texts = [(number, part.text) for number, part in enumerate(message.parts) if isinstance(part, TextPart)]
        return "".join(self._more(number, 0, text) for number, text in texts)

    def _more(self, part: int, offset: int, chunk: str) -> str:
        """What of a chunk is new, after a gap where another part was before."""
        done = self.sent.get(part, 0)
        end = offset + units(chunk)
        if end <= done:
            return ""
        is_another = not done and any(self.sent.values())
        new = chunk[len(first_units(chunk, max(0, done - offset))) :]
        self.sent[part] = end
        return BETWEEN + new if is_another else new

    def _restarted(self, part: int) -> str:
        """What had been handed on of a part that begins again cannot be taken back: so it is said."""
        had_spoken = any(sent for number, sent in self.sent.items() if number >= part)
        self.sent = {number: sent for number, sent in self.sent.items() if number < part}
        if not had_spoken:
            return ""
        self.sent[-1] = 1
        return BETWEEN + AGAIN


async def spoken(doors: Doors, who: Who, said: Said) -> AsyncGenerator[str]:
    """The words that answer what was said, as they come; "" whenever it was quiet for a while.

    Ends when the turn has ended or waits for a person. Raises NotFound once the talk is gone or not theirs to see,
    Unauthenticated once who listens may no longer; the answer goes on to its end all the same.
    """
    heard, looked_at = _Heard(said.ids["turn_id"]), doors.clock.monotonic()
    topic = f"conversation:{said.ids['conversation_id']}"
    outbox = Subscriber(QUEUE_BYTES)
    try:
        await doors.hub.subscribe(outbox, topic, said.seq)
        while True:
            wires, is_lost = await _next(doors, outbox)
            is_quiet, now = not wires and not is_lost, doors.clock.monotonic()
            if is_quiet or now - looked_at >= BEAT_S:
                await _check_may_listen(doors, who, topic)
                looked_at = now
            words = "".join(heard.take(orjson.loads(wire)) for wire in wires)
            if words or not wires:
                yield words
            if heard.is_over:
                exchange = await exchanged(doors, who, said, wait=0)
                if exchange.ai_message is not None and (rest := heard.rest_of(exchange.ai_message)):
                    yield rest
                if exchange.turn.status in _OVER:
                    return
                heard.message_id, heard.is_over = exchange.turn.answer_id, False
            if is_lost:
                await doors.hub.subscribe(outbox, topic)
    finally:
        doors.hub.leave(outbox)


async def _check_may_listen(doors: Doors, who: Who, topic: str) -> None:
    """Raise Unauthenticated when what proved who listens is no more, NotFound when they may not hear this any more."""
    listener = await doors.gate.again(who)
    if listener is None:
        raise Unauthenticated
    async with doors.reads.read() as connection:
        if not await may_follow(connection, listener, topic):
            raise NotFound


async def _next(doors: Doors, outbox: Subscriber) -> tuple[list[str], bool]:
    """What is to be read next, nothing when it was quiet for a while; and whether what comes after it was lost."""
    taking = asyncio.ensure_future(outbox.take())
    losing = asyncio.ensure_future(outbox.lost())
    jobs = [taking, losing, asyncio.ensure_future(doors.clock.sleep(BEAT_S))]
    try:
        await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
        return taking.result() if taking.done() else [], losing.done()
    finally:
        for job in jobs:
            job.cancel()
