"""The words of a language that belong to no subject, read from the data beside this file."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from parlour.models.intents.command_words import CommandWords, command_words
from parlour.models.intents.normalise import Spoken

Phrase = tuple[str, ...]
_LISTS = (
    *("openings", "closings", "fillers", "conjunctions", "follow_ups", "prepositions", "determiners", "commands"),
    *(
        "questions",
        "text_stops",
        "never_alone",
        "it",
        "there",
        "them",
        "greetings",
        "thanks",
        "help",
        "elsewhen",
        "choosing",
        "yes",
    ),
)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language. Phrases are tuples of folded words, longest first where they are tried in order."""

    spoken: Spoken
    openings: tuple[Phrase, ...]
    closings: tuple[Phrase, ...]
    fillers: tuple[Phrase, ...]
    conjunctions: tuple[Phrase, ...]
    follow_ups: tuple[Phrase, ...]
    prepositions: frozenset[str]
    determiners: frozenset[str]
    commands: frozenset[str]
    questions: frozenset[str]
    text_stops: frozenset[str]
    never_alone: frozenset[str]
    it: tuple[Phrase, ...]
    there: tuple[Phrase, ...]
    them: tuple[Phrase, ...]
    greetings: frozenset[Phrase]
    thanks: frozenset[Phrase]
    help: frozenset[Phrase]
    choosing: frozenset[str]
    yes: frozenset[Phrase]
    elsewhen: frozenset[str]
    never_before: Mapping[str, frozenset[str]]
    never_behind: Mapping[str, frozenset[str]]
    ordinals: Mapping[str, int]
    cues: Mapping[str, tuple[str, ...]]
    commanding: CommandWords
    vocabulary: frozenset[str]
    """Every single word of all of this."""


@cache
def english() -> Lexicon:
    """English; read once."""
    text = files("parlour.models.intents").joinpath("english", "words.toml").read_text("utf-8")
    return _lexicon(tomllib.loads(text))


def is_slip(texts: Phrase, at: int, lexicon: Lexicon) -> bool:
    """Whether a word cannot stand between the words beside it, and so was meant to be another one."""
    behind = texts[at + 1] if at + 1 < len(texts) else ""
    before = texts[at - 1] if at else ""
    never = lexicon.never_before.get(texts[at], ()), lexicon.never_behind.get(texts[at], ())
    return behind in never[0] or before in never[1]


def phrases(texts: Iterable[str]) -> tuple[Phrase, ...]:
    """Texts as tuples of words, longest first."""
    return tuple(sorted((tuple(t.split()) for t in texts), key=len, reverse=True))


def _lexicon(data: dict[str, Any]) -> Lexicon:
    words: dict[str, tuple[str, ...]] = {k: tuple(data[k]) for k in _LISTS}
    contractions = {k: tuple(v.split()) for k, v in data["contractions"].items()}
    cues = {k: tuple(v) for k, v in data["cues"].items()}
    every = [*(texts for name, texts in words.items() if name != "elsewhen"), *cues.values(), tuple(data["ordinals"])]
    commanding = command_words(data)
    return Lexicon(
        spoken=Spoken(contractions, data["numbers"]),
        openings=phrases(words["openings"]),
        closings=phrases(words["closings"]),
        fillers=phrases(words["fillers"]),
        conjunctions=phrases(words["conjunctions"]),
        follow_ups=phrases(words["follow_ups"]),
        prepositions=frozenset(words["prepositions"]),
        determiners=frozenset(words["determiners"]),
        commands=frozenset(words["commands"]),
        questions=frozenset(words["questions"]),
        text_stops=frozenset(words["text_stops"]),
        never_alone=frozenset(words["never_alone"]),
        it=phrases(words["it"]),
        there=phrases(words["there"]),
        them=phrases(words["them"]),
        greetings=frozenset(phrases(words["greetings"])),
        thanks=frozenset(phrases(words["thanks"])),
        help=frozenset(phrases(words["help"])),
        choosing=frozenset(words["choosing"]),
        yes=frozenset(phrases(words["yes"])),
        elsewhen=frozenset(words["elsewhen"]),
        never_before={k: frozenset(v) for k, v in data["never_before"].items()},
        never_behind={k: frozenset(v) for k, v in data["never_behind"].items()},
        ordinals=data["ordinals"],
        cues=cues,
        commanding=commanding,
        vocabulary=frozenset(w for texts in every for text in texts for w in text.split()) | commanding.vocabulary,
    )
