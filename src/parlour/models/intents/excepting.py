"""What a command leaves out: "all the lights but the desk lamp", "everything off except in the hall"."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from parlour.models.intents.clauses import Words, texts, without_commas
from parlour.models.intents.fitting import PLACES
from parlour.models.intents.index import NameIndex
from parlour.models.intents.lexicon import Lexicon
from parlour.models.intents.tagging import Reading, Tag

_SPARED = frozenset({"leave", "keep", "spare", "touch"})
_PASSED = frozenset({"in", "on", "at", "of", "for", "and"})


@dataclass(frozen=True, slots=True)
class Excepted:
    """What is told, and the words for what is left out of it."""

    told: Words
    without: Words
    sparing: bool
    """Whether that was only to be left as it is: "but leave the desk lamp on" may name what was not meant anyway."""


def excepts(words: Words, lexicon: Lexicon) -> bool:
    """Whether something is said to be left out."""
    return any(True for _ in excepted(words, lexicon))


def excepted(words: Words, lexicon: Lexicon) -> Iterator[Excepted]:
    """Every way of parting it into what is told and what is left out; a particle at the end belongs to either."""
    said = texts(words)
    for at in range(1, len(words)):
        marker = lexicon.commanding.excepting.at(said, at)
        told, without = without_commas(words[:at]), words[at + len(marker) :]
        if not marker or not without or not told:
            continue
        sparing = not _SPARED.isdisjoint(marker)
        if sparing and (ending := lexicon.commanding.spared.ending(texts(without[1:]))):
            without = without[: -len(ending)]
        yield Excepted(told, without, sparing)
        if without[-1].text in lexicon.commanding.particles and len(without) > 1:
            yield Excepted(told, without[:-1], sparing)
            yield Excepted((*told, without[-1]), without[:-1], sparing)
        return


def left_out(
    words: Words, told: Sequence[str], index: NameIndex, lexicon: Lexicon, tagger: Callable[[Words], list[Reading]]
) -> frozenset[str]:
    """Which of those that are told something these words name; nothing where a word is left, or one names none."""
    plain = without_commas(words)
    for reading in tagger(plain):
        covered = {at for tag in reading for at in range(tag.start, tag.end)}
        loose = {w.text for at, w in enumerate(plain) if at not in covered} - lexicon.determiners - _PASSED
        places = [t for t in reading if t.role == "name" and any(index.things[i].kind in PLACES for i in t.ids)]
        things = [t for t in reading if t not in places]
        if loose or not reading or (places and len(things) > 1):
            continue
        there = [i for i in told if not places or any(index.within(i, p) for t in places for p in t.ids)]
        meant = [_meant(tag, there, index) for tag in things] or [frozenset(there)]
        if all(meant):
            return frozenset[str]().union(*meant)
    return frozenset()


def _meant(tag: Tag, told: Sequence[str], index: NameIndex) -> frozenset[str]:
    """What a name or a noun means among these; nothing where it could mean several and is no plural."""
    if tag.role == "name":
        found = frozenset(i for i in told if i in tag.ids)
        return found if tag.sure or len(found) == 1 else frozenset()
    if tag.role != "class":
        return frozenset()
    found = frozenset(i for i in told if tag.value in index.things[i].classes)
    return found if tag.plural or len(found) == 1 else frozenset()
