"""Commands whose words stand in their order: "rename the hall lamp to Big Lamp". Each part is itself fully explained.

A name may be anything, so nothing is left to explain it by: only its place between the other words tells it.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from parlour.models.intents.fitting import PLACES, Fill, Fit, said
from parlour.models.intents.frames import BoundFrame, Grammar
from parlour.models.intents.index import NameIndex
from parlour.models.intents.laying import Span, laid
from parlour.models.intents.naming import Manner, name_said, new_thing
from parlour.models.intents.normalise import Word
from parlour.models.intents.tagging import Reading, Tag
from parlour.models.intents.variants import Phrase
from parlour.tools.language import Slot

_MOST_WORDS = 30
_LONGEST_NAMED = 12
"""So many words name a thing and its place at most."""
_WITHIN = frozenset({"in", "on", "at", "of", "from", "inside"})


@dataclass(frozen=True, slots=True)
class Ordering:
    """Lays such commands over words of one text."""

    grammar: Grammar
    index: NameIndex
    text: str
    tagger: Callable[[Phrase], list[Reading]]

    def fits(self, words: Sequence[Word]) -> list[Fit]:
        """What explains every word, and at the end what comes nearest to it, if anything does."""
        found: list[Fit] = []
        texts = tuple(w.text for w in words)
        for bound in self.grammar.orders if len(words) <= _MOST_WORDS else ():
            ways = [fit for spans in laid(bound.parts, texts, 0) for fit in self._fit(bound, words, spans)]
            found += [f for f in ways if f.complete][:1] or ways[-1:]
        return sorted(found, key=lambda f: (not f.complete, len(f.leftover)))

    def _fit(self, bound: BoundFrame, words: Sequence[Word], spans: Mapping[str, Span]) -> Iterator[Fit]:
        fills: dict[str, Fill] = {}
        left: list[str] = []
        for slot in bound.frame.slots:
            if slot.argument not in spans:
                continue
            start, end = spans[slot.argument]
            tag = self._tag(slot, words[start:end])
            if tag is None:
                left.append(said(words, start, end))
            else:
                fills[slot.argument] = Fill(tag, said(words, start, end))
        if len(left) < len(spans) or not spans:
            missing = next((s for s in bound.frame.slots if s.required and s.argument not in spans), None)
            yield Fit(bound, fills, explained=len(words), leftover=tuple(left), missing=missing)

    def _tag(self, slot: Slot, words: Sequence[Word]) -> Tag | None:
        if {"name", "proper", "quoted"} & set(slot.takes):
            ways: Manner = "quoted" if "quoted" in slot.takes else "proper" if "proper" in slot.takes else "plain"
            name = name_said(
                words, self.text, self.grammar.lexicon, ways, lambda word: bool(self.index.called((word,)))
            )
            return Tag("text", 0, len(words), value=name) if name else None
        if "noun" in slot.takes:
            return new_thing(words, self.text, self.grammar, self.index.knows)
        return self._thing(slot, words)

    def _thing(self, slot: Slot, words: Sequence[Word]) -> Tag | None:
        """The one thing that these words name to the last one, perhaps with its place."""
        if any(w.stop for w in words):
            return None
        determiners = self.grammar.lexicon.determiners
        plain = [w.text for w in words]
        while plain and plain[0] in determiners:
            plain = plain[1:]
        if not 0 < len(plain) <= _LONGEST_NAMED:
            return None
        every = (self._named(slot, tuple(plain), reading) for reading in self.tagger(tuple(plain)))
        return next((tag for tag in every if tag is not None), None)

    def _named(self, slot: Slot, words: Phrase, reading: Reading) -> Tag | None:
        covered = {at for tag in reading for at in range(tag.start, tag.end)}
        loose = [w for at, w in enumerate(words) if at not in covered]
        tags = list(reading)
        if not 0 < len(tags) < 3 or any(w not in _WITHIN | self.grammar.lexicon.determiners for w in loose):
            return None
        if len(tags) == 1:
            tag = self._of_kind(slot, tags[0])
            return tag if tag is not None and not loose else None
        thing, place = (tags[0], tags[1]) if loose else (tags[1], tags[0])
        tag = self._of_kind(slot, thing)
        places = [i for i in place.ids if self.index.things[i].kind in PLACES]
        if tag is None or len(places) != 1:
            return None
        there = frozenset(i for i in tag.ids if self.index.within(i, places[0]))
        return replace(tag, ids=there) if there else None

    def _of_kind(self, slot: Slot, tag: Tag) -> Tag | None:
        """The tag as a name of what the slot takes; a singular noun names everything of its class."""
        if tag.role == "it":
            return tag
        if tag.role == "class" and not tag.plural:
            ids = self.index.classes.get(tag.value, set())
        elif tag.role == "name":
            ids = set(tag.ids)
        else:
            return None
        fitting = frozenset(i for i in ids if self.index.things[i].kind in slot.takes)
        return replace(tag, role="name", ids=fitting) if fitting else None
