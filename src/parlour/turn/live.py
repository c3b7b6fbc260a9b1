"""The words of a model step on their way into the log, while they are being said.

Never more than one piece of a turn is on its way to the disk. What is said meanwhile waits and goes out
together, so a slow disk or a busy server makes larger pieces, not a longer queue.
"""

import asyncio
from collections import deque

import orjson

from parlour.journal.merging import LARGEST_CHUNK_UNITS
from parlour.journal.unit import Delta, Receipt, Writer
from parlour.protocol.content import Part
from parlour.protocol.text import first_units, units
from parlour.turn.answer import text_part
from parlour.turn.record import TurnRow


class Live:
    """The running text of one model step: an open list of parts, each the words of one kind."""

    def __init__(
        self,
        writer: Writer,
        turn: TurnRow,
        *,
        message_id: str,
        attempt: int,
        first_part: int,
        chunk_index: int,
        model: str,
        is_told_again: bool = False,
    ) -> None:
        """`first_part` is the number of the first part it will open, `chunk_index` that of its first chunk.

        That chunk names the `model`, and says whether it was asked at all: who goes on after a restart learns from it
        whose words these are, and what they cost.
        """
        self._writer = writer
        self._turn = turn
        self._head = {"type": "stream_chunk", "message_id": message_id, "attempt": attempt}
        self._first_part = first_part
        self.chunk_index = chunk_index
        """The number that the next chunk will get."""
        self.length = 0
        """How many units were said, of every kind."""
        self._texts: list[tuple[str, list[str]]] = []
        self._offset = 0
        self._waiting: deque[tuple[int, str, str]] = deque()
        self._on_its_way: asyncio.Future[Receipt] | None = None
        self._idle = asyncio.Event()
        self._idle.set()
        self._failure: BaseException | None = None
        self._sent_part = -1
        self._first_says = {"model": model, **({"cached": True} if is_told_again else {})}

    def say(self, kind: str, text: str) -> None:
        """Some more words. Raises what the writer raised, if it refused an earlier piece."""
        if self._failure is not None:
            raise self._failure
        if not self._texts or self._texts[-1][0] != kind:
            self._texts.append((kind, []))
        self._texts[-1][1].append(text)
        self.length += units(text)
        part = self._first_part + len(self._texts) - 1
        if self._waiting and self._waiting[-1][0] == part and self._on_its_way is not None:
            _, _, before = self._waiting.pop()
            text = before + text
        self._waiting.append((part, kind, text))
        if self._on_its_way is None:
            self._send_next()

    async def settled(self) -> None:
        """Wait until all that was said is durable. Raises what the writer raised."""
        await self._idle.wait()
        if self._failure is not None:
            raise self._failure

    @property
    def parts(self) -> list[Part]:
        """What was said, as parts of the answer."""
        return [text_part(kind, "".join(pieces)) for kind, pieces in self._texts]

    def joined(self, kind: str) -> str:
        """All words of one kind."""
        return "".join("".join(pieces) for other, pieces in self._texts if other == kind)

    def _send_next(self) -> None:
        part, kind, text = self._waiting.popleft()
        chunk = first_units(text, LARGEST_CHUNK_UNITS)
        if len(chunk) < len(text):
            self._waiting.appendleft((part, kind, text[len(chunk) :]))
        if part != self._sent_part:
            self._sent_part, self._offset = part, 0
        payload = self._head | {
            "part": part,
            "kind": kind,
            "chunk": chunk,
            "chunk_index": self.chunk_index,
            "offset": self._offset,
            "is_final": False,
            **self._first_says,
        }
        self._first_says = {}
        # Under one fence no chunk has the number of another, and a name made of both costs less than a random one.
        name = f"{self._turn.id}/{self._turn.fence}/{self.chunk_index}"
        self.chunk_index += 1
        self._offset += units(chunk)
        self._idle.clear()
        delta = Delta(self._turn.topic, self._turn.id, self._turn.fence, orjson.dumps(payload), name)
        self._on_its_way = self._writer.submit(delta)
        self._on_its_way.add_done_callback(self._sent)

    def _sent(self, done: "asyncio.Future[Receipt]") -> None:
        self._on_its_way = None
        if not done.cancelled() and done.exception() is not None:
            self._failure = done.exception()
        if self._failure is None and self._waiting:
            self._send_next()
        else:
            self._idle.set()
