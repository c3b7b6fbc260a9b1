"""Laying parts over words: words to choose from, and gaps that take whatever stands between them."""

from collections.abc import Iterator, Sequence

from parlour.models.intents.frames import Part
from parlour.models.intents.variants import Phrase

Span = tuple[int, int]


def laid(parts: Sequence[Part], texts: Phrase, at: int) -> Iterator[dict[str, Span]]:
    """Every way of laying the parts over the words from `at` to the end."""
    if not parts:
        if at == len(texts):
            yield {}
        return
    part, rest = parts[0], parts[1:]
    if part.slot:
        for end in range(at + 1, len(texts) - sum(p.required for p in rest) + 1):
            for spans in laid(rest, texts, end):
                yield {part.slot: (at, end), **spans}
    for choice in part.choices:
        if texts[at : at + len(choice)] == choice:
            yield from laid(rest, texts, at + len(choice))
    if not part.required:
        yield from laid(rest, texts, at)
