"""The tables for people who come from elsewhere: what is said to be here is served, what is to come later is not."""

import re
from collections.abc import Iterator
from functools import cache

import pytest

from gen.reference import called, members, type_of
from gen.rest import doors
from parlour.api.asgi import SOCKET
from parlour.protocol import commands, events
from tests.rules.sources import ROOT

PAGE = ROOT / "docs/coming-from.md"
ADDRESS = re.compile(r"`((?:GET|POST|PATCH|PUT|DELETE) /[^`]+)`")
FRAME = re.compile(r"`([a-z]+(?:_[a-z]+)+|subscribe|heartbeat|error|regenerate)`")
LATER = "later: "


@cache
def served() -> frozenset[str]:
    """What this version does: doors, commands that are carried out, frames that are sent."""
    spoken = called()
    frames = [*members(events.DurableEvent), *members(events.MomentFrame)]
    said = {type_of(frame) for frame in frames if frame.__name__ in spoken}
    return commands.SERVED | said | {door.name for door in doors()}


@cache
def known() -> frozenset[str]:
    """Every frame that has a name on the wire, served or not."""
    shapes = [*members(commands.ClientCommand), *members(events.DurableEvent), *members(events.MomentFrame)]
    return frozenset(type_of(shape) for shape in shapes)


def rows() -> Iterator[str]:
    """What stands on our side of each row."""
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("| ") and not line.startswith("| there"):
            yield line.strip("| ").rpartition(" | ")[2]


def names(ours: str) -> set[str]:
    """The addresses and frames in it."""
    return {*ADDRESS.findall(ours), *(frame for frame in FRAME.findall(ours) if frame in known())}


@pytest.mark.parametrize("ours", sorted({row for row in rows() if names(row)}))
def test_a_row_tells_the_truth(ours: str) -> None:
    for each in names(ours):
        if ours.startswith(LATER):
            assert each not in served(), f"{each} is served now: say so"
        else:
            assert each in served(), f"{each} is not served"


def test_the_page_names_the_socket_where_it_is() -> None:
    assert f"`{SOCKET}`" in PAGE.read_text("utf-8")
