"""Corrections: "set it to 20, no, 21 degrees" is "set it to 21 degrees".

What stands behind "no, wait" is meant instead of as much before it as it can stand for: the words that make a request
that is understood, the least of them first.
"""

from collections.abc import Callable, Iterator

from parlour.models.intents.clauses import Words, bare, is_command, texts
from parlour.models.intents.lexicon import Lexicon
from parlour.models.intents.normalise import Word

_NO = "no"
_MOST_REPLACED = 6
_MOST_BEHIND = 10


def corrected(words: Words, lexicon: Lexicon, names: Callable[[Words], bool]) -> Iterator[Words]:
    """Every way in which words with a correction in them may be meant, the one that keeps most first.

    What `names` something is replaced only by what does so too.
    """
    for at in range(1, len(words) - 1):
        said = texts(words[at:])
        marker = lexicon.corrections.at(said)
        behind = said[len(marker) : len(marker) + 1]
        if not marker or (marker[-1] == _NO and behind and behind[0] in lexicon.denied_by_no):
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


def taken_back(words: Words, lexicon: Lexicon) -> Words:
    """What is meant instead of what was done before: "sorry, not that one. The curtains" is "no the curtains".

    As it was said, where nothing is taken back, or nothing is said instead.
    """
    said = texts(words)
    at, found = 0, False
    while at < len(words):
        if words[at].stop:
            at += 1
            continue
        if said[at] in lexicon.sighing:
            at += 1
            continue
        phrase = lexicon.taking_back.at(said, at)
        end = at + len(phrase)
        is_open = bool(phrase) and phrase[-1] in lexicon.meaning
        if not phrase or not (is_open or words[end : end + 1] == () or _ends_there(words, end, lexicon)):
            break
        at, found = end, True
    rest = words[at:]
    if not found or not rest:
        return words
    if _is_new(rest, lexicon):
        return rest
    end = words[0].end
    return Word(_NO, _NO, words[0].start, end), Word(",", ",", end, end, True), *rest


def _ends_there(words: Words, end: int, lexicon: Lexicon) -> bool:
    return words[end].stop or bool(lexicon.taking_back.at(texts(words), end))


def _is_new(words: Words, lexicon: Lexicon) -> bool:
    """Whether it stands by itself: a command, or a request."""
    return is_command(bare(words, lexicon), lexicon) or bool(lexicon.requests.at(texts(words)))
