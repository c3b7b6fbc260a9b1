"""Reasons beside a request: "stop the dishwasher, I forgot a plate". What only says why is left aside.

A reason stands apart by a comma or a full stop, says in a few plain words how things are, and holds nothing that could
change what is asked: no verb of command, no negation, no condition, no other time, nothing reported, no thing by name.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from parlour.models.intents.clauses import Words
from parlour.models.intents.frames import Grammar
from parlour.models.intents.index import NameIndex
from parlour.models.intents.normalise import Word

_LONGEST = 9
_SHORTEST = 2
_BECAUSE = frozenset({"because"})
_IN_HERE = ("in", "here")


@dataclass(frozen=True, slots=True)
class Reasons:
    """The words by which a reason is known."""

    verbs: frozenset[str]
    """One of these stands in it, and not as its first word."""
    alone: frozenset[str]
    """After one of these nothing has to follow."""
    subjects: frozenset[str]
    """It begins with one of these …"""
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
        if word.text in _BECAUSE and at > start:
            parts.append(words[start:at])
            start = at
        elif word.stop:
            if at > start:
                parts.append(words[start : at + 1])
            start = at + 1
    return [*parts, words[start:]] if start < len(words) else parts


def _is_reason(part: Words, grammar: Grammar, index: NameIndex) -> bool:
    lexicon, reasons = grammar.lexicon, english_reasons()
    said = tuple(text for w in part if not w.stop for text in _with_is(w))
    if any(w.raw == "?" for w in part) or not _SHORTEST <= len(said) <= _LONGEST:
        return False
    said = said[:-2] if said[-2:] == _IN_HERE else said
    if said[0] in _BECAUSE:
        said = said[1:]
    bad = reasons.never | lexicon.commands | lexicon.elsewhen | (lexicon.questions - reasons.verbs)
    if not said or any(w in bad or w.isdigit() for w in said) or any((w,) in lexicon.them for w in said):
        return False
    verb = next((at for at, w in enumerate(said) if w in reasons.verbs), 0)
    ends = verb == len(said) - 1 and said[verb] not in reasons.alone
    if not 0 < verb <= 3 or ends or (said[0] not in reasons.subjects and verb > 2):
        return False
    return not any((w,) in grammar.nouns or _names(said, at, index) for at, w in enumerate(said))


def _with_is(word: Word) -> tuple[str, ...]:
    """ "Dinner's" in "dinner's ready" is "dinner is"."""
    return (word.text, "is") if word.raw.lower().replace("’", "'") == f"{word.text}'s" else (word.text,)


def _names(said: tuple[str, ...], at: int, index: NameIndex) -> bool:
    """Whether the name of a thing begins there; that of the home is no such name: "I am home"."""
    return any(index.things[i].kind != "home" for i in index.trie.longest(said, at)[1])
