"""A program that takes the text out of one document and can do nothing else: `extracting` runs it, apart from others.

It is started as a file, without the server's packages and environment, with the document as its input and little
memory, time and no right to write files. What it prints is JSON. So whatever a hostile document makes of it stays here.
"""

import importlib
import json
import os
import resource
import sys
import zipfile
from collections.abc import Iterator
from typing import IO, BinaryIO, NoReturn
from xml.parsers import expat

LOCKED, HOSTILE = 10, 12
"""How it ends: the document has a password; it unfolds to far too much. Any other end by a fault: it is broken."""

_LARGEST_XML = 64 * 1024 * 1024
"""In bytes: what the text of a docx may unfold to."""
_PIECE = 64 * 1024


class Cut(Exception):
    """There is as much text as is wanted."""


class Page:
    """The text so far."""

    def __init__(self, most: int) -> None:
        self.pieces: list[str] = []
        self._left = most

    def add(self, text: str) -> None:
        """Take some more. Raises Cut when it is enough."""
        self.pieces.append(text[: self._left])
        self._left -= len(text)
        if self._left < 0:
            raise Cut


def main(kind: str, most_chars: int, most_pages: int, seconds: int, memory: int) -> None:
    """Take the text out of the document that is the input."""
    _confine(seconds, memory)
    page, cut = Page(most_chars), False
    try:
        if kind == "pdf":
            cut = _pdf(sys.stdin.buffer, page, most_pages)
        else:
            _docx(sys.stdin.buffer, page)
    except Cut:
        cut = True
    except (MemoryError, RecursionError):
        _give_up()
    told = {"text": "".join(page.pieces), "cut": cut}
    sys.stdout.buffer.write(json.dumps(told).encode("ascii"))


def _confine(seconds: int, memory: int) -> None:
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
    ):
        resource.setrlimit(what, (most, most))


def _pdf(file: BinaryIO, page: Page, most_pages: int) -> bool:
    """Add the text of each page under its number; whether there are more pages."""
    pypdf = importlib.import_module("pypdf")
    reader = pypdf.PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        sys.exit(LOCKED)
    for number, each in enumerate(reader.pages, 1):
        if number > most_pages:
            return True
        page.add(f"[page {number}]\n")
        page.add(each.extract_text().strip() + "\n\n")
    return False


def _docx(file: BinaryIO, page: Page) -> None:
    with zipfile.ZipFile(file) as archive, archive.open("word/document.xml") as document:
        parser = expat.ParserCreate(namespace_separator=" ")
        # Entities that unfold without an end are declared there, and no docx has any.
        parser.StartDoctypeDeclHandler = _refuse
        words = _Words(page)
        parser.StartElementHandler, parser.EndElementHandler = words.start, words.end
        parser.CharacterDataHandler = words.said
        for piece in _pieces(document):
            parser.Parse(piece, False)
        parser.Parse(b"", True)


def _pieces(document: IO[bytes]) -> Iterator[bytes]:
    size = 0
    while piece := document.read(_PIECE):
        size += len(piece)
        if size > _LARGEST_XML:
            _give_up()
        yield piece


def _refuse(*_: object) -> None:
    _give_up()


def _give_up() -> NoReturn:
    """End at once: where no memory is left, even the exception that ends a program would find none."""
    os._exit(HOSTILE)


class _Words:
    """What is said in a document of Word, in the order of its elements."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._is_text = False
        self._cells = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "t":
            self._is_text = True
        elif tag == "tab":
            self._page.add("\t")
        elif tag in ("br", "cr"):
            self._page.add("\n")
        elif tag == "tc":
            self._cells += 1
        elif tag == "pStyle":
            self._page.add(_heading(attributes))

    def end(self, name: str) -> None:
        tag = name.rpartition(" ")[2]
        if tag == "t":
            self._is_text = False
        elif tag == "p":
            self._page.add(" " if self._cells else "\n")
        elif tag == "tc":
            self._cells -= 1
            self._page.add("\t")
        elif tag == "tr":
            self._page.add("\n")

    def said(self, text: str) -> None:
        if self._is_text:
            self._page.add(text)


def _heading(attributes: dict[str, str]) -> str:
    """As Markdown marks it."""
    style = next((value for key, value in attributes.items() if key.rpartition(" ")[2] == "val"), "")
    level = style.removeprefix("Heading")
    return f"{'#' * int(level)} " if style.startswith("Heading") and level in set("123456") else ""


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
