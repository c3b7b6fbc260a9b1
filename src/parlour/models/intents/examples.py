"""Questions that can be asked, made from the frames and from what is really there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from parlour.models.intents.fitting import PLACES
from parlour.models.intents.followup import Turn
from parlour.models.intents.frames import BoundFrame, Grammar
from parlour.models.intents.index import NameIndex
from parlour.models.intents.outcome import Plan
from parlour.models.intents.understanding import Understander
from parlour.tools.language import Named

_TRIES = 6


@dataclass(frozen=True, slots=True)
class Examples:
    """Makes questions that the built-in model answers when it is asked them by themselves."""

    grammar: Grammar
    index: NameIndex

    def some(self, count: int, about: str | None = None) -> list[str]:
        """Up to `count` questions, each for another tool, with `about` in them where it fits."""
        found: list[str] = []
        used: set[str] = set()
        for frame in self._by_turns():
            if len(found) >= count:
                break
            question = self._question(frame, about)
            if question is not None and question not in found and frame.tool not in used:
                found.append(question)
                used.add(frame.tool)
        return found

    def _by_turns(self) -> Iterator[BoundFrame]:
        yield from (f for f in self.grammar.frames if f.frame.examples)

    def _question(self, frame: BoundFrame, about: str | None) -> str | None:
        for example in sorted(frame.frame.examples, key=lambda e: "{" not in e):
            for filling in self._fillings(example, about):
                question = _filled(example, filling)
                if question is not None and self._works(question, frame.tool):
                    return question
        return None

    def _works(self, question: str, tool: str) -> bool:
        outcome = Understander(self.grammar, self.index).understand([Turn(question)])
        return isinstance(outcome, Plan) and [f.bound.tool for f in outcome.fits] == [tool]

    def _fillings(self, example: str, about: str | None) -> Iterator[Mapping[str, str]]:
        kinds = {
            name for name in ("room", "zone", "device", "door", "measured", "other_room") if f"{{{name}}}" in example
        }
        if not kinds:
            yield {}
            return
        things = {kind: self._things(kind, about) for kind in kinds}
        for at in range(_TRIES):
            yield {kind: self._spoken(named[at % len(named)]) for kind, named in things.items() if named}

    def _things(self, kind: str, about: str | None) -> list[Named]:
        """The things of a kind: what the talk is about first, then the most furnished ones, always in one order."""
        if kind == "measured":
            found = [self.index.things[p] for p in sorted(self._measured())]
        else:
            wanted = "room" if kind == "other_room" else kind
            found = [n for n in self.index.things.values() if n.kind == wanted]
        crowd = self._crowd()
        found.sort(key=lambda n: (n.id != about, -crowd.get(n.id, 0), n.names[0], n.id))
        return found[1:] + found[:1] if kind == "other_room" else found

    def _measured(self) -> set[str]:
        measuring = {c for measure in self.grammar.measures.values() for c in measure.classes[:1]}
        ids = {i for c in measuring for i in self.index.classes.get(c, ())}
        return {p for i in ids if (p := self.index.things[i].place) and p in self.index.things}

    def _crowd(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for named in self.index.things.values():
            if named.place:
                found[named.place] = found.get(named.place, 0) + 1
        return found

    def _spoken(self, named: Named) -> str:
        name = named.names[0]
        return name.lower() if named.kind in PLACES and name.replace(" ", "").isalpha() else name


def _filled(example: str, filling: Mapping[str, str]) -> str | None:
    try:
        return example.format(**filling)
    except (KeyError, IndexError):
        return None
