"""Text to words: folded, contractions opened, number words as digits. What was written stays beside each word."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

_FILE = r"[^\W_][\w./-]*\.(?:csv|docx|html?|ini|json|log|md|pdf|py|sql|toml|tsv|txt|xml|ya?ml)(?!\w)"
_TOKEN = re.compile(_FILE + r"|\d+[.,]\d+(?!\w|[.,]\d)|[^\W_]+(?:['’][^\W_]+)?|[.?!;:,&]|[^\s\w]|_")
_SENTENCE = frozenset(".?!;")
_MAX_WORDS = 60


@dataclass(frozen=True, slots=True)
class Word:
    """One word. `text` is folded for matching; `raw` and the offsets are as it was written."""

    text: str
    raw: str
    start: int
    end: int
    stop: bool = False
    """Whether it is a mark that ends or parts a sentence, and no word."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """How written English is opened into words: contractions and number words."""

    contractions: Mapping[str, tuple[str, ...]]
    numbers: Mapping[str, str]


def fold(text: str) -> str:
    """Lower case, without accents: "Café" is "cafe"."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).lower().replace("’", "'")


def words_of(text: str, spoken: Spoken) -> tuple[Word, ...]:
    """The words of `text` in order, at most sixty; marks that part sentences are kept as words with `stop`.

    The name of a file is one word: "notes/plan.md" ends no sentence.
    """
    words: list[Word] = []
    for match in _TOKEN.finditer(text):
        raw = match.group()
        if raw in _SENTENCE or raw in {",", ":"}:
            words.append(Word("," if raw in {",", ":"} else ".", raw, match.start(), match.end(), True))
        elif raw == "&":
            words.append(Word("and", raw, match.start(), match.end()))
        elif raw[0].isalnum():
            words.extend(Word(part, raw, match.start(), match.end()) for part in _opened(fold(raw), spoken))
        elif raw not in "-–'’\"“”()*":
            words.append(Word(raw, raw, match.start(), match.end()))
        if len(words) > _MAX_WORDS:
            break
    return tuple(words)


def plain_words(name: str, spoken: Spoken) -> tuple[str, ...]:
    """The words of a name, folded as those of a question are, so that they can be compared."""
    return tuple(w.text for w in words_of(name, spoken) if not w.stop)


def _opened(word: str, spoken: Spoken) -> tuple[str, ...]:
    if word in spoken.contractions:
        return spoken.contractions[word]
    if word in spoken.numbers:
        return (spoken.numbers[word],)
    if word.endswith("n't"):
        return (word[:-3], "not")
    if "'" in word:
        if word.replace("'", "") in spoken.contractions:
            return spoken.contractions[word.replace("'", "")]
        stem, _, ending = word.partition("'")
        return (stem,) if ending == "s" else (stem, ending)
    return (word,)
