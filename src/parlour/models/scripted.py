"""A model that plays a script back: for tests, for demos, and for killing a server in the middle of an answer.

Which step it plays is seen from the request alone: the script from what the person said last, the step from how many
answers came since. So it keeps no state, and a server that was restarted goes on where the talk was.

    Script.of(call("get_devices_in_room", room_name="kitchen"), says("The kitchen has nine devices."))
"""

import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from parlour.clock import Clock, SystemClock
from parlour.models.base import (
    AssistantMessage,
    CallDelta,
    Called,
    Finished,
    ModelEvent,
    ModelProblem,
    ModelRequest,
    ReasoningDelta,
    RequestedCall,
    TextDelta,
    ToolMessage,
    UserMessage,
    estimate_tokens,
    last_user_text,
)
from parlour.protocol.content import Usage

DEFAULT_TEXT = "I only play a script, and it has nothing for this."


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence for some seconds."""

    seconds: float


Line = ModelEvent | Pause | ModelProblem
"""One thing that happens: an event, silence, or a failure that ends the stream."""
Step = tuple[Line, ...]
"""One answer of the model. Where it names no end, Finished is added with the reason and usage that fit."""


@dataclass(frozen=True, slots=True)
class Script:
    """What is answered to one message, step by step: the first step, then one after every round of tool results."""

    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        for line in (line for step in self.steps for line in step):
            if isinstance(line, TextDelta | ReasoningDelta):
                line.text.encode()
                if not line.text:
                    raise ValueError("a script may not hold an empty delta")

    @staticmethod
    def of(*steps: Step) -> "Script":
        """A script of these steps."""
        return Script(steps)


def says(text: str, *, word_s: float = 0.0) -> Step:
    """An answer, word by word, with `word_s` seconds before every word."""
    lines: list[Line] = []
    for word in words(text):
        if word_s:
            lines.append(Pause(word_s))
        lines.append(TextDelta(word))
    return tuple(lines)


def call(name: str, /, **arguments: JsonValue) -> Step:
    """A step that asks for one tool; steps can be joined with `+` to ask for several, or to speak before."""
    return (Called(RequestedCall("", name, arguments)),)


def words(text: str) -> list[str]:
    """`text` in pieces of one word each, with the white space that follows it; joined they are `text` again."""
    return re.findall(r"\S+\s*|\s+", text)


class ScriptedModel:
    """See `Model` for the contract."""

    def __init__(
        self,
        scripts: Mapping[str, Script] | None = None,
        *,
        otherwise: Script | None = None,
        name: str = "scripted/demo",
        window: int = 128_000,
        clock: Clock | None = None,
    ) -> None:
        """`scripts` by what the person says, upper and lower case alike; `otherwise` is played for anything else.

        Calls with the id "" get one that is fixed by the request: the same after a restart, another in every step.
        """
        self._scripts = {_key(said): script for said, script in (scripts or {}).items()}
        self._otherwise = otherwise or Script.of(says(DEFAULT_TEXT))
        self._name = name
        self._window = window
        self._clock = clock or SystemClock()

    @property
    def name(self) -> str:
        return self._name

    @property
    def window(self) -> int:
        return self._window

    def count_tokens(self, text: str) -> int:
        return estimate_tokens(text)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[ModelEvent, None]:
        """Play the step. A step behind the end of the script is the default text."""
        said, calls = "", 0
        for line in self._step(request):
            match line:
                case Pause(seconds):
                    await self._clock.sleep(seconds)
                case ModelProblem():
                    raise ModelProblem(line.code, line.safe, detail=line.detail)
                case Called(requested):
                    calls += 1
                    yield Called(_identified(requested, request, calls))
                case TextDelta(text) | ReasoningDelta(text):
                    said += text
                    yield line
                case CallDelta():
                    yield line
                case Finished():
                    yield line
                    return
        yield Finished("tool_calls" if calls else "stop", _usage(request, said), self._name)

    async def health(self) -> bool:
        return True

    async def close(self) -> None:
        return

    def _step(self, request: ModelRequest) -> Step:
        script = self._scripts.get(_key(last_user_text(request.messages)), self._otherwise)
        index = _answers_since_the_question(request)
        return script.steps[index] if index < len(script.steps) else says(DEFAULT_TEXT)


def _key(said: str) -> str:
    return said.strip().casefold()


def _answers_since_the_question(request: ModelRequest) -> int:
    count = 0
    for message in reversed(request.messages):
        if isinstance(message, UserMessage):
            break
        count += isinstance(message, AssistantMessage)
    return count


def _identified(requested: RequestedCall, request: ModelRequest, number: int) -> RequestedCall:
    if requested.id:
        return requested
    questions = sum(isinstance(message, UserMessage) for message in request.messages)
    step = _answers_since_the_question(request) + 1
    return RequestedCall(f"call_{questions}_{step}_{number}", requested.name, requested.arguments, requested.raw)


def _usage(request: ModelRequest, said: str) -> Usage:
    read = request.system + "".join(m.content if isinstance(m, ToolMessage) else m.text for m in request.messages)
    prompt, completion = estimate_tokens(read), estimate_tokens(said)
    return Usage(prompt_tokens=prompt, completion_tokens=completion, total_tokens=prompt + completion, estimated=True)
