"""How much, and of what: "50 percent", "a bit warmer", "half", "red", "everything". Tagged only where something is to
be done; a question has no use for them.
"""

import re
from collections.abc import Mapping, Sequence, Set
from typing import TypeVar

from parlour.models.intents.frames import Grammar
from parlour.models.intents.tagging import Quantity, Reading, Tag
from parlour.models.intents.variants import Phrase

_NUMBER = re.compile(r"(\d+(?:[.,]\d+)?)(%|c|°)?")
_UNITS = {"%": "%", "c": "°", "°": "°"}
_TENS = frozenset(range(20, 100, 10))
_LONGEST = 6
_ALL = 100
_PLACED = (("in",), ("at",))
"""Behind "all" these make it everything that is there."""
_AND_A_HALF = ("and", "a", "half")

Words = tuple[str, ...]
V = TypeVar("V")


def with_quantities(words: Words, reading: Reading, grammar: Grammar) -> Reading:
    """`reading` with what says how much, outside of the names in it."""
    names = [t for t in reading if t.role == "name"]
    found: list[Tag] = []
    at = 0
    while at < len(words):
        inside = next((t for t in names if t.start <= at < t.end), None)
        if inside is not None:
            at = inside.end
            continue
        tag = _tag_at(words, at, grammar)
        if tag is None or any(tag.start < t.end and t.start < tag.end for t in names):
            at += 1
        else:
            found.append(tag)
            at = tag.end
    kept = [t for t in reading if not any(t.start < m.end and m.start < t.end for m in found)]
    return tuple(sorted([*kept, *found], key=lambda tag: tag.start))


def _tag_at(words: Words, at: int, grammar: Grammar) -> Tag | None:
    commanding = grammar.lexicon.commanding
    end, _ = _longest(words, at, commanding.everything)
    if end > at:
        return Tag("everything", at, end)
    end, how_many = _longest(words, at, commanding.every)
    quantity = _quantity_at(words, at, grammar)
    if how_many and (quantity is None or quantity.end <= end):
        is_everything = how_many == "all" and words[end : end + 1] in _PLACED
        return Tag("everything", at, end) if is_everything else Tag("all", at, end, value=how_many)
    return quantity or _setting_at(words, at, grammar) or _nth_at(words, at, grammar)


def _nth_at(words: Words, at: int, grammar: Grammar) -> Tag | None:
    """ "The second one": the second of what was found before."""
    lexicon = grammar.lexicon
    if words[at] not in lexicon.ordinals or words[at].isdigit():
        return None
    has_one = words[at + 1 : at + 2] == ("one",)
    end = at + 2 if has_one else at + 1
    is_alone = end == len(words) or words[end] in lexicon.commanding.to | lexicon.commanding.particles
    return Tag("nth", at, end, value=str(lexicon.ordinals[words[at]])) if has_one or is_alone else None


def _setting_at(words: Words, at: int, grammar: Grammar) -> Tag | None:
    end, ability = _longest(words, at, grammar.setting_words)
    return Tag("setting", at, end, value=ability) if ability else None


def _quantity_at(words: Words, at: int, grammar: Grammar) -> Tag | None:
    commanding = grammar.lexicon.commanding
    first = _first_behind(words, at, commanding.about, commanding.to | commanding.by | commanding.at)
    start, relative = first, None
    if words[first] in commanding.to | commanding.by | commanding.at | commanding.into | commanding.about:
        relative = None if words[first] in commanding.about else words[first] in commanding.by
        start += 1
        while start < len(words) and _is_passed_over(words, start, grammar) and not _measured(words, start, grammar)[1]:
            start += 1
    end, quantity = _measured(words, start, grammar)
    if quantity is None and relative is None:
        end, quantity = _step(words, _first_behind(words, at, commanding.about, None), grammar)
    preposition = words[first] if start > first else words[at - 1] if at else ""
    if quantity is None or not _stands_behind(preposition, quantity, grammar):
        return None
    if _is_share(words, start, end, grammar):
        return None
    if relative is not None and quantity.relative is None:
        quantity = Quantity(quantity.kind, quantity.number, quantity.unit, quantity.text, relative=relative)
    return Tag("quantity", at, end, quantity=quantity)


