"""The built-in model: no AI, no key, no network. It answers what it understands to the last word, and nothing else."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from itertools import takewhile
from typing import TypeVar

from parlour.ids import new_id
from parlour.models.base import (
    Called,
    Finished,
    ModelEvent,
    ModelMessage,
    ModelProblem,
    ModelRequest,
    RequestedCall,
    TextDelta,
    ToolMessage,
    estimate_tokens,
)
from parlour.models.intents import answering
from parlour.models.intents.agreeing import Agreement
from parlour.models.intents.examples import Examples
from parlour.models.intents.explaining import Explanation, explained
from parlour.models.intents.explanation_wording import in_words
from parlour.models.intents.followup import Turn, turns_of
from parlour.models.intents.frames import Grammar, grammar_of
from parlour.models.intents.index import NameIndex
from parlour.models.intents.lexicon import english
from parlour.models.intents.outcome import Asked, Declined, Outcome, Plan, Social
from parlour.models.intents.second_reader import SecondReader
from parlour.models.intents.shelf import Shelf
from parlour.models.intents.understanding import Understander
from parlour.tools.caller import Caller
from parlour.tools.language import Language, NameSource
from parlour.tools.tool import Tool

NAME = "built-in"
SPEAKS_WORDS = (
    "The built-in model answers in words and cannot promise JSON. Ask another model for that, by its name, or leave "
    "the form of the answer open."
)
_SECOND = SecondReader()

T = TypeVar("T")


class IntentsModel:
    """Answers questions that the tools at hand carry frames for; declines everything else, with examples.

    It keeps nothing of a talk: what a question refers to is found in the request's messages. Kept is only the
    index of names, one for each home.
    """

    def __init__(self, *, homes: int = 64) -> None:
        self._lexicon = english()
        self._spoken: list[tuple[str, Language]] = []
        self._grammar = grammar_of((), self._lexicon)
        self._shelf = Shelf(self._lexicon.spoken, homes)

    @property
    def name(self) -> str:
        """As it is shown and stored."""
        return NAME

    @property
    def window(self) -> int:
        """It reads any length of history that it is given."""
        return 1_000_000

    def count_tokens(self, text: str) -> int:
        """The labelled estimate: it has no tokens."""
        return estimate_tokens(text)

    async def health(self) -> bool:
        """It can always answer."""
        return True

    async def close(self) -> None:
        """It holds no connections."""

    async def stream(self, request: ModelRequest) -> AsyncIterator[ModelEvent]:
        """Answer, or call what answers. A question it does not understand to the last word is declined."""
        if request.form is not None:
            raise ModelProblem("provider_refused", SPEAKS_WORDS)
        results = _results(request.messages)
        if results:
            text = answering.said_of(results)
        else:
            turns = turns_of(request.messages)
            outcome, text = await self._work(request.tools, request.caller, lambda g, i: _understood(turns, g, i))
            if isinstance(outcome, Plan):
                for call in _calls(outcome):
                    yield Called(call)
                yield Finished("tool_calls", model=NAME)
                return
        for piece in answering.pieces(text):
            yield TextDelta(piece)
        yield Finished("stop", model=NAME)

    async def suggestions(self, tools: Sequence[Tool], caller: Caller, count: int = 4) -> list[str]:
        """Up to `count` questions for an empty page, made from what is there; each can be asked by itself.

        The same home gives the same questions, and they follow when something is renamed.
        """
        return await self._work(tools, caller, lambda g, i: Examples(g, i).some(count) if i.things else [])

    async def explain(
        self, texts: Sequence[str], tools: Sequence[Tool], caller: Caller
    ) -> tuple[Explanation, list[str]]:
        """How the last of these sentences is understood, stage by stage, and that in words. No tool is called."""

        def work(grammar: Grammar, index: NameIndex) -> tuple[Explanation, list[str]]:
            explanation = explained(texts, grammar, index, _SECOND)
            answer = _words_for(explanation.outcome, grammar, index)
            return explanation, in_words(explanation, answer, index)

        return await self._work(tools, caller, work)

    async def _work(self, tools: Sequence[Tool], caller: Caller, work: Callable[[Grammar, NameIndex], T]) -> T:
        source = _source(tools)
        grammar = self._grammar_of([t for t in tools if _speaks_of(t, source)])
        if source is None:
            return work(grammar, NameIndex(self._lexicon.spoken))
        return await self._shelf.use(source, caller, lambda index: work(grammar, index))

    def _grammar_of(self, tools: Sequence[Tool]) -> Grammar:
        """The grammar of these tools: the last one when they speak as they did then."""
        languages = [(t.name, t.language) for t in tools if t.language is not None]
        if languages != self._spoken:
            self._spoken, self._grammar = languages, grammar_of(tools, self._lexicon)
        return self._grammar


def _results(messages: Sequence[ModelMessage]) -> list[ToolMessage]:
    """What came of the calls of the last step, when the request ends with that."""
    last = list(takewhile(lambda m: isinstance(m, ToolMessage), reversed(messages)))
    return [m for m in reversed(last) if isinstance(m, ToolMessage)]


def _source(tools: Sequence[Tool]) -> NameSource | None:
    """Where the names come from; of several sources the first."""
    return next((t.language.names for t in tools if t.language is not None and t.language.names is not None), None)


def _speaks_of(tool: Tool, source: NameSource | None) -> bool:
    names = tool.language.names if tool.language is not None else None
    return names is None or (source is not None and names.key == source.key)


def _understood(turns: Sequence[Turn], grammar: Grammar, index: NameIndex) -> tuple[Outcome, str]:
    """The outcome, and what to say when it is no plan."""
    outcome = Understander(grammar, index, Agreement(_SECOND, grammar, index)).understand(turns)
    return outcome, _words_for(outcome, grammar, index)


def _words_for(outcome: Outcome, grammar: Grammar, index: NameIndex) -> str:
    examples = Examples(grammar, index)
    match outcome:
        case Plan():
            return ""
        case Asked():
            return answering.asked_back(outcome, index)
        case Declined():
            return answering.declined(outcome, examples)
        case Social():
            return answering.sociable(outcome, examples)


def _calls(plan: Plan) -> Iterator[RequestedCall]:
    return (RequestedCall(new_id(), tool, arguments) for tool, arguments in plan.calls())
