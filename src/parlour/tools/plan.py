"""In which order the calls of one model's answer are made: side by side, unless one may depend on another.

What is looked up after a change is looked up when that has come to its end, whatever came of it. A change waits for
an earlier one that touches something it names or touches (`Acting.touches`), and is made only if that one was. A change
that does not say what it touches, or not all of it, may touch anything: it waits for all changes before it, and those
after it wait for it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
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
    """A call that changes something."""

    call: str
    touched: frozenset[str]
    """What it says that it makes or changes."""
    named: frozenset[str]
    """All that stands in its arguments; nothing of one that does not say what it touches."""
    may_touch_more: bool

    def is_built_on_by(self, later: "_Change") -> bool:
        """Whether a later change is about something that this one makes or changes."""
        return not self.touched.isdisjoint(later.named | later.touched)

    def goes_before(self, later: "_Change") -> bool:
        """Whether a later change waits for this one."""
        return self.may_touch_more or later.may_touch_more or self.is_built_on_by(later)


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
            mine = _change(tool, call)
            after = [each for each in changes if each.goes_before(mine)]
            needs = [each for each in after if each.is_built_on_by(mine)]
            changes = [*changes, mine]
        if after:
            places.append(Place(call.id, tuple(each.call for each in after), tuple(each.call for each in needs)))
    return tuple(places)


def estimated_s(
    calls: Sequence[RequestedCall], plan: Sequence[Place], typical_s: Callable[[str], float | None]
) -> float | None:
    """How long calls take in all, by what one of each tool takes: those that wait for each other add up, others do not.

    Without the time that people take to say yes. None where nobody knows of one of them how long it takes.
    """
    after = {place.call: place.after for place in plan}
    ends: dict[str, float] = {}
    for call in calls:
        takes = typical_s(call.name)
        if takes is None:
            return None
        # What a call waits for stands before it.
        ends[call.id] = takes + max((ends[each] for each in after.get(call.id, ())), default=0.0)
    return max(ends.values(), default=None)


def not_tried(call: RequestedCall, missing: Outcome) -> Outcome:
    """What comes of a call that builds on another which was not done."""
    return untried(
        call, f"This was not tried, because what it builds on was not done. {missing.problem or ''}".rstrip()
    )


def untried(call: RequestedCall, problem: str) -> Outcome:
    """What comes of a call that is not made, and why."""
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


def _change(tool: Tool, call: RequestedCall) -> _Change:
    acting, arguments = tool.acting, call.arguments or {}
    if acting.touches is None:
        return _Change(call.id, frozenset(), frozenset(), may_touch_more=True)
    touched, named = frozenset(_folded(acting.touches(arguments))), frozenset(_folded(arguments))
    return _Change(call.id, touched, named, acting.touches_more)


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
