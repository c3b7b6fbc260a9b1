"""What the built-in model says in its own words: questions back, refusals, greetings. Everything else the tools say."""

from collections.abc import Iterator, Sequence

from parlour.models.base import ToolMessage
from parlour.models.intents.examples import Examples
from parlour.models.intents.fitting import PLACES
from parlour.models.intents.index import NameIndex
from parlour.models.intents.outcome import Asked, Declined, Social

_MOST_NAMED = 6
_PIECE = 60
_WANTED = (("Which room", PLACES), ("Which device", frozenset({"device", "door", "window", "classes", "everything"})))


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
    if asked.why == "meant":
        meant = [index.name(c) for c in asked.candidates if c in index.things]
        return f"Do you want me to {asked.said}{': ' if meant else ''}{_and(meant) if meant else ''}?"
    if asked.why == "missing":
        takes = asked.fits[asked.at].bound.slot(asked.key).takes
        if "quantity" in takes:
            return "To what? Please say it, such as 50 percent, 21 degrees or away mode."
        what = next((what for what, kinds in _WANTED if set(takes) <= kinds), "What or where")
        return f"{what} do you mean? Please say its name."
    names = [_with_place(c, asked.candidates, index) for c in asked.candidates]
    if asked.why == "sure":
        return f"Do you mean “{names[0]}”?"
    if asked.together:
        return f"{_together(names, asked, index)}?"
    shown = names[:_MOST_NAMED]
    more = len(names) - len(shown)
    if more:
        return f"Which one do you mean: {', '.join(shown)}, or one of {more} more?"
    return f"Which one do you mean: {', '.join(shown[:-1])} or {shown[-1]}?"


def _together(names: Sequence[str], asked: Asked, index: NameIndex) -> str:
    """Whether all of these are meant, or those of one place."""
    places = sorted({index.name(p) for c in asked.candidates if (p := index.things[c].place)})
    shown = places[:_MOST_NAMED]
    if len(places) < 2:
        return f"All of them: {_and(names)}"
    return f"All {len(names)}, or only those in one place: {', '.join(shown[:-1])} or {shown[-1]}"


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


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
    if outcome.why in ("command", "naming", "unable", "unsuitable"):
        return _not_done(outcome, examples)
    if outcome.why == "unmeasured":
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


def _not_done(outcome: Declined, examples: Examples) -> str:
    grammar = examples.grammar
    if not grammar.commands and not grammar.orders:
        opening = "I can only look things up for you; I cannot change or switch anything."
        return opening + _list(examples.some(3), "You can ask, for example:")
    shown = _list(examples.some(3, acting=True), "You can say, for example:")
    if outcome.why == "unable" and outcome.thing is not None:
        what = " ".join(w.replace("_", " ") for w in outcome.words)
        return f"{examples.index.name(outcome.thing)} cannot be told to {what}, so I have done nothing."
    if outcome.why == "unsuitable" and outcome.words:
        return f"{_quoted(outcome.words)} does not go with that, so I have done nothing." + shown
    if outcome.why == "naming":
        hint = " Put a new name in quotes if it is more than a word or two."
        return f"I did not understand {_quoted(outcome.words)}, so I have done nothing.{hint}" + shown
    unclear = f"I did not understand {_quoted(outcome.words)}" if outcome.words else "I did not understand that"
    return f"{unclear}, so I have done nothing." + shown


def _quoted(words: Sequence[str]) -> str:
    quoted = [f"“{w}”" for w in dict.fromkeys(words)][:_MOST_NAMED]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def sociable(social: Social, examples: Examples) -> str:
    """An answer to a greeting, to thanks, or to what can be asked."""
    if social.kind == "thanks":
        return "You are welcome."
    if social.kind == "dropped":
        return "All right, I have done nothing."
    if social.kind == "greeting":
        return "Hello." + _list(examples.some(3), "You can ask me about your home, for example:")
    asked = _list(examples.some(8), "You can ask, for example:")
    if not examples.grammar.commands and not examples.grammar.orders:
        return "I look things up in your home, without any AI." + asked
    told = _list(examples.some(6, acting=True), "You can say, for example:")
    return "I look things up in your home and tell its devices what to do, without any AI." + asked + told


def _list(questions: Sequence[str], heading: str) -> str:
    if not questions:
        return ""
    return f"\n\n{heading}\n\n" + "\n".join(f"- {q}" for q in questions)
