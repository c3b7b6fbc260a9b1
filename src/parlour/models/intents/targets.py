"""Which things a command means. One is left, or all of them were said: they are meant. Otherwise it is asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from parlour.models.intents.fitting import PLACES, Fill, Fit
from parlour.models.intents.frames import Grammar, slot_key
from parlour.models.intents.index import NameIndex
from parlour.models.intents.nouns import stem
from parlour.models.intents.outcome import Declined
from parlour.models.intents.referring import Pending, Talk
from parlour.models.intents.tagging import Tag
from parlour.models.intents.telling import Way, classes_meant, ways

_OPENINGS = frozenset({"door", "window"})


@dataclass(frozen=True, slots=True)
class _Group:
    """What may be meant, and whether all of it is."""

    ids: tuple[str, ...]
    together: bool
    settled: bool = False
    """Whether it was said that all of it is: "all", or the names themselves; and not only a plural."""


@dataclass(frozen=True, slots=True)
class Targets:
    """Knows what there is, what it can be told, and what was talked about."""

    index: NameIndex
    grammar: Grammar
    talk: Talk

    def told(self, fit: Fit, place: str | None) -> dict[str, JsonValue] | Pending | Declined:
        """The arguments of a command; a question, or a refusal, where they are not clear."""
        frame = fit.bound.frame
        key = slot_key(frame.slots[0])
        told = ways(fit, self.grammar)
        if any(t.role == "everything" for t in _tags(fit)):
            told = told[:1]
        if frame.act is None or not told:
            return Declined("unsuitable", tuple(f.said for f in fit.fills.values() if f.tag.quantity is not None))
        group = self._group(fit, key, place, told)
        if isinstance(group, Pending | Declined):
            return group
        fill = fit.fills.get(key)
        ids = self._chosen(group, key, fill, place)
        if isinstance(ids, Pending):
            return ids
        way = next((self._going_on(w, fit) for w in told if all(self._can(i, w, fit) for i in ids)), None)
        if way is None:
            return Declined("unable", (told[0].ability,), ids[0])
        return {**frame.constants, frame.slots[0].argument: list(ids), **way.arguments(frame.act)}

    def _going_on(self, way: Way, fit: Fit) -> Way:
        """ "More" goes on the way of the change before: after "dim the lamp" it is dimmed more."""
        act, before = fit.bound.frame.act, 0.0
        if (
            act is not None
            and self.talk.last.get(act.relative)
            and isinstance(v := self.talk.last.get(act.value), int | float)
        ):
            before = v
        quantities = [t.quantity for t in _tags(fit) if t.quantity is not None]
        goes_on = any(q.sign and not q.ability for q in quantities) and before < 0
        return replace(way, value=-way.value) if goes_on and isinstance(way.value, float) else way

    # --- who is meant ----------------------------------------------------------------------------------------------

    def _group(self, fit: Fit, key: str, place: str | None, told: list[Way]) -> _Group | Pending | Declined:
        fill = fit.fills.get(key)
        everything = [t for f in fit.fills.values() if (t := f.tag).role in ("all", "everything")]
        if fill is None or self._is_the_weather_there(fill, place, fit, told):
            named = self._unnamed(fit, key, place, told)
        elif self._is_a_place(fill) and fit.bound.frame.act is not None and fit.bound.frame.act.by_name:
            named = self._unnamed(fit, key, self.talk.thing, told)
        else:
            named = self._one_of_those(fill, key, fit, told) or self._named(fill, key, place)
        if isinstance(named, Pending | Declined):
            return named
        able = [i for i in named.ids if i not in fit.without and any(self._can(i, way, fit) for way in told)]
        if not able:
            able = self._of_the_same_name(named.ids, told, fit)
            if able and fill is not None and self._is_any_of_several(fill, named.ids, fit):
                return Pending("which", key, fill.said, self._ordered(named.ids))
        if not able:
            return self._nobody(named.ids, fill, place, told)
        counted = next((n for t in everything if (n := _counted(t.value)) is not None), None)
        if counted is not None and counted > len(able):
            return Pending("missing", key, fill.said if fill else "", self._ordered(able))
        if counted is not None and counted < len(able):
            return Pending("which", key, fill.said if fill else "", self._ordered(able), together=True)
        slip = fill is not None and fill.tag.role == "class" and not fill.tag.plural
        said_all = any(t.role == "all" and not (slip and t.value == "all") for t in everything)
        together = named.together or bool(everything)
        return _Group(tuple(dict.fromkeys(able)), together, named.settled or said_all)

    def _is_a_place(self, fill: Fill) -> bool:
        """Whether "it" is a place that was just asked about: of "the garage" one opens what opens it."""
        known = self.index.things.get(self.talk.thing or "")
        return fill.tag.role == "it" and self.talk.unheard and known is not None and known.kind in PLACES

    def _one_of_those(self, fill: Fill, key: str, fit: Fit, told: list[Way]) -> Pending | None:
        """ "That one" behind a list of what is in a place is one of the things in the list, and not the place."""
        known = self.index.things.get(self.talk.thing or "")
        if fill.tag.role != "it" or self.talk.unheard or known is None or known.kind not in PLACES:
            return None
        able = [i for i in self.talk.things if any(self._can(i, way, fit) for way in told)]
        return Pending("which", key, fill.said, self._ordered(able)) if len(self.talk.things) > 1 and able else None

    def _is_the_weather_there(self, fill: Fill, place: str | None, fit: Fit, told: list[Way]) -> bool:
        """ "It" in "make it warmer in the study" is no thing; nor is it one where the thing before has no such way."""
        thing, act = self.talk.thing, fit.bound.frame.act
        if (
            fill.tag.role != "it"
            or (act is not None and act.among)
            or not (place or self.talk.place)
            or not classes_meant(fit, told)[0]
        ):
            return False
        return place is not None or thing is None or not any(self._can(thing, way, fit) for way in told)

    def _named(self, fill: Fill, key: str, place: str | None) -> _Group | Pending | Declined:
        tag = fill.tag
        if tag.role == "it":
            return _Group((self.talk.thing,), False) if self.talk.thing else Pending("antecedent", key, fill.said)
        if tag.role == "them":
            them = self.talk.them
            several = len(them) > 1 or any(map(self._is_plural, them))
            return _Group(them, True, True) if several else Pending("antecedent", key, fill.said)
        if tag.role == "nth":
            at = int(tag.value) - 1 if int(tag.value) > 0 else len(self.talk.things) - 1
            known = self.talk.things[at : at + 1]
            return _Group(known, False) if known else Pending("antecedent", key, fill.said)
        if tag.role == "everything":
            ids: Iterable[str] = (i for i, named in self.index.things.items() if named.kind == "device")
        else:
            ids = tag.ids if tag.role == "name" else self.index.classes.get(tag.value, ())
        there = [i for i in ids if place is None or self.index.within(i, place)]
        several = tag.plural or self._says_several(fill)
        return _Group(tuple(there), several, several and tag.role == "name")

    def _unnamed(self, fit: Fit, key: str, place: str | None, told: list[Way]) -> _Group | Pending:
        """Of a place, or of the home: what is usually told such a thing."""
        classes, together = classes_meant(fit, told)
        act = fit.bound.frame.act
        again = self._again(fit, told) if place is None else None
        if again is not None:
            return again
        if place is None and act is not None and not act.anywhere:
            return Pending("missing", key, "")
        for where in dict.fromkeys((place or self.talk.place, place)):
            for name in classes:
                ids = [i for i in self.index.classes.get(name, ()) if where is None or self.index.within(i, where)]
                able = [i for i in ids if any(self._can(i, way, fit) for way in told)]
                if able and place is None and not self._is_talked_of(where, fit):
                    return Pending("which" if len(able) > 1 else "sure", key, "", self._ordered(able))
                if able:
                    return _Group(tuple(able), together and where is not None, together and where is not None)
        return Pending("missing", key, "")

    def _is_talked_of(self, where: str | None, fit: Fit) -> bool:
        """Whether what is there may be told something that goes on with the talk, without being named.

        Nothing was talked of yet, or it was the place. A command that says its own sort, "set the heating to 20" or
        "vacuum", goes on with nothing.
        """
        act, talk = fit.bound.frame.act, self.talk
        if (act is not None and act.among) or any(t.role == "setting" for t in _tags(fit)):
            return True
        able = self.grammar.able.get(fit.bound.tool)
        thing = self.index.things.get(talk.thing) if talk.thing else None
        is_told = thing is not None and able is not None and bool(able(thing))
        return not talk.unheard and not is_told and where == talk.place

    def _again(self, fit: Fit, told: list[Way]) -> _Group | None:
        """What was told something just before, or was asked about alone, where it is plain what is meant: "off again".

        "All" and "both" without anything are what was found or told before, if all of it can be told that.
        """
        last = self.talk.last
        just = [str(i) for v in last.values() if isinstance(v, list) for i in v]
        everybody = next((t.value for t in _tags(fit) if t.role == "all"), "")
        if everybody:
            several = self.talk.them if _counted(everybody) in (None, len(self.talk.them)) else ()
            is_able = all(any(self._can(i, way, fit) for way in told) for i in several)
            return _Group(several, True, True) if len(several) > 1 and is_able else None
        just = just or list(self.talk.things if len(self.talk.things) == 1 else ())
        things = tuple(i for i in just if any(self._can(i, way, fit) for way in told))
        again = any(way.ability in last.values() for way in told)
        is_plain = again or all(
            t.quantity is None or t.quantity.ability or t.quantity.kind != "step" for t in _tags(fit)
        )
        return _Group(things, True, True) if things and is_plain else None

    def _says_several(self, fill: Fill) -> bool:
        """Whether a part of several names ends in a plural: "the bedside lamps"."""
        last = fill.said.lower().split()[-1:] if len(fill.tag.ids) > 1 else []
        return bool(last) and stem(last[0]) != last[0] and self.grammar.nouns.get((last[0],)) is not None

    def _is_plural(self, thing: str) -> bool:
        last = self.index.name(thing).lower().split()[-1:]
        return bool(last) and stem(last[0]) != last[0]

    def _nobody(self, ids: Iterable[str], fill: Fill | None, place: str | None, told: list[Way]) -> Declined:
        first = next(iter(self._ordered(ids)), None)
        if first is not None and fill is not None and fill.tag.role != "everything":
            return Declined("unable", (told[0].ability,), first)
        where = f" in the {self.index.name(place)}" if place else ""
        return Declined("absent", ((fill.said if fill else "of the sort") + where,))

    def _of_the_same_name(self, ids: Iterable[str], told: list[Way], fit: Fit) -> list[str]:
        """A door is locked by its lock: what is able and bears the name of the door is meant instead."""
        act = fit.bound.frame.act
        among = set(act.among) if act is not None else set[str]()
        doors = [i for i in ids if self.index.things[i].kind in _OPENINGS]
        if not doors:
            return []
        named = [{stem(w) for w in phrase} for d in doors for phrase in self.index.phrases(self.index.things[d])]
        able = {i for c in among for i in self.index.classes.get(c, ()) if any(self._can(i, way, fit) for way in told)}
        return [i for i in able if any(words <= self.index.stems_of(i) for words in named)]

    def _is_any_of_several(self, fill: Fill, ids: Sequence[str], fit: Fit) -> bool:
        """ "Open the door" means no one of several doors, though only one of them has a motor that stands for it."""
        act = fit.bound.frame.act
        return act is not None and act.by_name and fill.tag.role == "class" and len(ids) > 1

    # --- how many of them ------------------------------------------------------------------------------------------

    def _chosen(self, group: _Group, key: str, fill: Fill | None, place: str | None) -> tuple[str, ...] | Pending:
        ids, said = group.ids, fill.said if fill else ""
        is_everything = fill is not None and fill.tag.role == "everything"
        if len(ids) > 1 and place is None and self.talk.place and not group.settled and not is_everything:
            near = tuple(i for i in ids if self.index.within(i, self.talk.place))
            if near and group.together:
                return self._ordered(near)
            ids = near or ids
        if len(ids) == 1:
            return ids if fill is None or fill.tag.sure else Pending("sure", key, said, ids)
        if group.together and (place is not None or group.settled):
            return self._ordered(ids)
        return Pending("which", key, said, self._ordered(ids), together=group.together)

    def _ordered(self, ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(ids, key=lambda i: (self.index.name(i), i)))

    def _can(self, thing: str, way: Way, fit: Fit) -> bool:
        able = self.grammar.able.get(fit.bound.tool)
        return able is not None and thing in self.index.things and way.ability in able(self.index.things[thing])


def _counted(how_many: str) -> int | None:
    """How many things "both" or "all three" are; None where it was not said."""
    return 2 if how_many == "both" else int(how_many) if how_many.isdigit() else None


def _tags(fit: Fit) -> list[Tag]:
    return [fill.tag for fill in fit.fills.values()]
