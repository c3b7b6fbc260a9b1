"""Which file somebody means who says its name and not its whole path."""

import re
import unicodedata
from collections.abc import Iterable

from parlour.toolkits.data.files.paths import Parts

_WORD = re.compile(r"[^\W_]+")


def meant(said: str, files: Iterable[Parts]) -> list[Parts]:
    """The files that have just these words as their path or name, with or without the ending: "the plan 2026" may be
    `notes/Plan_2026.md`. None for words that are no name.
    """
    wanted = _words(said)
    return [parts for parts in files if wanted and wanted in _names(parts)]


def _names(parts: Parts) -> set[tuple[str, ...]]:
    *above, name = parts
    plain = name.rpartition(".")[0] or name
    return {_words("/".join(path)) for path in ((*above, name), (*above, plain), (name,), (plain,))}


def _words(text: str) -> tuple[str, ...]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return tuple(_WORD.findall(folded))
