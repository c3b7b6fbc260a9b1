"""What is said beside a request, in full and in one wording: "dinner's ready" is "dinner is ready"."""

from parlour.models.intents.aside_words import AsideWords
from parlour.models.intents.clauses import Words
from parlour.models.intents.normalise import Word
from parlour.models.intents.variants import Phrase

_OURS = (("i",), ("we",))
_NEEDING = (("could", "do", "with"), ("could", "use"), ("can", "do", "with"), ("could", "really", "do", "with"))
_WILLING = frozenset({"i", "we", "he", "she", "they"})
_TONIGHT = "tonight"
_IMPERSONAL = "it"
_FOR = ("for", "to")
_ALONE = frozenset({"me", "us"})


def in_full(said: Phrase, words: AsideWords) -> Phrase:
    """ "Still too dark for my eyes" is "it is too dark …"; "I am the last one in tonight" tells how it is now."""
    return _felt(_now(said, words), words)


def _felt(said: Phrase, words: AsideWords) -> Phrase:
    """With "it is" before how it is for somebody."""
    start = next((at for at, w in enumerate(said) if w not in words.adverbs or w in ("too", "so")), 0)
    degree = words.degrees.at(said, start)
    at = start + len(degree)
    is_felt = bool(degree) and said[at : at + 1] != () and said[at] in words.felt
    return ("it", "is", *said) if is_felt and (not said[at + 1 :] or said[at + 1] in _FOR) else said


def _now(said: Phrase, words: AsideWords) -> Phrase:
    """Without a "tonight" of people who are somewhere, or somehow, already; who goes, or will be, is there later."""
    if said[-1:] != (_TONIGHT,) or len(said) < 4 or said[1] not in words.being:
        return said
    is_alone = said[0] == _IMPERSONAL and said[-2] in _ALONE
    if not is_alone and said[0] not in words.pronouns - words.impersonal:
        return said
    later = (w for w in said[2:-1] if w in words.absent or w.endswith("ing"))
    return said if any(later) else said[:-1]


def wanting(said: Phrase) -> Phrase:
    """ "She would like to" is "she wants to"; "it could do with" is "it needs"; "I would not trust" tells of now."""
    for at in range(1, len(said) - 1):
        if said[at] == "would" and said[at + 1] in ("like", "love", "prefer"):
            return (*said[:at], "wants", *said[at + 2 :])
        size = next((len(p) for p in _NEEDING if said[at : at + len(p)] == p), 0)
        if size:
            return (*said[:at], "needs", *said[at + size :])
        if said[at : at + 2] == ("would", "not") and said[at - 1] in _WILLING:
            return (*said[:at], "will", *said[at + 1 :])
    return said


def will(said: Phrase) -> Phrase:
    """ "We shall be outside" tells as much as "we will"; of others it would be an order, or a promise."""
    return tuple("will" if w == "shall" and said[at - 1 : at] in _OURS else w for at, w in enumerate(said))


def opened(word: Word, behind: Words) -> tuple[str, ...]:
    """ "Dinner's" in "dinner's ready" is "dinner is", and so is "its" in "its cold"."""
    if word.text == "its":
        return ("it", "is")
    is_short = word.raw.lower().replace("’", "'") == f"{word.text}'s" and not (behind and behind[0].start == word.start)
    return (word.text, "is") if is_short else (word.text,)
