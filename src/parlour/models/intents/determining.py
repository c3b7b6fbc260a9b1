"""Before a noun, "that", "these" or "her" only say which; alone they stand for something: "that lamp", "that"."""

from collections.abc import Set
from dataclasses import replace

from parlour.models.intents.clauses import Words, texts
from parlour.models.intents.index import NameIndex
from parlour.models.intents.lexicon import Lexicon

_POINTING = frozenset({"that", "this", "those", "these", "his", "her", "their"})


def plainly_determined(words: Words, index: NameIndex, lexicon: Lexicon, structure: Set[str]) -> Words:
    """The words with "the" instead of such a word right before a name or a noun of the home, or a part of one.

    What is of the `structure` of sentences is no part of a name there. What one thinks of a thing is left out between:
    "that blasted lamp".
    """
    words = tuple(w for at, w in enumerate(words) if not _is_dressing(words, at, index, lexicon, structure))
    said = texts(words)
    return tuple(
        replace(word, text="the") if word.text in _POINTING and _is_named(said, at + 1, index, structure) else word
        for at, word in enumerate(words)
    )


def _is_dressing(words: Words, at: int, index: NameIndex, lexicon: Lexicon, structure: Set[str]) -> bool:
    word, before = words[at].text, words[at - 1].text if at else ""
    if word not in lexicon.dressing or before not in lexicon.determiners | lexicon.dressing or index.knows(word):
        return False
    behind = at + 1
    while behind < len(words) and words[behind].text in lexicon.dressing:
        behind += 1
    return _is_named(texts(words), behind, index, structure)


def _is_named(said: tuple[str, ...], at: int, index: NameIndex, structure: Set[str]) -> bool:
    word = said[at] if at < len(said) else ""
    is_part = index.knows(word) and word not in structure
    return is_part or bool(index.trie.longest(said, at)[1] or index.noun_at(said, at)[1])
