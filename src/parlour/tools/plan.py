"""In which order the calls of one model's answer are made: side by side, unless one may depend on another.

What is looked up after a change is looked up when that has come to its end, whatever came of it. A change waits for
an earlier one that touches something it names (`Acting.touches`), and is made only if that one was. A change that
does not say what it touches may touch anything: it waits for all changes before it, and those after it wait for it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from parlour.tools.outcomes import Outcome, RequestedCall
from parlour.tools.tool import Tool


@dataclass(frozen=True, slots=True)
class Place:
    """Where one call stands in the plan of its answer."""

    call: str
    after: tuple[str, ...]
    """The calls that have to come back first, in order."""
    needs: tuple[str, ...] = ()
    """Those of them that have to have been done, or it is not made at all."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A call that changes something, and what; None where it does not say."""

    call: str
    touched: frozenset[str] | None


def planned(calls: Sequence[RequestedCall], tools: Mapping[str, Tool]) -> tuple[Place, ...]:
    """The places of the calls that wait for others. One of a tool that is not known waits for nobody."""
    places: list[Place] = []
    changes: list[_Change] = []
    for call in calls:
        tool = tools.get(call.name)
        if tool is None or call.arguments is None:
            continue
        if tool.effect == "read":
            after, needs = changes, []
        else:
            mine = _Change(call.id, _touched(tool, call))
            after = [each for each in changes if _goes_before(each, mine, call)]
            needs = [each for each in after if each.touched is not None and mine.touched is not None]
            changes = [*changes, mine]
        if after:
            places.append(Place(call.id, tuple(each.call for each in after), tuple(each.call for each in needs)))
    return tuple(places)


def not_tried(call: RequestedCall, missing: Outcome) -> Outcome:
    """What comes of a call that builds on another which was not done."""
    problem = f"This was not tried, because what it builds on was not done. {missing.problem or ''}".rstrip()
    return Outcome(
        call.id,
        call.name,
        "failed",
        call.arguments or {},
        code="not_tried",
        problem=problem,
        summary="not tried",
        sentence=problem,
    )


def _goes_before(earlier: _Change, mine: _Change, call: RequestedCall) -> bool:
    if earlier.touched is None or mine.touched is None:
        return True
    return not earlier.touched.isdisjoint(_folded(call.arguments))


def _touched(tool: Tool, call: RequestedCall) -> frozenset[str] | None:
    touches = tool.acting.touches
    return None if touches is None else frozenset(_folded(touches(call.arguments or {})))


def _folded(value: JsonValue) -> Iterator[str]:
    """Every string in a value, as names are compared."""
    match value:
        case str():
            yield " ".join(value.split()).casefold()
        case dict():
            for each in value.values():
                yield from _folded(each)
        case list():
            for each in value:
                yield from _folded(each)
        case _:
            pass
