"""Corrections: "set it to 20, no, 21 degrees" is "set it to 21 degrees".

What stands behind "no, wait" is meant instead of as much before it as it can stand for: the words that make a request
that is understood, the least of them first.
"""

from collections.abc import Callable, Iterator

from parlour.models.intents.clauses import Words, bare, is_command, texts
from parlour.models.intents.lexicon import Lexicon

_MOST_REPLACED = 6
_MOST_BEHIND = 10


def corrected(words: Words, lexicon: Lexicon, names: Callable[[Words], bool]) -> Iterator[Words]:
    """Every way in which words with a correction in them may be meant, the one that keeps most first.

    What `names` something is replaced only by what does so too.
    """
    for at in range(1, len(words) - 1):
        said = texts(words[at:])
        marker = next((p for p in lexicon.corrections if said[: len(p)] == p), ())
        if not marker:
            continue
        before, meant = bare(words[:at], lexicon), bare(words[at + len(marker) :], lexicon)
        if not before or not meant or len(meant) > _MOST_BEHIND:
            return
        if is_command(meant, lexicon):
            yield meant
            return
        last = len(before)
        ends = (last, *range(2, last))
        spans = [(end - size, end) for end in ends for size in range(1, min(_MOST_REPLACED, end - 1) + 1)]
        is_named = names(meant)
        yield from ((*before[:a], *meant, *before[b:]) for a, b in spans if is_named or not names(before[a:b]))
        return
