"""Cutting what was said: politeness off, sentences apart, commands seen."""

from collections.abc import Sequence

from parlour.models.intents.lexicon import Lexicon
from parlour.models.intents.normalise import Word
from parlour.models.intents.variants import Phrase

Words = tuple[Word, ...]

_DOUBTS = (("if",), ("whether",))


def texts(words: Sequence[Word]) -> tuple[str, ...]:
    """The words as they are matched."""
    return tuple(w.text for w in words)


def sentences(words: Words) -> list[Words]:
    """What stands between full stops; commas stay."""
    found: list[list[Word]] = [[]]
    for word in words:
        if word.stop and word.text == ".":
            found.append([])
        else:
            found[-1].append(word)
    return [tuple(s) for s in found if any(not w.stop for w in s)]


def bare(words: Words, lexicon: Lexicon) -> Words:
    """Without politeness at either end, and without commas there; a mere "yes please" stays."""
    while words and texts(words) not in lexicon.yes:
        shorter = _less(words, lexicon)
        if shorter == words:
            break
        words = shorter
    return words


def _less(words: Words, lexicon: Lexicon) -> Words:
    if words[0].stop:
        return words[1:]
    if words[-1].stop:
        return words[:-1]
    said = texts(words)
    for opening in lexicon.openings.get(said[0], ()):
        if said[: len(opening)] == opening and _openable(said, opening, lexicon):
            return words[len(opening) :]
    closing = lexicon.closings.ending(said)
    return words[: -len(closing)] if closing else words


def _openable(said: tuple[str, ...], opening: Phrase, lexicon: Lexicon) -> bool:
    """ "can you" is politeness, unless it is all that was said; "can you tell me" is none before "whether".

    "Do" only urges right before a command: "do close them".
    """
    if opening == ("do",):
        return said[1:2] != () and said[1] in lexicon.commands
    if said[len(opening) : len(opening) + 1] in _DOUBTS:
        return False
    return len(opening) < len(said) or opening in lexicon.greetings or len(opening) == 1


def is_command(words: Words, lexicon: Lexicon) -> bool:
    """Whether it begins with something to do."""
    return bool(words) and words[0].text in lexicon.commands


def commands(words: Words, lexicon: Lexicon) -> bool:
    """Whether any clause begins with something to do."""
    clauses = [bare(s, lexicon) for sentence in sentences(words) for s in _cut(sentence, lexicon)]
    return any(is_command(clause, lexicon) for clause in clauses)


def _cut(words: Words, lexicon: Lexicon) -> list[Words]:
    return [words, *(right for _, right in splits(words, lexicon))]


def without_commas(words: Words) -> Words:
    """The words alone."""
    return tuple(w for w in words if not w.stop)


def follow_up(words: Words, lexicon: Lexicon) -> tuple[Words, bool]:
    """The words behind "and what about", and whether there was such a beginning."""
    said = texts(words)
    opening = _prefix(said, lexicon.follow_ups)
    if opening == ("no",) and said[1:2] and (said[1] in lexicon.denied_by_no or _is_denial(words, lexicon)):
        return words, False
    return (words[len(opening) :], True) if opening and len(opening) < len(words) else (words, False)


def _is_denial(words: Words, lexicon: Lexicon) -> bool:
    """ "No lights on in the hall", which no mark and no article parts from the "no"."""
    said = texts(words)
    is_parted = words[1].stop or said[1] in lexicon.determiners
    return not is_parted and not lexicon.commanding.particles.isdisjoint(said) and not is_command(words[1:2], lexicon)


def splits(words: Words, lexicon: Lexicon) -> list[tuple[Words, Words]]:
    """Every way of cutting it in two at a comma or at an "and", the first cut first."""
    said = texts(words)
    found: list[tuple[Words, Words]] = []
    for at in range(1, len(words) - 1):
        if words[at].stop:
            found.append((words[:at], words[at + 1 :]))
            continue
        conjunction = next((c for c in lexicon.conjunctions if said[at : at + len(c)] == c), None)
        if conjunction and at + len(conjunction) < len(words):
            found.append((words[:at], words[at + len(conjunction) :]))
    return found


def _prefix(said: tuple[str, ...], phrases: tuple[Phrase, ...]) -> Phrase | None:
    return next((p for p in phrases if said[: len(p)] == p), None)
