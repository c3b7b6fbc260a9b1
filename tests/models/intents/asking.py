"""Asking the built-in model in tests, without any tool being run: what matters is what it would call."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from parlour.models.base import (
    AssistantMessage,
    Called,
    ModelMessage,
    ModelRequest,
    RequestedCall,
    TextDelta,
    ToolMessage,
    UserMessage,
)
from parlour.models.intents.agreeing import Agreement
from parlour.models.intents.followup import Turn
from parlour.models.intents.frames import Grammar, grammar_of
from parlour.models.intents.index import NameIndex
from parlour.models.intents.lexicon import english
from parlour.models.intents.model import IntentsModel
from parlour.models.intents.outcome import Asked, Declined, Outcome, Plan
from parlour.models.intents.second_reader import SecondReader
from parlour.models.intents.understanding import Understander
from parlour.protocol.content import Effect
from parlour.toolkits.devices.abilities import abilities_of
from parlour.toolkits.devices.phrasebook import language_of as devices_language
from parlour.toolkits.home.phrasebook import TOOLS, language_of
from parlour.tools.language import Language, NameChanges, NameSource
from parlour.tools.tool import Tool, ToolContext, make_tool
from tests.models.intents.house import CALLER, HouseNames, larch_cottage

WRITES = frozenset({"create_entity", "update_entity", "create_relationship"})
NARROWING = frozenset({"about", "task"})
"""Arguments that say how much of an answer is wanted; which thing is meant is judged without them."""


def tools_of(names: NameSource) -> tuple[Tool, ...]:
    """Nine tools with the home's words and names, which do nothing."""

    async def nothing(context: ToolContext) -> None:
        """Do nothing."""

    def named(name: str) -> Tool:
        nothing.__name__ = name
        return make_tool(nothing, effect="read", language=language_of(name, names))

    return tuple(named(name) for name in TOOLS if name not in WRITES)


def acting_tools_of(names: NameSource) -> tuple[Tool, ...]:
    """These, the writing tools and `control_devices`, which do nothing either."""

    async def nothing(context: ToolContext) -> None:
        """Do nothing."""

    def named(name: str, language: Language, effect: Effect) -> Tool:
        nothing.__name__ = name
        return make_tool(nothing, effect=effect, language=language)

    writing = (named(name, language_of(name, names), "write") for name in TOOLS if name in WRITES)
    control = named("control_devices", devices_language(names, abilities_of), "control")
    return (*tools_of(names), *writing, control)


def cottage() -> tuple[Grammar, NameIndex]:
    """The grammar of the home's tools and the index of the house, for the pure stages."""
    index = NameIndex(english().spoken)
    index.apply(NameChanges(1, larch_cottage(), (), True))
    return grammar_of(tools_of(HouseNames()), english()), index


def acting_cottage() -> tuple[Grammar, NameIndex]:
    """The same house, with tools that act."""
    _, index = cottage()
    return grammar_of(acting_tools_of(HouseNames()), english()), index


def understood(text: str, grammar: Grammar, index: NameIndex) -> Outcome:
    """What a first question comes to."""
    return understander(grammar, index).understand([Turn(text)])


def understander(grammar: Grammar, index: NameIndex) -> Understander:
    """As the model has it, with a second reader of commands."""
    return Understander(grammar, index, Agreement(SecondReader(), grammar, index))


def spoken(outcome: Outcome) -> str:
    """An outcome in a line: "get_devices_in_room(room=kitchen)", "ask", "decline", "command", or a kindness."""
    match outcome:
        case Plan():
            return " & ".join(_call(f.bound.tool, a) for f, a in zip(outcome.fits, outcome.arguments, strict=True))
        case Asked():
            return "ask"
        case Declined(why="bare"):
            return "ask"
        case Declined(why="command"):
            return "command"
        case Declined():
            return "decline"
        case _:
            return outcome.kind


def _call(tool: str, arguments: Mapping[str, JsonValue] | None) -> str:
    assert arguments is not None
    return f"{tool}({arguments_in_words({k: v for k, v in arguments.items() if k not in NARROWING})})"


def arguments_in_words(arguments: Mapping[str, JsonValue]) -> str:
    """Arguments in a line, in the order of their names."""
    values = {k: ",".join(map(str, v)) if isinstance(v, list) else str(v) for k, v in arguments.items()}
    return " ".join(f"{k}={v}" for k, v in sorted(values.items()))


@dataclass
class Chat:
    """A talk with the model; tools are never run, their results are a fixed sentence."""

    names: HouseNames = field(default_factory=HouseNames)
    model: IntentsModel = field(default_factory=IntentsModel)
    messages: list[ModelMessage] = field(default_factory=list[ModelMessage])
    tools: tuple[Tool, ...] = ()
    """What can be asked; the home's where nothing is named."""

    async def says(self, text: str) -> str:
        """What comes of `text`: the calls in a line, or the words of the answer."""
        self.messages.append(UserMessage(text))
        said, calls = "", list[RequestedCall]()
        async for event in self.model.stream(self.request()):
            if isinstance(event, TextDelta):
                said += event.text
            elif isinstance(event, Called):
                calls.append(event.call)
        self.messages.append(AssistantMessage(said, tuple(calls)))
        self.messages.extend(ToolMessage(c.id, c.name, "{}", f"Result of {c.name}.") for c in calls)
        if calls:
            self.messages.append(AssistantMessage("Here it is."))
        return " & ".join(_call(c.name, c.arguments) for c in calls) or said

    def request(self) -> ModelRequest:
        """The request for the present step."""
        return ModelRequest("", tuple(self.messages), self.tools or tools_of(self.names), CALLER)
