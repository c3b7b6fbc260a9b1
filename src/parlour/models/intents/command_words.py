"""The words of a language by which something is told to be done: how much, all of it, and what may be left away."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from parlour.models.intents.variants import Phrase, PhraseSet, phrases


@dataclass(frozen=True, slots=True)
class CommandWords:
    """Phrases are tuples of folded words; mappings are tried longest phrase first."""

    fillers: tuple[Phrase, ...]
    describing: frozenset[str]
    """What may stand before the noun of something new, and is part of its name."""
    newly: frozenset[str]
    """What may stand there and is not."""
    every: Mapping[Phrase, str]
    everything: Mapping[Phrase, str]
    parted: frozenset[str]
    """Verbs whose particle may stand at the end: "turn the light on"."""
    particles: frozenset[str]
    elided: Mapping[str, str]
    """The verb that is meant where none is said, by what is said: a particle, a number, a step."""
    to: frozenset[str]
    at: frozenset[str]
    """Like `to`, and never before a mere number: that is a time."""
    into: frozenset[str]
    """Like `to`, before words only."""
    by: frozenset[str]
    about: frozenset[str]
    more: frozenset[str]
    less: frozenset[str]
    units: Mapping[Phrase, str]
    amounts: Mapping[Phrase, float]
    bits: Mapping[Phrase, float]
    excepting: PhraseSet
    """What stands before what is left out."""
    spared: PhraseSet
    """What may stand behind what is left as it is: "alone"."""
    including: PhraseSet
    """What stands behind a part of what is told: "night lamps and all"."""
    no: frozenset[Phrase]
    all_of_them: frozenset[Phrase]

    @property
    def measures(self) -> Iterable[Phrase]:
        """Every phrase that says how much by itself."""
        return (*self.units, *self.amounts, *self.bits)

    @property
    def vocabulary(self) -> frozenset[str]:
        """Every single word of all of this."""
        phrases = (
            *self.fillers,
            *self.every,
            *self.everything,
            *self.units,
            *self.amounts,
            *self.bits,
            *self.excepting,
        )
        return frozenset(w for p in phrases for w in p) | self.parted | self.particles | self.more | self.less | self.by


def command_words(data: Mapping[str, Any]) -> CommandWords:
    """Read from the data of a language."""
    amounts: Mapping[str, Any] = data["quantities"]
    units = {_phrase(text): unit for unit, texts in amounts["units"].items() for text in texts}
    return CommandWords(
        fillers=phrases(data["command_fillers"]),
        describing=frozenset(data["describing"]),
        newly=frozenset(data["newly"]),
        every={phrase: _how_many(phrase, data) for phrase in phrases(data["every"])},
        everything=dict.fromkeys(phrases(data["everything"]), "everything"),
        parted=frozenset(data["parted"]),
        particles=frozenset(data["particles"]),
        elided=data["elided"],
        to=frozenset(amounts["to"]),
        at=frozenset(amounts["at"]),
        into=frozenset(amounts["into"]),
        by=frozenset(amounts["by"]),
        about=frozenset(amounts["about"]),
        more=frozenset(amounts["more"]),
        less=frozenset(amounts["less"]),
        units=units,
        amounts={_phrase(text): float(number) for text, number in amounts["amounts"].items()},
        bits={_phrase(text): float(number) for text, number in amounts["bits"].items()},
        excepting=PhraseSet.of(phrases(data["excepting"])),
        spared=PhraseSet.of(phrases(data["spared"])),
        including=PhraseSet.of(phrases(data["including"])),
        no=frozenset(phrases(data["talk"]["no"])),
        all_of_them=frozenset(phrases(data["talk"]["all"])),
    )


def _how_many(phrase: Phrase, data: Mapping[str, Any]) -> str:
    """ "Both", "each", "all", or a number."""
    number = next((w for w in phrase if w.isdigit()), "")
    if number:
        return number
    return "both" if phrase[0] == data["both"] else "each" if phrase[0] in data["each"] else "all"


def _phrase(text: str) -> Phrase:
    return tuple(text.split())
