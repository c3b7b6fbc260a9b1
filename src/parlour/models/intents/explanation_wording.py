"""An explanation in words, a line for each stage."""

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from parlour.models.intents.explaining import Explanation, Tagged, Tried
from parlour.models.intents.index import NameIndex
from parlour.models.intents.outcome import Asked, Declined, Outcome, Plan

_MOST_TRIED = 5
_MOST_NAMED = 6


def in_words(explanation: Explanation, answer: str, index: NameIndex) -> list[str]:
    """The stages in order. `answer` is what would be said where nothing is called."""
    return [
        f"Said         {explanation.text}",
        f"Read         {' '.join(explanation.words)}",
        *_labelled("Repaired", [f"“{w}” as “{r}”" for w, r in explanation.repairs]),
        *_labelled("Heart of it", [" ".join(explanation.bare)] if explanation.bare != explanation.words else []),
        *_labelled("Taken for", [_tag(tag) for tag in explanation.tags]),
        *_labelled(
            "Tried", [_try(tried) for tried in explanation.tried[:_MOST_TRIED]] or ["no frame has its cues here"]
        ),
        *_labelled("Second", list(_second(explanation, index))),
        *_labelled("Calls", [f"{tool}: {_arguments(arguments)}" for tool, arguments in explanation.calls]),
        *_labelled("Verdict", _verdict(explanation.outcome, answer)),
    ]


def _labelled(label: str, lines: list[str]) -> list[str]:
    return [f"{label if at == 0 else '':<12} {line}" for at, line in enumerate(lines)]


def _tag(tag: Tagged) -> str:
    means = ", ".join(tag.means[:_MOST_NAMED]) + (" …" if len(tag.means) > _MOST_NAMED else "")
    return f"“{tag.words}”: {tag.role}{' ' + means if means else ''}{'' if tag.sure else ', not sure'}"


def _try(tried: Tried) -> str:
    if tried.leftover:
        how = f"leaves {', '.join(f'“{w}”' for w in tried.leftover)} unexplained"
    elif tried.missing is not None:
        how = f"lacks {tried.missing}"
    else:
        how = "explains every word"
    return f"{tried.tool}, “{tried.frame}”: {how}"


def _second(explanation: Explanation, index: NameIndex) -> Iterator[str]:
    for reading in explanation.second:
        names = sorted(index.name(i) for i in reading.things)
        value = "" if reading.value is None else f" to {reading.value}"
        yield f"{reading.action}{value}: {', '.join(names[:_MOST_NAMED])}{' …' if len(names) > _MOST_NAMED else ''}"


def _arguments(arguments: Mapping[str, JsonValue]) -> str:
    said = {k: ", ".join(map(str, v)) if isinstance(v, list) else str(v) for k, v in arguments.items()}
    return "; ".join(f"{key} = {value}" for key, value in said.items())


def _verdict(outcome: Outcome, answer: str) -> list[str]:
    match outcome:
        case Plan():
            does = any(f.bound.frame.act or f.bound.frame.order for f in outcome.fits)
            return ["to be done, after any approval that it needs" if does else "to be looked up"]
        case Asked():
            return [f"asked back ({outcome.why})", *_lines(answer)]
        case Declined():
            return [f"declined ({outcome.why})", *_lines(answer)]
        case _:
            return [outcome.kind, *_lines(answer)]


def _lines(answer: str) -> list[str]:
    return [line for line in answer.split("\n") if line]
