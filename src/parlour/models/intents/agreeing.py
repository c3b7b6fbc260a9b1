"""Two readers of a command: where they read different things, neither is believed, and it is asked."""

from dataclasses import dataclass, replace

from parlour.models.intents.clauses import Words, is_command, texts
from parlour.models.intents.commanding import sure_of
from parlour.models.intents.fitting import Fill, Fit
from parlour.models.intents.frames import BoundFrame, Grammar, slot_key
from parlour.models.intents.index import NameIndex
from parlour.models.intents.outcome import Asked, Plan
from parlour.models.intents.resolving import Resolver
from parlour.models.intents.second_reader import SecondReader, SecondReading
from parlour.models.intents.tagging import Quantity, Tag


@dataclass(frozen=True, slots=True)
class Agreement:
    """Compares what the second reader makes of commands with what the first did."""

    reader: SecondReader
    grammar: Grammar
    index: NameIndex

    def checked(self, plan: Plan) -> Plan | Asked:
        """The plan, or a question about the first command in it that the second reader reads otherwise."""
        for at, fit in enumerate(plan.fits):
            act = fit.bound.frame.act
            if act is None or not fit.clause:
                continue
            key = slot_key(fit.bound.frame.slots[0])
            arguments = plan.arguments[at]
            ours = _strings(arguments[fit.bound.frame.slots[0].argument])
            action, value = arguments[act.argument], arguments.get(act.value)
            others = [(r, self._able(r, fit.bound)) for r in self.reader.read(fit.clause, self.index)]
            others = [(r, things) for r, things in others if things]
            if not others or any(_agrees(r, t, ours, value) for r, t in others if r.action == action):
                continue
            either = ours.union(*(things for _, things in others))
            if either == ours or any(r.action != action for r, _ in others):
                return sure_of(plan)
            said = fit.fills[key].said if key in fit.fills else ""
            ordered = tuple(sorted(either, key=lambda i: (self.index.name(i), i)))
            return Asked("which", plan.fits, at, key, said, ordered, together=len(ours) > 1)
        return plan

    def proposed(self, words: Words, resolver: Resolver) -> Asked | None:
        """What only the second reader understands, to be asked about; None unless it reads one thing only."""
        if not is_command(words, self.grammar.lexicon):
            return None
        readings = self.reader.read(" ".join(texts(words)), self.index)
        if len(readings) != 1:
            return None
        fit = self._fit(readings[0])
        plan = resolver.resolve((fit,)) if fit is not None else None
        asked = sure_of(plan) if isinstance(plan, Plan) else None
        return asked if isinstance(asked, Asked) else None

    def _able(self, reading: SecondReading, bound: BoundFrame) -> frozenset[str]:
        able = self.grammar.able.get(bound.tool)
        if able is None:
            return frozenset()
        return frozenset(i for i in reading.things if reading.action in able(self.index.things[i]))

    def _fit(self, reading: SecondReading) -> Fit | None:
        bound = next(
            (b for b in self.grammar.commands if (a := b.frame.act) and not a.sign and reading.action in a.does), None
        )
        things = self._able(reading, bound) if bound is not None else frozenset[str]()
        if bound is None or not things:
            return None
        names = ", ".join(sorted(map(self.index.name, things)))
        slot = bound.frame.slots[0]
        fit = Fit(bound, {slot_key(slot): Fill(Tag("name", 0, 0, things, plural=True), names)})
        if reading.value is None:
            return fit
        tag = Tag("quantity", 0, 0, quantity=_quantity(reading.value))
        return replace(fit, fills={**fit.fills, "value": Fill(tag, str(reading.value))})


def _agrees(reading: SecondReading, things: frozenset[str], ours: frozenset[str], value: object) -> bool:
    return _alike(reading.value, value) and (things == ours or (not reading.named and ours <= things))


def _quantity(value: float | str) -> Quantity:
    if isinstance(value, str):
        return Quantity("word", unit="colour", text=value)
    return Quantity("number", value, relative=False)


def _strings(value: object) -> frozenset[str]:
    return frozenset(str(v) for v in value) if isinstance(value, list) else frozenset()  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _alike(one: float | str | None, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, int | float):
        return abs(one - other) < 0.01
    return one == other or (one is None and other is None)
