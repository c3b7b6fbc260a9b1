"""Colours: the names that people use, and whether two are the same to the eye."""

import re

NAMED = {
    "red": "#ff0000", "orange": "#ff8000", "amber": "#ffbf00", "gold": "#ffd700", "yellow": "#ffff00",
    "lime": "#bfff00", "green": "#00ff00", "turquoise": "#40e0d0", "cyan": "#00ffff", "teal": "#008080",
    "light blue": "#add8e6", "blue": "#0000ff", "indigo": "#4b0082", "violet": "#8000ff", "purple": "#800080",
    "magenta": "#ff00ff", "pink": "#ff80c0", "coral": "#ff7f50", "white": "#ffffff", "warm white": "#ffd6aa",
}  # fmt: skip
"""Colours that go by a name."""
_HEX = re.compile(r"#[0-9a-f]{6}")
_ALIKE = 40
"""How far apart, of 255 in each of red, green and blue, two may be and still be taken for one."""


def canonical_color(said: str) -> str | None:
    """A colour as it is kept: a name, or "#ff8800"; None for what is none."""
    text = " ".join(said.casefold().replace("-", " ").replace("_", " ").split())
    known = text if text in NAMED or _HEX.fullmatch(text) else text.removesuffix(" light")
    return known if known in NAMED or _HEX.fullmatch(known) else None


def rgb(color: str) -> tuple[int, int, int] | None:
    """Red, green and blue of a colour in its one form; None for what is none."""
    text = NAMED.get(color, color)
    if not _HEX.fullmatch(text):
        return None
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def same_color(one: str, other: str) -> bool:
    """Whether two colours look the same. Lamps give back what they can show, which is seldom what was asked."""
    first, second = rgb(one), rgb(other)
    if first is None or second is None:
        return one == other
    return all(abs(a - b) <= _ALIKE for a, b in zip(first, second, strict=True))


def color_words(color: str) -> str:
    """A colour in words: its name, or that of one that looks the same; "" for white and what has no name."""
    known = color if color in NAMED else next((name for name in NAMED if same_color(name, color)), "")
    return "" if known == "white" else known
