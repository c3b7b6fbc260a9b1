"""Words as they are compared: plain letters, no case, no articles."""

import re
import unicodedata

_WORD = re.compile(r"\w+(?:['’]\w+)*")
_SHORT_COMPOUND = re.compile(r"\b(\w{1,2})-(\w)")
"""Wi-Fi and e-mail are written with and without the hyphen, and are one word."""
_ARTICLES = frozenset({"the", "a", "an", "my", "our", "your", "this", "that"})

FILLERS = frozenset(
    """
    the a an my our your this that of in on at to for with and or is are was be it its from by any all some
    there where what which who how do does can could please show me find search look tell about i we you
    """.split()  # noqa: SIM905
)
"""Words that say nothing about what is looked for."""


def fold(text: str) -> str:
    """`text` in lower case without accents, so that "Café" and "cafe" are one word on every database."""
    text = _SHORT_COMPOUND.sub(r"\1\2", text)
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text).casefold().replace("’", "'")
    plain = unicodedata.normalize("NFKD", decomposed)
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def words(text: str) -> list[str]:
    """The words of `text`, folded, possessives without their ending."""
    return [match.removesuffix("'s").replace("'", "") for match in _WORD.findall(fold(text))]


def telling(text: str) -> list[str]:
    """The words of `text` that say what is meant; all of them when none does."""
    found = words(text)
    return [word for word in found if word not in FILLERS] or found


def name_form(text: str) -> str:
    """A name in the one form by which names are compared: folded, without a leading article."""
    found = words(text)
    while len(found) > 1 and found[0] in _ARTICLES:
        found = found[1:]
    return " ".join(found)


def stem(word: str) -> str:
    """A word without the commonest English endings, just enough to let plurals meet their singulars."""
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word[: -len(ending)] + instead
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word
