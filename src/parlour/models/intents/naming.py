"""Words of a person's own: a new name, kept as it was written, and what something new is.

A name ends where it was said to end. Without quotes it is either written with capitals to its last word, or it is a
few plain nouns, the first perhaps with a capital: "Big Lamp tomorrow" is no name, and so nothing is named.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from parlour.models.intents.frames import Grammar
from parlour.models.intents.lexicon import Lexicon
from parlour.models.intents.normalise import Word, fold
from parlour.models.intents.tagging import Tag

_QUOTES = {'"': '"', "“": "”", "„": "“", "'": "'", "‘": "’", "«": "»"}
Manner = Literal["quoted", "proper", "plain"]
_MOST_QUOTED = 10
_MOST_CAPITAL = 6
_MOST_PLAIN = 3
_LONGEST_NOUN = 4


def name_said(
    words: Sequence[Word], text: str, lexicon: Lexicon, manner: Manner, taken: Callable[[str], bool] = lambda _: False
) -> str | None:
    """The name that these words give, as it stands in `text`; None where it may hold more than a name.

    Without quotes it counts only where it may be "proper", with capitals, and without these only where "plain". With
    one capital in front it goes on only with words that are not `taken`: in "Library upstairs" the name is over.
    """
    if not words:
        return None
    start, end = words[0].start, words[-1].end
    said = text[start:end]
    before, behind = text[start - 1 : start], text[end : end + 1]
    if before and _QUOTES.get(before) == behind:
        return said if len(words) <= _MOST_QUOTED else None
    if manner == "quoted" or any(w.stop for w in words) or any(quote in said for quote in '"“”„«»'):
        return None
    few = len(words) <= _MOST_PLAIN and all(_is_plain(w.text, lexicon) for w in words)
    if said[:1].isupper():
        if (
            manner == "plain"
            and few
            and len(words) > 1
            and all(text[w.start : w.start + 1].islower() and not taken(w.text) for w in words[1:])
        ):
            return said
        fine = len(words) <= _MOST_CAPITAL and all(_begins_a_name(text[w.start : w.start + 1]) for w in words)
        return said if fine else None
    return said if manner == "plain" and few else None


def _begins_a_name(letter: str) -> bool:
    """Whether it is a capital or a digit; nothing stands where a word was put in behind what was written."""
    return letter.isupper() or letter.isdigit()


def _is_plain(word: str, lexicon: Lexicon) -> bool:
    """Whether it is no word that builds sentences, asks, commands or tells a time."""
    building = (
        word in lexicon.determiners
        or word in lexicon.text_stops
        or word in lexicon.elsewhen
        or word in lexicon.questions
        or word in lexicon.commands
        or (word,) in lexicon.fillers
        or any(word in c for c in lexicon.conjunctions)
        or any(word in p for p in (*lexicon.it, *lexicon.them, *lexicon.there))
    )
    return word.isalnum() and not building


def new_thing(words: Sequence[Word], text: str, grammar: Grammar, known: Callable[[str], bool]) -> Tag | None:
    """What something new is: "a floor lamp" is a device of the class lamp that is called so; None for no such thing."""
    lexicon = grammar.lexicon
    while words and (words[0].text in lexicon.determiners or words[0].text in lexicon.commanding.newly):
        words = words[1:]
    texts = tuple(w.text for w in words)
    for size in range(min(len(texts), _LONGEST_NOUN), 0, -1):
        before, noun = texts[:-size], texts[-size:]
        makes = _made(noun, grammar)
        if makes is None:
            continue
        if any(w.stop for w in words) or not all(known(w) or w in lexicon.commanding.describing for w in before):
            return None
        if any(not _is_plain(w, lexicon) and w not in lexicon.commanding.describing for w in before):
            return None
        said = " ".join(w.raw if fold(w.raw) == w.text else w.text for w in words)
        return Tag("new", 0, len(texts), value=said if said[:1].isupper() else said.title(), makes=makes)
    return None


def _made(noun: tuple[str, ...], grammar: Grammar) -> tuple[str, str] | None:
    kind = grammar.makes.get(noun)
    if kind is not None:
        return kind, ""
    known = grammar.nouns.get(noun)
    return (grammar.kind_of_class, known.name) if known and not known.plural and grammar.kind_of_class else None
