"""The words of a language by which it is known what stands beside a request and asks for nothing.

What each list is for stands beside it in the data.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from parlour.models.intents.variants import Phrase, PhraseSet, phrases
from parlour.models.intents.verb_forms import forms, in_ing


@dataclass(frozen=True)
class AsideWords:
    """The words by which an aside is known."""

    pronouns: frozenset[str]
    persons: frozenset[str]
    people: frozenset[str]
    adverbs: frozenset[str]
    being: frozenset[str]
    helping: frozenset[str]
    verbs: frozenset[str]
    """Every form of a verb of what happens."""
    alone: frozenset[str]
    """After one of these nothing has to follow."""
    dropped: frozenset[str]
    """Said of oneself without "I": "forgot a plate"."""
    personal: frozenset[str]
    """Verbs of what people do themselves: "I have to wash"."""
    ready: frozenset[str]
    """What something is: "dinners ready"."""
    degrees: PhraseSet
    felt: frozenset[str]
    """How it is for somebody: "too dark for my eyes"."""
    absent: frozenset[str]
    """Who is so tonight is not there now, or not yet."""
    scenes: frozenset[str]
    weather: frozenset[str]
    """What it is like: "freezing in the study"."""
    idioms: PhraseSet
    soon: PhraseSet
    """When something happens that is no "it"."""
    ago: PhraseSet
    """When something happened, which is never when the request is to be done."""
    pasts: frozenset[str]
    """Forms of the past that have no -ed."""
    timing: frozenset[str]
    """A number behind one of these may say when, or how much."""
    measuring: frozenset[str]
    """And so may one before one of these."""
    counting: frozenset[str]
    """Behind one of these it says neither."""
    calling: frozenset[str]
    """What one calls out begins with one of these: "oh heavens"."""
    relating: frozenset[str]
    """What says more of an aside begins with one of these."""
    elements: frozenset[str]
    """What is no thing of a home, though somebody may speak of it: "the sun"."""
    plurals: frozenset[str]
    """Pronouns for several things."""
    wanting: frozenset[str]
    """Words by which it says what ought to be, or what somebody would have."""
    auxiliary: frozenset[str]
    """Behind one of these a word that could be a command is none: "it does make a noise"."""
    exclamations: PhraseSet
    courtesies: tuple[Phrase, ...]
    hedges: tuple[Phrase, ...]
    negations: frozenset[str]
    denied: frozenset[str]
    unwanted: frozenset[str]
    impersonal: frozenset[str]
    licensing: frozenset[str]
    beginning: frozenset[str]
    since: frozenset[str]
    dangling: frozenset[str]
    joining: frozenset[str]
    within: frozenset[str]
    links: frozenset[str]
    conditions: frozenset[str]
    standing: frozenset[str]
    referring: frozenset[str]
    open: frozenset[str]
    relative: frozenset[str]
    gaps: frozenset[str]
    closing: frozenset[str]
    stating: frozenset[str]
    possessive: frozenset[str]
    having: frozenset[str]
    every: frozenset[str]
    asking: frozenset[str]
    linking: frozenset[Phrase]
    """Behind one of these stands how something is, and no name for it."""
    needing: tuple[Phrase, ...]
    telling: tuple[Phrase, ...]
    never: PhraseSet
    """Words and phrases that make it none."""

    @cached_property
    def doing(self) -> frozenset[str]:
        """Every form of a verb that says what is, happens or is done."""
        return self.being | self.helping | self.verbs

    @cached_property
    def known(self) -> frozenset[str]:
        """The words that name nothing: beside these, "it" still means what was talked about."""
        phrased = {w for every in (self.hedges, self.degrees) for p in every for w in p}
        single = (
            self.pronouns,
            self.people,
            self.adverbs,
            self.being,
            self.helping,
            self.verbs,
            self.ready,
            self.scenes,
            self.weather,
            self.elements,
        )
        return frozenset(phrased).union(*single)


_SETS = (
    *(
        "pronouns",
        "persons",
        "people",
        "being",
        "helping",
        "alone",
        "dropped",
        "personal",
        "ready",
        "felt",
        "absent",
        "scenes",
        "weather",
    ),
    *("negations", "denied", "unwanted", "impersonal", "licensing", "beginning", "since", "dangling", "joining"),
    *("within", "links", "conditions", "standing", "referring", "open", "relative", "gaps", "closing", "stating"),
    *(
        "possessive",
        "having",
        "every",
        "asking",
        "pasts",
        "timing",
        "measuring",
        "counting",
        "calling",
        "relating",
        "wanting",
        "elements",
        "plurals",
        "auxiliary",
    ),
)


@cache
def english_asides() -> AsideWords:
    """Those of English; read once."""
    text = files("parlour.models.intents").joinpath("english", "asides.toml").read_text("utf-8")
    data: Mapping[str, list[str]] = tomllib.loads(text)
    words = {name: frozenset(data[name]) for name in _SETS}
    return AsideWords(
        **words,
        degrees=PhraseSet.of(phrases(data["degrees"])),
        idioms=PhraseSet.of(phrases(data["idioms"])),
        soon=PhraseSet.of(phrases(data["soon"])),
        courtesies=phrases(data["courtesies"]),
        hedges=phrases(data["hedges"]),
        linking=frozenset(phrases(data["linking"])),
        needing=phrases(data["needing"]),
        telling=phrases(data["telling"]),
        ago=PhraseSet.of(phrases(data["ago"])),
        never=PhraseSet.of([*phrases(data["never"]), *_reporting(data)]),
        adverbs=frozenset(w for phrase in phrases(data["adverbs"]) for w in phrase),
        verbs=frozenset(w for phrase in phrases(data["verbs"]) for w in phrase) | words["alone"],
        exclamations=PhraseSet.of(phrases(data["exclamations"])),
    )


def _reporting(data: Mapping[str, list[str]]) -> Iterator[Phrase]:
    """Every form of the verbs by which one tells what somebody says; "screaming" says nothing."""
    for verb in data["reporting"]:
        yield from ((form,) for form in forms(verb))
    for verb in data["sounding"]:
        yield from ((form,) for form in forms(verb) if form not in in_ing(verb))
