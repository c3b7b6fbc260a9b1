"""Questions that can be asked, made from the frames and from what is really there."""

import string
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from parlour.models.intents.fitting import PLACES
from parlour.models.intents.followup import Turn
from parlour.models.intents.frames import BoundFrame, Grammar
from parlour.models.intents.index import NameIndex
from parlour.models.intents.nouns import stem
from parlour.models.intents.outcome import Plan
from parlour.models.intents.understanding import Understander
from parlour.tools.language import Named

_TRIES = 4
_MOST_KEPT = 200
_OTHER = "other_"
_MEASURED = "measured"


@dataclass(frozen=True, slots=True)
class Examples:
    """Makes questions that the built-in model answers when it is asked them by themselves."""

    grammar: Grammar
    index: NameIndex
    _sorted: dict[str, list[Named]] = field(default_factory=dict[str, list[Named]])

    def some(self, count: int, about: str | None = None, *, acting: bool = False) -> list[str]:
        """Up to `count` different questions in the order of their frames; `about` one thing, if it is given.

        Where `acting`, commands instead of questions.

        The same names give the same questions; they are made once and kept with the index.
        """
        key = (-count if acting else count, about)
        grammar, found = self.index.kept.get(key, (None, []))
        if grammar is not self.grammar:
            found = self._made(count, about, acting)
            if len(self.index.kept) >= _MOST_KEPT:
                self.index.kept.clear()
            self.index.kept[key] = (self.grammar, found)
        return list(found)

    def _made(self, count: int, about: str | None, acting: bool) -> list[str]:
        found: list[str] = []
        frames = (*self.grammar.commands, *self.grammar.orders) if acting else self.grammar.frames
        for frame in sorted((f for f in frames if f.frame.rank), key=lambda f: f.frame.rank):
            if len(found) >= count:
                break
            question = self._question(frame, len(found), about)
            if question is not None and question not in found:
                found.append(question)
        return found

    def _question(self, frame: BoundFrame, turn: int, about: str | None) -> str | None:
        candidates = (
            example.format(**filling)
            for example in frame.frame.examples
            for filling in self._fillings(example, turn, about)
        )
        return next((question for question in candidates if self._works(question, frame.tool)), None)

    def _works(self, question: str, tool: str) -> bool:
        outcome = Understander(self.grammar, self.index).understand([Turn(question)])
        return isinstance(outcome, Plan) and [f.bound.tool for f in outcome.fits] == [tool]

    def _fillings(self, example: str, turn: int, about: str | None) -> Iterator[Mapping[str, str]]:
        """Names for the braces of an example; each question begins with another one, so that they differ."""
        holes = [name for _, name, _, _ in string.Formatter().parse(example) if name]
        things = {hole: self._things(hole) for hole in holes}
        if not all(things.values()):
            return
        if about is not None:
            first = next((h for h, named in things.items() if any(n.id == about for n in named)), None)
            if first is None:
                return
            things[first] = [n for n in things[first] if n.id == about]
        for at in range(_TRIES if holes else 1):
            yield {hole: _spoken(named[(turn + at) % len(named)]) for hole, named in things.items()}

    def _things(self, hole: str) -> list[Named]:
        """What may stand in the braces: well furnished places first, short and plain names first."""
        if hole not in self._sorted:
            plain = hole.removeprefix(_OTHER)
            if plain == _MEASURED:
                found = self._measured()
            else:
                ids = self.index.classes.get(plain)
                found = [n for n in self.index.things.values() if (n.kind == plain if ids is None else n.id in ids)]
            crowd = self._crowd() if any(n.kind in PLACES for n in found) else Counter[str]()
            found.sort(key=lambda n: (-crowd[n.id], _is_plural(n), len(n.names[0].split()), n.names[0], n.id))
            self._sorted[hole] = found[1:] + found[:1] if hole.startswith(_OTHER) else found
        return self._sorted[hole]

    def _measured(self) -> list[Named]:
        """The rooms in which the first measure is taken."""
        measure = next(iter(self.grammar.measures.values()), None)
        ids = {i for c in (measure.classes[:1] if measure else ()) for i in self.index.classes.get(c, ())}
        places = {p for i in ids if (p := self.index.things[i].place)}
        return [self.index.things[p] for p in places if p in self.index.things]

    def _crowd(self) -> Counter[str]:
        return Counter(n.place for n in self.index.things.values() if n.place)


def _is_plural(named: Named) -> bool:
    last = named.names[0].split()[-1] if named.names[0].split() else ""
    return stem(last) != last


def _spoken(named: Named) -> str:
    """A name in a sentence: "Living Room" is small there, and so is the beginning of a procedure; "Rosie" is not."""
    name = named.names[0]
    if named.kind in ("room", "zone") and name.replace(" ", "").isalpha():
        return name.lower()
    return name[:1].lower() + name[1:] if named.kind == "procedure" else name
