"""Resolving: from words that are explained to the one thing that is meant.

First the kind that the slot takes, then a place that was said, then the place of the talk. One left: it is meant.
Several: ask. None: decline.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import JsonValue

from parlour.models.intents.fitting import PLACES, Fill, Fit, procedures_named
from parlour.models.intents.frames import Grammar, slot_key
from parlour.models.intents.index import NameIndex
from parlour.models.intents.nouns import stem
from parlour.models.intents.outcome import Asked, Declined, Plan
from parlour.models.intents.referring import PLACE_KEY, Pending, Talk, gone_on
from parlour.models.intents.tagging import Tag
from parlour.models.intents.targets import Targets
from parlour.tools.language import Slot


@dataclass(frozen=True, slots=True)
class Resolver:
    """Knows what there is and what was talked about."""

    index: NameIndex
    grammar: Grammar
    talk: Talk

    def resolve(self, fits: tuple[Fit, ...]) -> Plan | Asked | Declined:
        """The arguments of every fit; all of them or none. "It" is what the fit before was about."""
        every: list[dict[str, JsonValue]] = []
        talk = self.talk
        for at, fit in enumerate(fits):
            found = Resolver(self.index, self.grammar, talk)._arguments(fit)
            if isinstance(found, Declined):
                return found
            if isinstance(found, Pending):
                return Asked(found.why, fits, at, found.key, found.said, found.candidates, found.together)
            every.append(found)
            talk = gone_on(talk, found, self.index)
        return Plan(fits, tuple(every))

    def _arguments(self, fit: Fit) -> dict[str, JsonValue] | Pending | Declined:
        place = self._place(fit)
        if isinstance(place, Pending | Declined):
            return place
        if fit.bound.frame.act is not None:
            return Targets(self.index, self.grammar, self.talk).told(fit, place)
        found: dict[str, JsonValue] = dict(fit.bound.frame.constants)
        for slot in fit.bound.frame.slots:
            fill = fit.fills.get(slot_key(slot))
            if fill is not None and fill.tag.makes is not None:
                found = _made(fill.tag, fit) | found
                continue
            value = self._said_or_meant(slot, place, fit)
            if isinstance(value, Pending | Declined):
                return value
            if slot.argument and value is not None:
                found[slot.argument] = value
        if fit.action:
            found[fit.bound.frame.action] = fit.action
        if any(f.tag.role == "them" for f in fit.fills.values()):
            return self._as_before(fit, found)
        return found

    def _said_or_meant(self, slot: Slot, place: str | None, fit: Fit) -> str | Pending | Declined | None:
        """What a slot was filled with; the only thing of a kind where nothing had to be said; None for nothing."""
        fill = fit.fills.get(slot_key(slot))
        if fill is None:
            return self._only(slot) if slot.otherwise else None
        if not slot.argument and fill.tag.measure is not None:
            return None
        value = self._value(slot, fill, place, fit)
        if fit.action and fill.tag.role == "it" and isinstance(value, str) and not self._is_done_to(fit.action, value):
            return Declined("words", (fit.action,))
        return value

    def _as_before(self, fit: Fit, found: dict[str, JsonValue]) -> dict[str, JsonValue] | Pending:
        """ "them" is what the last call was about: its arguments, with what was said anew."""
        them = next(f for f in fit.fills.values() if f.tag.role == "them")
        arguments = {slot.argument for slot in fit.bound.frame.slots}
        if not self.talk.last or not self.talk.last.keys() <= arguments:
            return Pending("antecedent", slot_key(fit.bound.frame.slots[0]), them.said)
        said = {argument: value for argument, value in found.items() if value}
        return {**self.talk.last, **said}

    def _place(self, fit: Fit) -> str | Pending | Declined | None:
        said = fit.place or (fit.fills.get("@room") if fit.bound.frame.act is not None else None)
        if said is None:
            return None
        if said.tag.role in ("there", "it"):
            return self.talk.place or Pending("antecedent", PLACE_KEY, said.said)
        ids = [i for i in said.tag.ids if self._kind(i) in PLACES]
        found = self._one(ids, PLACE_KEY, said)
        is_plain = isinstance(found, Pending) and found.why == "sure" and self._is_where_it_is(fit, ids[0])
        return ids[0] if is_plain else found

    def _is_where_it_is(self, fit: Fit, place: str) -> bool:
        """Whether a thing with a name is in the place, so that half a name of that is enough: "Juno's moon lamp"."""
        fill = fit.fills.get(slot_key(fit.bound.frame.slots[0]))
        is_named = fill is not None and fill.tag.role == "name" and fill.tag.sure
        return fill is not None and is_named and all(self.index.within(i, place) for i in fill.tag.ids)

    def _value(self, slot: Slot, fill: Fill, place: str | None, fit: Fit) -> str | Pending | Declined:
        tag, key = fill.tag, slot_key(slot)
        if tag.only is not None and slot.argument and self._class(fit) not in tag.only:
            return Declined("words", (fill.said,))
        if "text" in slot.takes or tag.role in ("state", "text"):
            return tag.value
        if tag.role == "class" and {"class", "classes"} & set(slot.takes):
            return tag.value
        if tag.role == "them":
            return ""
        if tag.role in ("it", "there"):
            return self._antecedent(slot, fill)
        ids = list(self._candidates(slot, fill, place))
        if not ids:
            if tag.measure is not None:
                return Declined("unmeasured", (fill.said,), place)
            where = f" in the {self.index.name(place)}" if place else ""
            return Declined("absent", (fill.said + where,))
        if tag.role == "name" and "@state" in fit.fills:
            ids = self._with_state(ids, fit.fills["@state"].tag.value, tag.ids)
        return self._one(ids, key, fill)

    def _is_done_to(self, action: str, thing: str) -> bool:
        """Whether a procedure does this to the thing."""
        own = self.index.stems_of(thing)
        return any(own & self.index.stems_of(paper) for paper in procedures_named(action, self.index))

    def _class(self, fit: Fit) -> object:
        """The class that is asked about, if any."""
        tags = [fill.tag for fill in fit.fills.values()]
        of_before = self.talk.last.get("device_class") if any(t.role == "them" for t in tags) else None
        return next((t.value for t in tags if t.role == "class"), of_before)

    def _antecedent(self, slot: Slot, fill: Fill) -> str | Pending:
        meant = self.talk.thing if fill.tag.role == "it" else self.talk.place
        if meant is None or self._kind(meant) not in slot.takes:
            return Pending("antecedent", slot_key(slot), fill.said)
        return meant

    def _candidates(self, slot: Slot, fill: Fill, place: str | None) -> Iterable[str]:
        tag = fill.tag
        if tag.measure is not None:
            return self._measuring(tag.measure.classes, place)
        ids = tag.ids if tag.role == "name" else self.index.classes.get(tag.value, set())
        fitting = [i for i in ids if "measure" in slot.takes or self._kind(i) in slot.takes]
        return fitting if place is None else [i for i in fitting if self.index.within(i, place)]

    def _measuring(self, classes: tuple[str, ...], place: str | None) -> list[str]:
        """What measures it there: what stands in that very place, otherwise of the best class that is there at all."""
        right_there = [i for c in classes for i in self.index.classes.get(c, ()) if self.index.things[i].place == place]
        if place is not None and right_there:
            return right_there[:1]
        for name in classes:
            ids = self.index.classes.get(name, set())
            there = [i for i in ids if place is None or self.index.within(i, place)]
            if there:
                return there
        return []

    def _with_state(self, ids: list[str], state: str, named: frozenset[str]) -> list[str]:
        """A door is locked by its lock: what has such a state and bears the same name is meant instead."""
        having = self.grammar.state_classes.get(state, ())
        if not having or any(set(self.index.things[i].classes) & set(having) for i in ids):
            return ids
        able = {i for c in having for i in self.index.classes.get(c, ())}
        spoken = [{stem(w) for w in phrase} for n in named for phrase in self.index.phrases(self.index.things[n])]
        same = [i for i in able if any(words <= self.index.stems_of(i) for words in spoken)]
        return same or ids

    def _one(self, ids: list[str], key: str, fill: Fill) -> str | Pending:
        if len(ids) > 1 and self.talk.place is not None:
            near = [i for i in ids if i != self.talk.place and self.index.within(i, self.talk.place)]
            ids = near or ids
        ordered = tuple(sorted(ids, key=lambda i: (self.index.name(i), i)))
        if len(ordered) == 1 and fill.tag.sure:
            return ordered[0]
        return Pending("which" if len(ordered) > 1 else "sure", key, fill.said, ordered)

    def _only(self, slot: Slot) -> str | Pending:
        ids = [i for i, named in self.index.things.items() if named.kind == slot.otherwise]
        return ids[0] if len(ids) == 1 else Pending("missing", slot_key(slot), "")

    def _kind(self, thing: str) -> str:
        known = self.index.things.get(thing)
        return known.kind if known else ""


def _made(tag: Tag, fit: Fit) -> dict[str, JsonValue]:
    """The arguments for something new, called as what it is where no name is given."""
    new = fit.bound.frame.new
    if new is None or tag.makes is None:
        return {}
    kind, of_class = tag.makes
    found: dict[str, JsonValue] = {new.kind: kind, new.name: tag.value}
    if of_class:
        found[new.content] = {new.class_in_content: of_class}
    return found
