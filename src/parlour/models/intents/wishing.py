"""What somebody wants is asked for by whoever says so: "Juno wants the lamp blue" is "I want the lamp blue".

Only of things, as they are to be: what somebody wants done by somebody ("she wants me to …") is told of, not asked for.
"""

from collections.abc import Callable
from dataclasses import replace

from parlour.models.intents.aside_words import AsideWords
from parlour.models.intents.clauses import Words, bare, texts
from parlour.models.intents.lexicon import Lexicon
from parlour.models.intents.spelling import english_words

_WANTING = {"wants": ("want",), "want": ("want",), "needs": ("need",), "need": ("need",)}
_LIKING = frozenset({"like", "love"})
_WOULD = "would"
_WISHES = _WANTING.keys() | _LIKING
_AGAINST = frozenset({"but", "though", "although", "however", "yet", "while", "whereas", "unlike", "only", "so"})
_MOST = 3
_FEWEST = 3
_SAYING = frozenset({"i", "you", "it", "that", "this", "there", "these", "those"})
_NOBODY = frozenset({"nobody", "something", "everything", "anybody", "anyone"})


def as_own_wishes(words: Words, lexicon: Lexicon, aside: AsideWords, known: Callable[[str], bool]) -> Words:
    """The words with "I want" instead of each "Juno wants"; as they are where nobody is said to want a thing.

    So they are too where anything is said behind it, "she is grounded": then the wish may be told, and not shared.
    `known` says whether a word is vocabulary: what is not, and has a capital letter, is somebody's name.
    """
    said = texts(words)
    if _WISHES.isdisjoint(said) or not (_AGAINST | aside.negations).isdisjoint(said):
        return words
    while words[-1:] and words[-1].stop:
        words = words[:-1]
    start = max((at + 1 for at, w in enumerate(words) if w.stop and bare(words[at:], lexicon)), default=0)
    return (*words[:start], *_as_own_wish(words[start:], lexicon, aside, known))


def _as_own_wish(words: Words, lexicon: Lexicon, aside: AsideWords, known: Callable[[str], bool]) -> Words:
    said = texts(words)
    for at in range(1, min(_MOST, len(words) - _FEWEST) + 1):
        verb, end = _verb_at(said, at)
        if not verb:
            continue
        is_thing = words[end : end + 1] and _begins_thing(words, end, lexicon, known)
        if not is_thing or not _is_somebody(words[:at], lexicon, aside, known):
            return words
        first = replace(words[0], text="i")
        return (first, *(replace(words[at], text=text) for text in verb), *words[end:])
    return words


def _verb_at(said: tuple[str, ...], at: int) -> tuple[tuple[str, ...], int]:
    """What is said for the verb, and where it ends; () where it is no such verb."""
    if said[at] == _WOULD and said[at + 1] in _LIKING:
        return (_WOULD, said[at + 1]), at + 2
    return _WANTING.get(said[at], ()), at + 1


def _begins_thing(words: Words, at: int, lexicon: Lexicon, known: Callable[[str], bool]) -> bool:
    text = words[at].text
    return text in lexicon.determiners or (text not in lexicon.vocabulary and known(text)) or (text,) in lexicon.them


def _is_somebody(words: Words, lexicon: Lexicon, aside: AsideWords, known: Callable[[str], bool]) -> bool:
    """Whether these are people: "the kids", "she", "Juno". What is in no list of words may be a slip for "nobody"."""
    if any(w.stop for w in words):
        return False
    last = words[-1]
    if any(w.text not in lexicon.determiners for w in words[:-1]):
        return False
    if last.text in aside.pronouns:
        return len(words) == 1 and last.text not in _SAYING | _NOBODY
    if last.text in aside.people:
        return True
    is_name = last.raw[:1].isupper() and last.raw[1:].islower() and len(words) == 1
    barred = (
        (last.text,) in aside.never or last.text in aside.negations | lexicon.questions or last.text.endswith("ever")
    )
    is_written = last.raw.lower() == last.text and last.text in english_words()
    return is_name and is_written and not barred and not known(last.text)
