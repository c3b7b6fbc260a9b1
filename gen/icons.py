"""Draws the mark of the house as PNG files, for home screens: `python -m gen.icons` writes `web/public/icons`.

The mark is the one of `web/src/ui/Mark.tsx` and `web/public/favicon.svg`: a half moon on a rounded ember square of 22
units. It changes as seldom as a name does, so this is run by hand and not with everything else: two
builds of zlib may pack the same picture differently.
"""

import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import hypot
from pathlib import Path

FOLDER = Path("web/public/icons")
UNITS = 22.0
CORNER = 7.0
EMBER = (0xA3, 0x46, 0x1D)
MOON = (0xFF, 0xFF, 0xFF)
FINENESS = 4
"""Each pixel is looked at in so many places across and down."""


@dataclass(frozen=True, slots=True)
class Icon:
    """A picture of `size` pixels; where it is `bleeding` the ground has no corners, and the moon keeps its distance."""

    name: str
    size: int
    bleeding: bool = False


ICONS = (
    Icon("192.png", 192),
    Icon("512.png", 512),
    Icon("maskable-192.png", 192, bleeding=True),
    Icon("maskable-512.png", 512, bleeding=True),
    Icon("apple-touch-icon.png", 180, bleeding=True),
)


def in_ground(x: float, y: float) -> bool:
    """Whether a point lies on the rounded square."""
    across, down = (max(CORNER - each, each - (UNITS - CORNER), 0.0) for each in (x, y))
    return hypot(across, down) <= CORNER


def in_moon(x: float, y: float) -> bool:
    """Whether a point lies on the moon: the left half of a disc, without what a larger disc beside it covers."""
    return x <= 13.5 and hypot(x - 13.5, y - 11) <= 5.5 and hypot(x - 13.5 - (7**2 - 5.5**2) ** 0.5, y - 11) > 7


def pixels(icon: Icon) -> Iterator[bytes]:
    """The rows of an icon, four bytes a pixel: red, green, blue, and how much of it is there."""
    zoom = 0.86 if icon.bleeding else 1.0
    for row in range(icon.size):
        yield b"".join(_pixel(icon, zoom, column, row) for column in range(icon.size))


def _pixel(icon: Icon, zoom: float, column: int, row: int) -> bytes:
    ground = _share(icon.size, 1.0, column, row, in_ground) if not icon.bleeding else 1.0
    moon = _share(icon.size, zoom, column, row, in_moon)
    colours = (round(e + (m - e) * moon) for e, m in zip(EMBER, MOON, strict=True))
    return bytes((*colours, round(255 * ground)))


def _share(size: int, zoom: float, column: int, row: int, inside: Callable[[float, float], bool]) -> float:
    """How much of a pixel lies inside of a shape that is drawn at `zoom` around the middle."""

    def unit(place: int, step: int) -> float:
        along = (place + (step + 0.5) / FINENESS) / size * UNITS
        return (along - UNITS / 2) / zoom + UNITS / 2

    steps = range(FINENESS)
    hits = sum(inside(unit(column, across), unit(row, down)) for across in steps for down in steps)
    return hits / FINENESS**2


def png(size: int, rows: Iterator[bytes]) -> bytes:
    """A PNG file of `size` by `size` pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def main() -> int:
    """Write every icon below the current folder."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for icon in ICONS:
        (FOLDER / icon.name).write_bytes(png(icon.size, pixels(icon)))
        print(f"wrote {FOLDER / icon.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
