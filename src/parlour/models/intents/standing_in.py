"""Words that stand for a noun: "the left one", "the other one", "the others"."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from parlour.models.intents.clauses import Words, texts
from parlour.models.intents.index import NameIndex
from parlour.models.intents.normalise import Word
from parlour.models.intents.nouns import plural

_NOUNS = {"one": False, "ones": True, "others": True}
_OTHER = frozenset({"other", "others"})


def says_another(words: Words) -> bool:
    """Whether something else is meant than what was talked about: "the other lamp"."""
    return not _OTHER.isdisjoint(texts(words))


def in_full(words: Words, things: Sequence[str], index: NameIndex) -> Iterator[Words]:
    """The words with each noun that such things have in common; nothing where no word stands for one."""
    if not things or not (_OTHER | _NOUNS.keys()) & set(texts(words)):
        return
    for noun in (c for c in index.things[things[0]].classes if all(c in index.things[i].classes for i in things)):
        yield tuple(_with(words, noun))


def _with(words: Words, noun: str) -> Iterator[Word]:
    for word in words:
        if word.text in _NOUNS:
            said = plural(noun) if _NOUNS[word.text] else noun
            yield from (replace(word, text=text) for text in said.split())
        elif word.text != "other":
            yield word
