"""Which things of the house tools told of: what is still known of a talk that is no longer shown.

"Turn it off again" needs the lamp of an hour ago, and not the words in which it was found.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from parlour.ids import is_id
from parlour.turn.steps import ModelStep, Settled

LONGEST_NAME = 100
"""A longer name, in characters, is none that somebody would say again."""
LARGEST_RESULT = 500
"""So many values of a result are looked through."""


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing that a tool told of."""

    id: str
    name: str
    kind: str
    """Such as "device" or "room"; "" where it was not said."""


def things_in(steps: Iterable[Settled]) -> tuple[Thing, ...]:
    """What tools told of in these steps, each thing once, in order.

    Of what is not to be trusted nothing is taken: it would be shown again without the mark that says so.
    """
    found: dict[str, Thing] = {}
    for step in steps:
        if isinstance(step, ModelStep) or step.outcome.status != "completed" or step.outcome.tainted:
            continue
        for thing in _told_of(step.outcome.result):
            found.setdefault(thing.id, thing)
    return tuple(found.values())


def _told_of(result: JsonValue) -> Iterator[Thing]:
    waiting, looked_at = [result], 0
    while waiting and looked_at < LARGEST_RESULT:
        value = waiting.pop()
        looked_at += 1
        if isinstance(value, dict):
            thing = _thing(value)
            if thing is not None:
                yield thing
            waiting += reversed(value.values())
        elif isinstance(value, list):
            waiting += reversed(value)


def _thing(value: dict[str, JsonValue]) -> Thing | None:
    identifier, name, kind = value.get("id"), value.get("name"), value.get("type")
    if not isinstance(identifier, str) or not isinstance(name, str) or not is_id(identifier):
        return None
    if not 0 < len(name) <= LONGEST_NAME:
        return None
    return Thing(identifier, name, kind if isinstance(kind, str) and len(kind) <= LONGEST_NAME else "")
