"""What a command names once more of all that it is told to: "every light upstairs, night lamps and all"."""

from collections.abc import Callable, Sequence

from parlour.models.intents.clauses import Words, texts, without_commas
from parlour.models.intents.index import NameIndex
from parlour.models.intents.lexicon import Lexicon
from parlour.models.intents.tagging import Reading

_MOST = 4


def included(words: Words, lexicon: Lexicon) -> tuple[Words, Words] | None:
    """What is told, and the words for a part of it; None where nothing is named once more."""
    ending = lexicon.commanding.including.ending(texts(words))
    at = next((at for at in range(len(words) - 1, 0, -1) if words[at].stop), 0)
    part = words[at + 1 : len(words) - len(ending)]
    if not ending or not at or not 0 < len(part) <= _MOST:
        return None
    return without_commas(words[:at]), part


def is_part_of(
    part: Words, told: Sequence[str], index: NameIndex, lexicon: Lexicon, tagger: Callable[[Words], list[Reading]]
) -> bool:
    """Whether these words name some of what is told something, and nothing else."""
    reading = tagger(part)[0]
    covered = {at for tag in reading for at in range(tag.start, tag.end)}
    loose = {w.text for at, w in enumerate(part) if at not in covered}
    if not reading or loose - lexicon.determiners - lexicon.commanding.describing:
        return False
    for tag in reading:
        meant = (
            tag.ids if tag.role == "name" else index.classes.get(tag.value, set[str]()) if tag.role == "class" else ()
        )
        if not set(told) & set(meant):
            return False
    return True
