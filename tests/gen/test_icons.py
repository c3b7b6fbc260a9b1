"""The pictures for home screens show the mark of the house, and are what the script draws."""

import re
import struct
import zlib

import pytest

from gen.icons import FOLDER, ICONS, Icon, pixels
from tests.rules.sources import ROOT

SMALL = [icon for icon in ICONS if icon.size < 200]


@pytest.mark.parametrize("icon", SMALL, ids=lambda icon: icon.name)
def test_a_picture_is_what_the_script_draws(icon: Icon) -> None:
    assert unpacked(icon) == list(pixels(icon))


@pytest.mark.parametrize("icon", ICONS, ids=lambda icon: icon.name)
def test_a_picture_has_the_size_it_is_named_for_and_a_moon_on_ember(icon: Icon) -> None:
    rows = unpacked(icon)
    assert len(rows) == icon.size
    assert {len(row) for row in rows} == {4 * icon.size}
    middle = rows[icon.size // 2]
    assert middle[0:4] == bytes((0xA3, 0x46, 0x1D, 0xFF))
    moon = round(icon.size * 0.42) * 4
    assert middle[moon : moon + 4] == b"\xff\xff\xff\xff"
    corner = rows[0][3]
    assert corner == (255 if icon.bleeding else 0)


def test_the_page_the_icon_of_its_tab_and_the_pictures_share_one_drawing() -> None:
    in_the_page = (ROOT / "web/src/ui/Mark.tsx").read_text()
    in_the_tab = (ROOT / "web/public/favicon.svg").read_text()
    assert shapes(in_the_page) == shapes(in_the_tab)
    assert shapes(in_the_tab)[0] == "M13.5 5.5a5.5 5.5 0 1 0 0 11 7 7 0 0 1 0-11Z"


def shapes(drawing: str) -> list[str]:
    """The path of a drawing, and the square it stands on."""
    return [*re.findall(r'\bd="([^"]+)"', drawing), *re.findall(r'width="(22)" height="(22)" rx="(7)"', drawing)[0]]


def unpacked(icon: Icon) -> list[bytes]:
    """The rows of a committed picture, four bytes a pixel."""
    data = (ROOT / FOLDER / icon.name).read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    assert (width, height) == (icon.size, icon.size)
    start = data.index(b"IDAT")
    (length,) = struct.unpack(">I", data[start - 4 : start])
    lines = zlib.decompress(data[start + 4 : start + 4 + length])
    step = 4 * width + 1
    assert {lines[at] for at in range(0, len(lines), step)} == {0}
    return [lines[at + 1 : at + step] for at in range(0, len(lines), step)]
