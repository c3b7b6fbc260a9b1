"""Reasons beside a request: "stop the dishwasher, I forgot a plate". What only says why is left aside.

A reason stands apart by a comma or a full stop, says in a few plain words how things are, and holds nothing that could
change what is asked: no verb of command, no negation, no condition, no other time, nothing reported, no thing by name.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

from parlour.models.intents.clauses import Words, bare
from parlour.models.intents.frames import Grammar
from parlour.models.intents.index import NameIndex
from parlour.models.intents.lexicon import Lexicon
from parlour.models.intents.normalise import Word
from parlour.models.intents.variants import Phrase, phrases

_LONGEST = 9
_SHORTEST = 2
_BECAUSE = frozenset({"because"})
_SINCE = frozenset({"since", "as"})
"""The same, before who or what it is about: "since it is dark", and not "since noon"."""
_SO = "so"
_UNABLE = frozenset({("can", "not"), ("can", "hardly"), ("can", "barely")})


@dataclass(frozen=True, slots=True)
class Reasons:
    """The words by which a reason is known."""

    verbs: frozenset[str]
    """One of these stands in it, and not as its first word."""
    alone: frozenset[str]
    """After one of these nothing has to follow."""
    subjects: frozenset[str]
    """It begins with one of these …"""
    idioms: tuple[Phrase, ...]
    """It may end with one of these."""
    exclamations: frozenset[Phrase]
    """Or it is one of these."""
    degrees: frozenset[str]
    """… or with one of these, and is no more than that: "too windy" …"""
    never: frozenset[str]
    """… and holds none of these."""


@cache
def english_reasons() -> Reasons:
    """Those of English; read once."""
    text = files("parlour.models.intents").joinpath("english", "reasons.toml").read_text("utf-8")
    data: Mapping[str, list[str]] = tomllib.loads(text)
    return Reasons(
        frozenset(data["verbs"] + data["alone"]),
        frozenset(data["alone"]),
        frozenset(data["subjects"]),
        phrases(data["idioms"]),
        frozenset(phrases(data["exclamations"])),
        frozenset(data["degrees"]),
        frozenset(data["never"]),
    )


def without_reasons(words: Words, grammar: Grammar, index: NameIndex) -> Words:
    """The words without the reasons at either end; the same words where there is none."""
    parts = _parts(words)
    while len(parts) > 1 and _is_reason(parts[-1], grammar, index):
        parts = parts[:-1]
    while len(parts) > 1 and _is_reason(parts[0], grammar, index):
        parts = parts[1:]
    kept = tuple(w for part in parts for w in part)
    return kept[:-1] if kept and kept[-1].stop and len(kept) < len(words) else kept


def _parts(words: Words) -> list[Words]:
    """What stands between the marks, each mark with what is before it."""
    parts: list[Words] = []
    start = 0
    for at, word in enumerate(words):
        if (word.text in _BECAUSE | _SINCE or word.text == _SO) and at > start:
            parts.append(words[start:at])
            start = at
        elif word.stop:
            if at > start:
                parts.append(words[start : at + 1])
            start = at + 1
    return [*parts, words[start:]] if start < len(words) else parts


def _is_reason(part: Words, grammar: Grammar, index: NameIndex) -> bool:
    lexicon, reasons = grammar.lexicon, english_reasons()
    said = _unlinked(part, grammar)
    if said is None or any(w.raw == "?" for w in part):
        return False
    if not said or tuple(w.text for w in part if not w.stop) in reasons.exclamations:
        return True
    bad = (
        reasons.never
        | (lexicon.commands - _happening(said, lexicon))
        | lexicon.elsewhen
        | (lexicon.questions - reasons.verbs)
    )
    if not _SHORTEST <= len(said) <= _LONGEST or any(w in bad or w.isdigit() for w in said):
        return False
    if any((w,) in lexicon.them or (w,) in grammar.nouns or _names(said, at, index) for at, w in enumerate(said)):
        return False
    if said[0] in reasons.degrees:
        return len(said) <= _SHORTEST + 1
    verb = next((at for at, w in enumerate(said) if w in reasons.verbs), 0)
    ends = verb == len(said) - 1 and said[verb] not in reasons.alone
    return 0 < verb <= 3 and not ends and (said[0] in reasons.subjects or verb <= 2)


def _happening(said: tuple[str, ...], lexicon: Lexicon) -> set[str]:
    """What is no command though the word is one: "is starting", "the wind"."""
    pairs = set(pairwise(said))
    doing = {w for before, w in pairs if before in ("is", "are", "am") and w.endswith("ing")}
    return doing | {w for before, w in pairs if before in lexicon.determiners}


def _unlinked(part: Words, grammar: Grammar) -> tuple[str, ...] | None:
    """The words of what may be a reason, without what links it to the request; None where that makes it none.

    "So I can see" is what for; what one cannot do is how things are.
    """
    said = tuple(text for w in bare(part, grammar.lexicon) if not w.stop for text in _with_is(w))
    if part[0].text == _SO and said[1:2] == ("can",):
        said = (said[0], "is", *said[2:])
    for at in range(len(said) - 1):
        if said[at : at + 2] in _UNABLE:
            said = (*said[:at], "is", *said[at + 2 :])
    if said[:1] and said[0] in _SINCE:
        return said[1:] if said[1:2] and said[1] in english_reasons().subjects else None
    said = said[1:] if said[:1] and said[0] in _BECAUSE else said
    said = (_SO, *said) if len(said) == 1 and part[0].text == _SO else said
    idiom = next((p for p in english_reasons().idioms if said[-len(p) :] == p), ())
    return (*said[: len(said) - len(idiom)], *("so",) * bool(idiom))


def _with_is(word: Word) -> tuple[str, ...]:
    """ "Dinner's" in "dinner's ready" is "dinner is"."""
    return (word.text, "is") if word.raw.lower().replace("’", "'") == f"{word.text}'s" else (word.text,)


def _names(said: tuple[str, ...], at: int, index: NameIndex) -> bool:
    """Whether the name of a thing begins there; that of the home is no such name: "I am home"."""
    return any(index.things[i].kind != "home" for i in index.trie.longest(said, at)[1])
