"""What the talk was about so far, and what is still to be asked before a thing is known."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from parlour.models.intents.fitting import PLACES
from parlour.models.intents.index import NameIndex
from parlour.models.intents.normalise import plain_words
from parlour.models.intents.outcome import Why

PLACE_KEY = "@place"


@dataclass(frozen=True, slots=True)
class Talk:
    """What the talk was about so far."""

    place: str | None = None
    thing: str | None = None
    """The one thing that was talked about last; None when it was several."""
    last: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    """The arguments of the last call: what "them" stands for in a question."""
    things: tuple[str, ...] = ()
    """What the last call was about or found, in its order: what "the second one" stands for in a command."""
    told: tuple[str, ...] = ()
    """What was told the same as in the last call by calls right before it, and by it."""
    unheard: bool = False
    """Whether something was named since the last call, and nothing was called for it."""

    @property
    def them(self) -> tuple[str, ...]:
        """What "them" stands for in a command."""
        return self.things if len(self.things) > 1 else self.told or self.things


@dataclass(frozen=True, slots=True)
class Pending:
    """A slot that cannot be filled without asking."""

    why: Why
    key: str
    said: str
    candidates: tuple[str, ...] = ()
    together: bool = False
    """Whether all that an answer leaves is meant, and not one of it."""


def gone_on(talk: Talk, arguments: Mapping[str, JsonValue], index: NameIndex, listed: Sequence[str] = ()) -> Talk:
    """The talk after a call with these arguments, which found what is `listed`."""
    place, thing, things = talk.place, talk.thing, list[str]()
    for value in _strings(arguments):
        meant = _thing(value, index)
        if meant is not None:
            things.append(meant)
            known = index.things[meant]
            place = meant if known.kind in PLACES else known.place or place
            thing = meant
    found = tuple(i for i in listed if i in index.things)
    acted = tuple(t for t in things if index.things[t].kind not in PLACES)
    if len(found) == 1:
        thing, place = found[0], index.things[found[0]].place or place
    elif len(acted) > 1:
        thing = None
    just = found or acted or talk.things
    is_same = any(isinstance(v, list) for v in arguments.values()) and _but_lists(arguments) == _but_lists(talk.last)
    return Talk(place, thing, arguments, just, tuple(dict.fromkeys((*talk.told, *acted))) if is_same else acted)


def _but_lists(arguments: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    return {k: v for k, v in arguments.items() if not isinstance(v, list)}


def _strings(arguments: Mapping[str, JsonValue]) -> Iterator[str]:
    for value in arguments.values():
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            yield from (each for each in value if isinstance(each, str))


def _thing(value: str, index: NameIndex) -> str | None:
    """The thing with this id, or, as another model may have written it, with this name."""
    if value in index.things:
        return value
    if value in index.classes:
        return None
    words = plain_words(value, index.spoken)
    words = words[1:] if len(words) > 1 and words[0] == "the" else words
    end, ids = index.trie.longest(words, 0)
    return next(iter(ids)) if words and end == len(words) and len(ids) == 1 else None
