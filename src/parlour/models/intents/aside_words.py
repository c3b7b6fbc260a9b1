"""The words of a language by which it is known what stands beside a request and asks for nothing.

What each list is for stands beside it in the data.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from parlour.models.intents.variants import Phrase, phrases


@dataclass(frozen=True, slots=True)
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
    degrees: tuple[Phrase, ...]
    scenes: frozenset[str]
    weather: frozenset[str]
    """What it is like: "freezing in the study"."""
    idioms: tuple[Phrase, ...]
    soon: tuple[Phrase, ...]
    """When something happens that is no "it"."""
    exclamations: frozenset[Phrase]
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
    needing: tuple[Phrase, ...]
    telling: tuple[Phrase, ...]
    never: tuple[Phrase, ...]
    """Words and phrases that make it none."""

    @property
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
        "scenes",
        "weather",
    ),
    *("negations", "denied", "unwanted", "impersonal", "licensing", "beginning", "since", "dangling", "joining"),
    *("within", "links", "conditions", "standing", "referring", "open", "relative", "gaps", "closing", "stating"),
    *("possessive", "having", "every", "asking"),
)


@cache
def english_asides() -> AsideWords:
    """Those of English; read once."""
    text = files("parlour.models.intents").joinpath("english", "asides.toml").read_text("utf-8")
    data: Mapping[str, list[str]] = tomllib.loads(text)
    words = {name: frozenset(data[name]) for name in _SETS}
    return AsideWords(
        **words,
        degrees=phrases(data["degrees"]),
        idioms=phrases(data["idioms"]),
        soon=phrases(data["soon"]),
        courtesies=phrases(data["courtesies"]),
        hedges=phrases(data["hedges"]),
        needing=phrases(data["needing"]),
        telling=phrases(data["telling"]),
        never=phrases(data["never"]),
        adverbs=frozenset(w for phrase in phrases(data["adverbs"]) for w in phrase),
        verbs=frozenset(w for phrase in phrases(data["verbs"]) for w in phrase) | words["alone"],
        exclamations=frozenset(phrases(data["exclamations"])),
    )
