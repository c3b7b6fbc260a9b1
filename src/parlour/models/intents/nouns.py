"""Plurals of English nouns, as far as things in a house need them."""

_VES = frozenset({"shelf", "half", "knife", "leaf", "loaf"})


def plural(noun: str) -> str:
    """More than one of it: "light" is "lights", "switch" is "switches", "battery" is "batteries"."""
    head, _, last = noun.rpartition(" ")
    return f"{head} {_plural_word(last)}".strip()


def _plural_word(word: str) -> str:
    if word in _VES:
        return word.removesuffix("fe").removesuffix("f") + "ves"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    return word + "s"


def stem(word: str) -> str:
    """A word without the ending of a plural, so that "lamps" finds "lamp"; good for comparing, not for reading."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word
