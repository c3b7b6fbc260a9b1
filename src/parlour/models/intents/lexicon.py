"""The words of a language that belong to no subject, read from the data beside this file."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from parlour.models.intents.command_words import CommandWords, command_words
from parlour.models.intents.normalise import Spoken
from parlour.models.intents.variants import Phrase, PhraseSet, by_first, phrases

_PHRASES = (
    *("openings", "requests", "minding", "closings", "fillers", "conjunctions", "follow_ups"),
    *("it", "there", "them", "greetings", "thanks", "help", "yes", "hesitations", "corrections", "taking_back"),
    *("doing", "anew"),
)
_ASIDE = frozenset({"hesitations", "corrections", "taking_back", "doing", "anew"})
"""Left aside before anything is read, and so no words that questions are built of."""
_WORDS = (
    "prepositions",
    "determiners",
    "commands",
    "questions",
    "text_stops",
    "never_alone",
    "elsewhen",
    "choosing",
    "denied_by_no",
    "meaning",
    "sighing",
    "switching",
    "routines",
    "vague",
    "dressing",
)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language. Phrases are tuples of folded words, longest first where they are tried in order."""

    spoken: Spoken
    openings: Mapping[str, tuple[Phrase, ...]]
    """What may stand before a request and means nothing, by first words."""
    requests: PhraseSet
    """Before or behind a command, these make a question mark politeness; some of them are no openings."""
    closings: PhraseSet
    fillers: PhraseSet
    loose: tuple[Phrase, ...]
    """What a question may hold besides, where nothing is read more strictly."""
    hesitations: PhraseSet
    """What is said while thinking."""
    corrections: PhraseSet
    """What stands between words and those that are meant instead."""
    taking_back: PhraseSet
    """What one says who meant something else than what was done before."""
    doing: frozenset[Phrase]
    """What says that it is to be done, and not what: "do it"."""
    anew: PhraseSet
    """What says besides that it was done before."""
    switching: frozenset[str]
    """Verbs behind which an "of" was meant to be "off"."""
    sighing: frozenset[str]
    """What stands before that, and takes nothing back: "oh"."""
    meaning: frozenset[str]
    """What ends so goes on in what is meant: "i meant"."""
    conjunctions: tuple[Phrase, ...]
    follow_ups: tuple[Phrase, ...]
    prepositions: frozenset[str]
    determiners: frozenset[str]
    commands: frozenset[str]
    questions: frozenset[str]
    text_stops: frozenset[str]
    never_alone: frozenset[str]
    it: PhraseSet
    there: PhraseSet
    them: PhraseSet
    greetings: frozenset[Phrase]
    thanks: frozenset[Phrase]
    help: frozenset[Phrase]
    choosing: frozenset[str]
    yes: frozenset[Phrase]
    elsewhen: frozenset[str]
    denied_by_no: frozenset[str]
    """Behind "no", these deny what follows."""
    never_before: Mapping[str, frozenset[str]]
    never_behind: Mapping[str, frozenset[str]]
    routines: frozenset[str]
    """Nouns for what is activated."""
    dressing: frozenset[str]
    """What one thinks of a thing, and by which nothing is told from another."""
    vague: frozenset[str]
    """Nouns for so much that none is enough for the one name that ends in it."""
    ordinals: Mapping[str, int]
    cues: Mapping[str, tuple[str, ...]]
    commanding: CommandWords
    vocabulary: frozenset[str]
    """Every single word of all of this."""


@cache
def english() -> Lexicon:
    """English; read once."""
    return _lexicon(_data("words"), _data("loosely"))


def _data(name: str) -> dict[str, Any]:
    text = files("parlour.models.intents").joinpath("english", f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


def is_slip(texts: Phrase, at: int, lexicon: Lexicon) -> bool:
    """Whether a word cannot stand between the words beside it, and so was meant to be another one."""
    behind = texts[at + 1] if at + 1 < len(texts) else ""
    before = texts[at - 1] if at else ""
    never = lexicon.never_before.get(texts[at], ()), lexicon.never_behind.get(texts[at], ())
    return behind in never[0] or before in never[1]


def _lexicon(data: dict[str, Any], loosely: dict[str, Any]) -> Lexicon:
    said = {name: phrases(data[name]) for name in _PHRASES}
    words: dict[str, frozenset[str]] = {name: frozenset(data[name]) for name in _WORDS}
    cues = {k: tuple(v) for k, v in {**data["cues"], **loosely["cues"]}.items()}
    commanding = command_words(data)
    phrased = {w for name, every in said.items() if name not in _ASIDE for phrase in every for w in phrase}
    cued = {w for every in data["cues"].values() for text in every for w in text.split()}
    single = {w for name, every in words.items() if name not in ("elsewhen", "vague", "dressing") for w in every}
    return Lexicon(
        spoken=Spoken({k: tuple(v.split()) for k, v in data["contractions"].items()}, data["numbers"]),
        openings=by_first(sorted({*said["openings"], *said["requests"]}, key=len, reverse=True)),
        requests=PhraseSet.of(said["requests"] + said["minding"]),
        closings=PhraseSet.of(said["closings"]),
        fillers=PhraseSet.of(said["fillers"]),
        loose=phrases(loosely["fillers"]),
        hesitations=PhraseSet.of(said["hesitations"]),
        corrections=PhraseSet.of(said["corrections"]),
        taking_back=PhraseSet.of(said["taking_back"]),
        doing=frozenset(said["doing"]),
        anew=PhraseSet.of(said["anew"]),
        conjunctions=said["conjunctions"],
        follow_ups=said["follow_ups"],
        it=PhraseSet.of(said["it"]),
        there=PhraseSet.of(said["there"]),
        them=PhraseSet.of(said["them"]),
        greetings=frozenset(said["greetings"]),
        thanks=frozenset(said["thanks"]),
        help=frozenset(said["help"]),
        yes=frozenset(said["yes"]),
        **words,
        never_before={k: frozenset(v) for k, v in data["never_before"].items()},
        never_behind={k: frozenset(v) for k, v in data["never_behind"].items()},
        ordinals=data["ordinals"],
        cues=cues,
        commanding=commanding,
        vocabulary=frozenset(phrased | cued | single | set(data["ordinals"])) | commanding.vocabulary,
    )
