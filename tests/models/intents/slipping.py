"""One slip of the finger in a question: what people who type quickly do to any letter of it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from parlour.models.intents.frames import Grammar
from parlour.models.intents.index import NameIndex
from parlour.models.intents.outcome import Plan
from tests.models.intents.asking import spoken, understood

_NEAR = {
    **dict(zip("qwertyuiop", ("wa", "qes", "wrd", "etf", "ryg", "tuh", "yij", "uok", "ipl", "ol"), strict=True)),
    **dict(zip("asdfghjkl", ("qsz", "adwx", "sfec", "dgrv", "fhtb", "gjyn", "hkum", "jli", "kop"), strict=True)),
    **dict(zip("zxcvbnm", ("xa", "zcs", "xvd", "cbf", "vng", "bmh", "nj"), strict=True)),
}
"""The keys beside each key."""


@dataclass(frozen=True)
class Slip:
    """A question as it was meant and as it was typed, and what each comes to."""

    meant: str
    typed: str
    right: str
    got: str

    @property
    def kept(self) -> bool:
        """The slip changed nothing."""
        return self.right == self.got

    @property
    def harmful(self) -> bool:
        """Something else was looked up."""
        return "(" in self.got and not self.kept


def slipped(text: str, draw: random.Random) -> str:
    """`text` with one letter left out, doubled or mistyped for the key beside it, or two letters exchanged."""
    places = [at for at in range(len(text)) if text[at].lower() in _NEAR]
    while True:
        at = draw.choice(places)
        near = draw.choice(_NEAR[text[at].lower()])
        typed = draw.choice(
            (
                text[:at] + text[at + 1 :],
                text[:at] + near + text[at + 1 :],
                text[: at + 1] + near + text[at + 1 :],
                text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :],
            )
        )
        moved = text[at : at + 2].replace(" ", "")
        if (
            typed != text
            and (not moved or moved.isalpha())
            and typed.split()
            and len(typed.split()) == len(text.split())
        ):
            return typed


def slips(texts: list[str], grammar: Grammar, index: NameIndex, count: int, seed: int) -> Iterator[Slip]:
    """`count` slips in questions that are answered when they are typed well."""
    draw = random.Random(seed)
    answered = {t: spoken(o) for t in texts if isinstance(o := understood(t, grammar, index), Plan)}
    meant = list(answered)
    for _ in range(count):
        text = draw.choice(meant)
        typed = slipped(text, draw)
        yield Slip(text, typed, answered[text], spoken(understood(typed, grammar, index)))
