"""What a page names is there: pages, headings, pictures, settings, codes, and the sentences that it quotes."""

import re
import struct
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from gen.reference import called
from parlour.environment import described
from tests.docs.blocks import pages
from tests.docs.codes import sent, tables
from tests.rules.sources import ROOT, files, name

EVERY = [*pages(), ROOT / "CHANGELOG.md"]
EXPLAINING = [ROOT / "docs/how-to/troubleshooting.md", *sorted((ROOT / "docs/reference").glob("*.md"))]
CODE_BLOCK = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\((?!https?:|mailto:)([^)\s]*)\)|(?:src|srcset)=\"(?!https?:)([^\"]+)\"")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
SETTING = re.compile(r"\b[A-Z]+(?:_[A-Z]+)+\b")
QUOTED = re.compile(r"“([^”]+)”")
PICTURE_LIMIT = 300_000
"""Bytes. A picture is a part of every clone, for ever."""
NOT_SETTINGS = {"OLLAMA_CONTEXT_LENGTH", "PARLOUR_LINK", "PARLOUR_TOKEN", "PARLOUR_URL", "POSTGRES_PASSWORD"}
"""What the examples call things of their own."""
ASKED_FOR = re.compile(r"\$\{(\w+)")
"""What the compose file is given."""


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def slug(heading: str) -> str:
    """The anchor that a heading gets where the pages are shown."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
    return re.sub(r"[^\w\- ]", "", words).strip().replace(" ", "-")


@cache
def anchors(page: Path) -> frozenset[str]:
    return frozenset(slug(heading) for heading in HEADING.findall(CODE_BLOCK.sub("", text_of(page))))


@pytest.mark.parametrize("page", EVERY, ids=name)
def test_a_link_leads_to_a_page_and_a_heading_that_are_there(page: Path) -> None:
    for pair in LINK.findall(CODE_BLOCK.sub("", text_of(page))):
        path, _, heading = (pair[0] or pair[1]).partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name(page)} leads to {path}"
        assert not heading or heading in anchors(target), f"{name(page)} leads to #{heading} of {name(target)}"


def test_pictures_are_small_and_what_they_are_called() -> None:
    for picture in files("docs", suffixes=(".png",)):
        raw = picture.read_bytes()
        assert raw.startswith(b"\x89PNG"), f"{name(picture)} is no PNG"
        width, height = struct.unpack(">II", raw[16:24])
        assert min(width, height) > 300, f"{name(picture)} shows next to nothing"
        assert len(raw) < PICTURE_LIMIT, f"{name(picture)} has {len(raw):,} bytes"


@pytest.mark.parametrize("page", EVERY, ids=name)
def test_a_setting_that_a_page_names_is_one(page: Path) -> None:
    given = ASKED_FOR.findall(text_of(ROOT / "deploy/compose.yaml"))
    known = {setting.name for setting in described()} | NOT_SETTINGS | set(given)
    lines = text_of(page).splitlines()
    ours = [line.rpartition(" | ")[2] if page.name == "coming-from.md" else line for line in lines]
    named = {found for line in ours for found in SETTING.findall(line)}
    assert named <= known, f"{name(page)} names {sorted(named - known)}"


@pytest.mark.parametrize("page", EVERY, ids=name)
def test_a_code_that_a_page_explains_is_sent(page: Path) -> None:
    explained = set(tables(page))
    assert explained <= sent(), f"{name(page)} explains {sorted(explained - sent())}"


def test_every_code_that_is_sent_is_explained() -> None:
    explained = {code for page in EXPLAINING for code in tables(page)}
    assert sent() <= explained, f"say what to do about {sorted(sent() - explained)}"


# --- what it says, in its own words ----------------------------------------------------------------------------------


@cache
def sayings() -> tuple[str, ...]:
    """Everything that the server and the page may say: their sources, with long sentences put together again."""
    found = [*files("src", suffixes=(".py",)), *files("web/src", suffixes=(".ts", ".tsx"))]
    return tuple(joined(text_of(path)) for path in found if ".test." not in path.name)


def joined(source: str) -> str:
    """A source in which every sentence stands on one line."""
    return re.sub(r"\s+", " ", re.sub(r"\"\s*\n\s*f?\"", "", source))


def says(source: str, quoted: str) -> bool:
    """Whether a sentence is there; the page says `…` where a value or more words come."""
    quoted = quoted.removeprefix("… ")
    return re.search(".{,80}?".join(map(re.escape, re.split(r"(?<=\S) *… *(?=\S)", quoted))), source) is not None


def quotations() -> Iterator[str]:
    text = CODE_BLOCK.sub("", text_of(ROOT / "docs/how-to/troubleshooting.md"))
    yield from QUOTED.findall(text)


@pytest.mark.parametrize("quoted", sorted(set(quotations())))
def test_what_troubleshooting_quotes_is_said(quoted: str) -> None:
    assert any(says(source, quoted) for source in sayings()), f"nothing says “{quoted}” any more"


def test_the_page_of_keys_tells_every_key_and_no_other() -> None:
    source = text_of(ROOT / "web/src/app/keys.ts")
    told = re.findall(r"^\| (\S.*) \| (\S.*) \|$", text_of(ROOT / "docs/how-to/keyboard.md"), re.MULTILINE)
    known = re.findall(r"\[\[(.+?)\], \"(.+?)\"\]", source)
    assert len(known) > 5
    assert told == [(keys.replace("COMMAND", "⌘").replace('"', "").replace(",", ""), does) for keys, does in known]


def test_the_reference_tells_which_frames_are_not_sent_yet() -> None:
    assert {"StreamChunk", "Ack", "EntityChanged"} <= called()
