"""How many tokens a text has, for a model behind Chat Completions.

Where the extra `tokens` is installed, texts are counted with the vocabularies that OpenAI published, which the package
brings with it: nothing is fetched. OpenAI's own models are counted with their own; of all others nobody knows the
tokenizer here, and `cl100k_base` is nearer to most than bytes are. Without the extra it is the labelled estimate.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from importlib import import_module
from importlib.util import find_spec

from parlour.models.base import estimate_tokens

PACKAGE = "rs_bpe"
"""What the extra installs, as it is imported. Loading it takes a tenth of a second and some 60 MB, once."""

OTHERS = "cl100k_base"
"""The vocabulary for models whose own is not known."""
# As tiktoken's `model.py` has them, and what came after it.
_NEWER, _OLDER = "o200k_base", "cl100k_base"
_OF_OPENAI = {
    "gpt-3.5": _OLDER,
    "gpt-35": _OLDER,
    "gpt-4": _OLDER,
    "gpt-4o": _NEWER,
    "gpt-4.": _NEWER,
    "gpt-5": _NEWER,
    "gpt-oss": _NEWER,
    "chatgpt-4o": _NEWER,
    "o1": _NEWER,
    "o3": _NEWER,
    "o4": _NEWER,
}

KEPT_TEXTS = 2_048
"""So many texts are counted once: tools, the system's words and the talk before stand in every request anew."""
LONGEST_KEPT = 4_096
"""Longer texts, in characters, are counted each time: what is kept stays below some 32 MB."""

Count = Callable[[str], int]
"""How many tokens a text has; 0 for an empty one."""


def counting(model: str) -> Count:
    """How texts are counted for a model, by the provider's name for it. Loads its vocabulary, where there is one."""
    if find_spec(PACKAGE) is None:
        return estimate_tokens
    return _counting_with(vocabulary_of(model))


def vocabulary_of(model: str) -> str:
    """The name of the vocabulary that a model is counted with."""
    # Who has the models of many puts their makers before them: "openai/gpt-5"; who was trained further, its origin.
    own = model.rpartition("/")[2].removeprefix("ft:").lower()
    fitting = [beginning for beginning in _OF_OPENAI if own.startswith(beginning)]
    return _OF_OPENAI[max(fitting, key=len)] if fitting else OTHERS


@cache
def _counting_with(vocabulary: str) -> Count:
    published = import_module("rs_bpe.bpe").openai
    count: Count = (published.o200k_base() if vocabulary == _NEWER else published.cl100k_base()).count
    once = lru_cache(KEPT_TEXTS)(count)
    return lambda text: once(text) if len(text) <= LONGEST_KEPT else count(text)