def _is_share(words: Words, at: int, end: int, grammar: Grammar) -> bool:
    """ "Half of the lights", "half the lights": some of the things, and no amount that all of them are set to."""
    commanding, behind = grammar.lexicon.commanding, words[end : end + 1]
    if not 0 < commanding.amounts.get(words[at:end], 0) < _ALL:
        return False
    return behind == ("of",) or (bool(behind) and behind[0] in grammar.lexicon.determiners)


def _first_behind(words: Words, at: int, about: Set[str], wanted: Set[str] | None) -> int:
    """Where what stands behind "only" or "just" begins, if it is `wanted`: "only to 60", "just a little warmer"."""
    first = at
    while first + 1 < len(words) and words[first] in about:
        first += 1
    return first if wanted is None or words[first] in wanted else at


def _is_passed_over(words: Words, at: int, grammar: Grammar) -> bool:
    """ "About" 20, "the" maximum; the "a" of "a degree" is the number."""
    commanding = grammar.lexicon.commanding
    counts = words[at] == "a" and words[at + 1 : at + 2] in commanding.units
    return words[at] in commanding.about or (words[at] in ("the", "a") and not counts)


def _stands_behind(preposition: str, quantity: Quantity, grammar: Grammar) -> bool:
    """ "At 50 percent" is an amount, "at 8" is a time; "in red" is a colour, "in 8" is none."""
    commanding = grammar.lexicon.commanding
    if preposition in commanding.into and quantity.kind == "number":
        return False
    return preposition not in commanding.at or quantity.kind != "number" or bool(quantity.unit)


def _measured(words: Words, at: int, grammar: Grammar) -> tuple[int, Quantity | None]:
    """A number with its unit, or a word that can be set."""
    commanding = grammar.lexicon.commanding
    end, amount = _longest(words, at, commanding.amounts)
    unit = "%" if end > at else ""
    if end == at:
        end, amount, unit = _number(words, at, grammar)
    if end == at:
        end, choice = _longest(words, at, grammar.choices)
        return (end, Quantity("word", unit=choice[0], text=choice[1])) if choice else (at, None)
    after, known = _longest(words, end, commanding.units)
    end, unit = (after, known) if known else (end, unit)
    after, way = _way(words, end, grammar)
    if way is not None:
        return after, Quantity("number", (amount or 0) * way[1], unit, relative=True, ability=way[0], sign=way[1])
    return end, Quantity("number", amount or 0.0, unit)


def _number(words: Words, at: int, grammar: Grammar) -> tuple[int, float, str]:
    """ "20", "1 and a half", "one" degree: where it ends, how many, and the unit that is part of the word."""
    if words[at + 1 : at + 4] == _AND_A_HALF and (words[at] == "one" or words[at].isdigit()):
        return at + 4, (1 if words[at] == "one" else int(words[at])) + 0.5, ""
    if words[at : at + 1] in (("one",), ("a",)) and words[at + 1 : at + 2] in grammar.lexicon.commanding.units:
        return at + 1, 1.0, ""
    match = _NUMBER.fullmatch(words[at]) if at < len(words) else None
    if match is None:
        return at, 0.0, ""
    number = float(match[1].replace(",", "."))
    behind = "1" if words[at + 1 : at + 2] == ("one",) else "".join(words[at + 1 : at + 2])
    if number in _TENS and behind.isdigit() and 0 < int(behind) < 10:
        return at + 2, number + int(behind), ""
    return at + 1, number, _UNITS.get(match[2] or "", "")


def _step(words: Words, at: int, grammar: Grammar) -> tuple[int, Quantity | None]:
    """ "A bit warmer", "much brighter", "a bit"."""
    end, factor = _longest(words, at, grammar.lexicon.commanding.bits)
    after, way = _way(words, end, grammar)
    if way is None and end == at:
        return at, None
    ability, sign = way or ("", 0)
    return after, Quantity("step", number=factor or 1.0, relative=True, ability=ability, sign=sign)


def _way(words: Words, at: int, grammar: Grammar) -> tuple[int, tuple[str, int] | None]:
    """A word for more or less of something: what it is of, and which way."""
    return _longest(words, at, grammar.steps)


def _longest(words: Words, at: int, phrases: Mapping[Phrase, V]) -> tuple[int, V | None]:
    for end in range(min(len(words), at + _LONGEST), at, -1):
        if words[at:end] in phrases:
            return end, phrases[words[at:end]]
    return at, None


def quantities(reading: Sequence[Tag]) -> list[Quantity]:
    """What says how much in a reading."""
    return [t.quantity for t in reading if t.quantity is not None]
