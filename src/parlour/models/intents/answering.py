"""What the built-in model says in its own words: questions back, refusals, greetings. Everything else the tools say."""

from collections.abc import Iterator, Sequence

from parlour.models.base import ToolMessage
from parlour.models.intents.examples import Examples
from parlour.models.intents.fitting import PLACES
from parlour.models.intents.index import NameIndex
from parlour.models.intents.outcome import Asked, Declined, Social

_MOST_NAMED = 6
_PIECE = 60
_WANTED = (("Which room", PLACES), ("Which device", frozenset({"device"})))


def said_of(results: Sequence[ToolMessage]) -> str:
    """The sentences of what was called, one after the other; what failed is said to have failed."""
    return "\n\n".join(_result(r) for r in results if r.sentence.strip()) or "There was no answer to that."


def _result(result: ToolMessage) -> str:
    sentence = result.sentence.strip()
    return f"That did not work: {sentence}" if result.failed else sentence


def pieces(text: str) -> Iterator[str]:
    """A text in a few pieces of whole words, for streaming; joined they are the text."""
    start = 0
    while start < len(text):
        end = text.find(" ", start + _PIECE)
        end = len(text) if end < 0 else end + 1
        yield text[start:end]
        start = end


def asked_back(asked: Asked, index: NameIndex) -> str:
    """The question back, which names what there is to choose from."""
    if asked.why == "antecedent":
        return f"I am not sure what you mean by “{asked.said}”. Please say its name."
    if asked.why == "missing":
        takes = asked.fits[asked.at].bound.slot(asked.key).takes
        what = next((what for what, kinds in _WANTED if set(takes) <= kinds), "What or where")
        return f"{what} do you mean? Please say its name."
    names = [_with_place(c, asked.candidates, index) for c in asked.candidates]
    if asked.why == "sure":
        return f"Do you mean “{names[0]}”?"
    shown = names[:_MOST_NAMED]
    more = len(names) - len(shown)
    if more:
        return f"Which one do you mean: {', '.join(shown)}, or one of {more} more?"
    return f"Which one do you mean: {', '.join(shown[:-1])} or {shown[-1]}?"


def _with_place(thing: str, among: Sequence[str], index: NameIndex) -> str:
    """Its name, with its place where another of them has the same name."""
    name = index.name(thing)
    place = index.things[thing].place if thing in index.things else None
    twice = sum(index.name(other) == name for other in among) > 1
    return f"{name} ({index.name(place)})" if twice and place else name


def _the(name: str) -> str:
    return name if name.lower().startswith("the ") else f"the {name}"


def declined(outcome: Declined, examples: Examples) -> str:
    """The refusal: what stays unexplained, and what can be asked instead."""
    if outcome.why == "bare" and outcome.thing is not None:
        name, kind = examples.index.name(outcome.thing), examples.index.things[outcome.thing].kind
        what = _the(name.lower()) if kind in PLACES else f"“{name}”"
        return f"What would you like to know about {what}?" + _list(examples.some(3, outcome.thing), "For example:")
    if outcome.why == "command":
        opening = "I can only look things up so far; I cannot change or switch anything."
    elif outcome.why == "unmeasured":
        where = f" in the {examples.index.name(outcome.thing)}" if outcome.thing else ""
        opening = f"I know of nothing{where} that measures {_quoted(outcome.words)}."
    elif outcome.why == "absent":
        opening = f"I know of no {_quoted(outcome.words)} here."
    elif examples.grammar.lexicon.elsewhen & {w.lower() for w in outcome.words}:
        opening = "I only know how things are now, not how they were or will be, so I have looked nothing up."
    elif outcome.words:
        opening = f"I did not understand {_quoted(outcome.words)}, so I have looked nothing up."
    else:
        opening = "I did not understand that, so I have looked nothing up."
    return opening + _list(examples.some(3), "You can ask, for example:")


def _quoted(words: Sequence[str]) -> str:
    quoted = [f"“{w}”" for w in dict.fromkeys(words)][:_MOST_NAMED]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def sociable(social: Social, examples: Examples) -> str:
    """An answer to a greeting, to thanks, or to what can be asked."""
    if social.kind == "thanks":
        return "You are welcome."
    if social.kind == "greeting":
        return "Hello." + _list(examples.some(3), "You can ask me about your home, for example:")
    return "I look things up in your home, without any AI. I cannot change anything yet." + _list(
        examples.some(8), "You can ask, for example:"
    )


def _list(questions: Sequence[str], heading: str) -> str:
    if not questions:
        return ""
    return f"\n\n{heading}\n\n" + "\n".join(f"- {q}" for q in questions)
