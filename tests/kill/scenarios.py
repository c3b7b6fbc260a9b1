"""What is said in the houses that are killed, what the model answers, and how each turn must end whatever happens."""

from collections.abc import Callable
from dataclasses import dataclass

from bench.provider import SENT_AT
from parlour.models.base import Called, TextDelta
from parlour.models.scripted import Pause, Script, ScriptedModel, Step, call, says
from parlour.protocol.content import Message, TextPart, ToolCallPart, TurnStatus

WORD_S = 0.015
"""Between two words: longer than a commit takes, so that almost every word is a commit of its own."""
FOR_EVER = (Pause(3600.0),)


def says_its_script(answer: Message, said: str) -> None:
    """An answer holds every word of its script once, and every tool of it came back."""
    expected: list[str] = []
    for step in SCRIPTS[said].steps:
        expected.append("".join(line.text for line in step if isinstance(line, TextDelta)))
        expected += [line.call.name for line in step if isinstance(line, Called)]
    assert [shown_as(part) for part in answer.parts] == expected
    all_came_back(answer)


def has_every_chunk(answer: Message, said: str) -> None:
    """An answer of bench's provider holds as many pieces as it was asked for."""
    text = "".join(part.text for part in answer.parts if isinstance(part, TextPart))
    assert f"chunks={len(SENT_AT.findall(text))}" in said.split()
    all_came_back(answer)


def shown_as(part: object) -> str:
    """The words of a part, or the tool that it is a call of."""
    match part:
        case TextPart():
            return part.text
        case ToolCallPart():
            return part.name
        case _:
            return repr(part)


def all_came_back(answer: Message) -> None:
    """Every tool call of an answer came back well."""
    unfinished = [part for part in answer.parts if isinstance(part, ToolCallPart) and part.status != "completed"]
    assert not unfinished


@dataclass(frozen=True, slots=True)
class Scenario:
    """Something that people do. `says` is said at once, so that each but the first waits for the one before it."""

    name: str
    says: tuple[str, ...]
    ends: TurnStatus
    stop_at: str | None = None
    """The turn is stopped by whoever has read this much of its answer."""
    is_whole: Callable[[Message, str], None] = says_its_script
    """Looks at a completed answer to what was said; raises AssertionError where something is missing or twice."""

    def __str__(self) -> str:
        return self.name


KITCHEN = "How is the kitchen?"
HELLO = "Good morning!"
THANKS = "Thank you."
STORY = "Tell me a story without an end."

STREAMING = Scenario("streaming with tool calls", (KITCHEN,), "completed")
QUEUED = Scenario("two turns queued", (HELLO, THANKS), "completed")
STOPPED = Scenario("stop in mid-stream", (STORY,), "stopped", stop_at="there was a")
SCENARIOS = (STREAMING, QUEUED, STOPPED)

OVER_THE_WIRE = Scenario(
    "streaming over OpenAI's wire",
    ('chunks=30 spacing=10 tool=get_devices_in_room args={"room":"kitchen"}',),
    "completed",
    is_whole=has_every_chunk,
)
"""For a server that asks the provider of bench/provider.py, to which these words are a plan."""

SCRIPTS = {
    KITCHEN: Script.of(
        says("Let me look. ", word_s=WORD_S)
        + call("get_devices_in_room", room="kitchen")
        + call("get_room_connections", room="kitchen"),
        says("And the heating: ", word_s=WORD_S) + call("search_entities", query="heating"),
        says("It is warm and bright there.", word_s=WORD_S),
    ),
    HELLO: Script.of(says("Good morning, it is a fine day.", word_s=WORD_S)),
    THANKS: Script.of(says("You are welcome, at any time.", word_s=WORD_S)),
    STORY: Script.of(says("Once upon a time there was a house that had a ", word_s=WORD_S) + FOR_EVER),
}


def scripted(rests_after: str = "") -> ScriptedModel:
    """The model that answers everything above; once it has said the words `rests_after`, it says nothing more."""
    if not rests_after:
        return ScriptedModel(SCRIPTS)
    resting = {
        said: Script.of(*(_resting(step, rests_after) for step in script.steps)) for said, script in SCRIPTS.items()
    }
    return ScriptedModel(resting)


def _resting(step: Step, words: str) -> Step:
    said = ""
    for number, line in enumerate(step, 1):
        said += line.text if isinstance(line, TextDelta) else ""
        if words in said:
            return step[:number] + FOR_EVER
    return step
