"""Whole steps of models that may be told again: in memory, bounded, each found by all that was asked, and of whom.

What a tool told stands in what is asked for the step after it. So a home that has changed asks something else, and
nothing that rests on how it was is found.
"""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from parlour.clock import Clock, SystemClock
from parlour.models.base import AssistantMessage, Model, ModelMessage, ModelRequest, ToolMessage
from parlour.protocol.content import Part
from parlour.tools.caller import Caller
from parlour.tools.outcomes import RequestedCall
from parlour.turn.steps import ModelStep

MOST_ENTRIES = 2_000
MOST_BYTES = 32 * 1024 * 1024
"""Of words and calls, over all entries."""
SECONDS = 300.0
SEARCHED_SECONDS = 1_800.0
FOR_GUESTS = 2.0
"""So many times as long is something told again to a guest, who can change nothing."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How much is kept, and for how long."""

    entries: int = MOST_ENTRIES
    """With 0 nothing is."""
    seconds: float = SECONDS
    searched_seconds: float = SEARCHED_SECONDS
    """What was looked up for: it is looked up again anyhow, so that only the words are kept."""
    bytes: int = MOST_BYTES

    def lasts(self, caller: Caller, *, has_searched: bool) -> float:
        """For how many seconds a step may be told again to `caller`."""
        seconds = self.searched_seconds if has_searched else self.seconds
        return seconds if caller.may("tools:write") else seconds * FOR_GUESTS


@dataclass(slots=True)
class Counts:
    """How often what was kept has served, since the start."""

    hits: int = 0
    misses: int = 0
    passed: int = 0
    """Steps for which nothing that was kept would do."""


@dataclass(frozen=True, slots=True)
class Told:
    """A step as it was said."""

    step: ModelStep
    parts: tuple[Part, ...]
    """Its words, in the order in which they came."""
    message_id: str
    """The answer that it was said in."""

    @property
    def size(self) -> int:
        """In bytes, about."""
        words = sum(len(part.model_dump_json()) for part in self.parts)
        kept = self.step.keepsake
        return words + sum(map(_size_of, self.step.calls)) + (len(json.dumps(kept.body)) if kept else 0)


@dataclass(frozen=True, slots=True)
class _Entry:
    told: Told
    by: Model
    until: float
    size: int


@dataclass(slots=True)
class ToldBefore:
    """What models said lately. What was not told for longest is let go first."""

    clock: Clock
    keeping: Keeping = field(default_factory=Keeping)
    counts: Counts = field(default_factory=Counts)
    size: int = 0
    """In bytes."""
    _entries: OrderedDict[str, _Entry] = field(default_factory=OrderedDict[str, _Entry])

    def __len__(self) -> int:
        return len(self._entries)

    def said_in(self, key: str) -> str | None:
        """The answer in which that was said which is kept; None where there is nothing."""
        entry = self._entries.get(key)
        return entry.told.message_id if entry else None

    def found(self, key: str, by: Model) -> Told | None:
        """What was said to the same, unless its time is over, or `by` is another by now who only has the name."""
        entry = self._entries.get(key)
        if entry is not None and (entry.by is not by or entry.until <= self.clock.monotonic()):
            self._drop(key)
            entry = None
        if entry is None:
            self.counts.misses += 1
            return None
        self.counts.hits += 1
        self._entries.move_to_end(key)
        return entry.told

    def forget(self, key: str) -> None:
        """Let go of what was said to this, if there is something."""
        if key in self._entries:
            self._drop(key)

    def keep(self, key: str, by: Model, told: Told, seconds: float) -> None:
        """Keep what `by` said, in the place of what was said to the same before."""
        self.forget(key)
        entry = _Entry(told, by, self.clock.monotonic() + seconds, told.size)
        self._entries[key] = entry
        self.size += entry.size
        while self._entries and (len(self._entries) > self.keeping.entries or self.size > self.keeping.bytes):
            self._drop(next(iter(self._entries)))

    def _drop(self, key: str) -> None:
        self.size -= self._entries.pop(key).size


def nothing_told() -> ToldBefore:
    """For whoever asks everything anew."""
    return ToldBefore(SystemClock(), Keeping(entries=0))


def key_of(model: Model, request: ModelRequest) -> str:
    """Where a step is kept: SHA-256 over who is asked, on whose behalf, with which rights, and for what, as a whole.

    The ids of calls are their numbers there: they are made anew for every talk.
    """
    caller = request.caller
    asked = [
        model.name,
        [caller.tenant_id, caller.project_id, caller.user_id, sorted(caller.permissions)],
        request.system,
        _said(request.messages),
        [[tool.name, tool.description, tool.effect, tool.parameters] for tool in request.tools],
        request.parameters.model_dump(mode="json"),
        request.stop,
        request.form and request.form.as_json(),
    ]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def names_its_calls(step: ModelStep) -> bool:
    """Whether a provider wants something back that names a call by its id: with another one it makes no sense."""
    kept = json.dumps(step.keepsake.body) if step.keepsake else ""
    return any(call.id and call.id in kept for call in step.calls)


def without_ids(step: ModelStep) -> ModelStep:
    """The step with nothing that belongs to the one answer that it was made for."""
    calls = tuple(replace(call, id="") for call in step.calls)
    return replace(step, calls=calls, usage=None, seen=None, asked=(), plan=())


def _said(messages: Sequence[ModelMessage]) -> list[object]:
    numbers: dict[str, int] = {}
    said: list[object] = []
    for message in messages:
        match message:
            case AssistantMessage():
                calls = [[numbers.setdefault(c.id, len(numbers)), c.name, c.arguments, c.raw] for c in message.calls]
                kept = [message.keepsake.of, message.keepsake.body] if message.keepsake else None
                said.append({"says": message.text, "thinks": message.reasoning, "calls": calls, "keepsake": kept})
            case ToolMessage():
                number = numbers.setdefault(message.tool_call_id, len(numbers))
                said.append({"result": [number, message.name, message.content, message.failed]})
            case _:
                shown = [[image.content_type, hashlib.sha256(image.data).hexdigest()] for image in message.images]
                said.append({type(message).__name__: message.text, "images": shown})
    return said


def _size_of(call: RequestedCall) -> int:
    return len(call.name) + len(call.raw) + len(json.dumps(call.arguments))
