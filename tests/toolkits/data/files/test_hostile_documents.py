"""A document that is made to do harm is left alone, says so, and takes nothing down."""

import asyncio
import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import pytest

from parlour.toolkits.data.files.settings import MEGABYTE, FilesLimits
from parlour.tools.outcomes import Failed
from tests.toolkits.data.files.conftest import Files, Give, docx, pdf, written

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
TIGHT = FilesLimits(extract_s=5.0, extract_memory=256 * MEGABYTE, text_chars=10_000, pages=2)
FAR_TOO_MUCH = "far more time or memory"
BROKEN = "is broken: no text can be taken out of it"


def billion_laughs() -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    return docx(xml=f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "ha">{entities}]><d>&e11;</d>')


def outside_entity(secret: Path) -> bytes:
    head = f'<!DOCTYPE d [<!ENTITY e SYSTEM "file://{secret}">]>'
    return docx(xml=f'{head}<w:document xmlns:w="{WORD}"><w:t>&e;</w:t></w:document>')


@cache
def zip_bomb() -> bytes:
    """Some hundred kilobytes that unfold to as many megabytes of elements in each other."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as inner:
        inner.write(f'<w:document xmlns:w="{WORD}">'.encode())
        for _ in range(200):
            inner.write(b"<w:x>" * 200_000)
    return made.getvalue()


def stream_bomb(megabytes: int) -> bytes:
    """A page whose drawing unfolds to so many commands."""
    squeezing = zlib.compressobj(9)
    commands = b"BT /F1 9 Tf (a) Tj ET " * 47_000
    packed = b"".join(squeezing.compress(commands) for _ in range(megabytes)) + squeezing.flush()
    font = b"<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources %s >>" % font
    drawn = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)
    return written([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page, drawn])


def tree_without_an_end() -> bytes:
    """Pages that are their own children."""
    return written([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 9 >>"])


HOSTILE: dict[str, Callable[[], bytes]] = {
    "slow": partial(stream_bomb, 10),
    "large": partial(stream_bomb, 90),
    "endless": tree_without_an_end,
}


async def says(files: Files, name: str, content: bytes) -> str:
    """What is said of a document that is not read. The server answers others meanwhile."""
    files.put(name, content)
    files.put("fine.md", "fine")
    with pytest.raises(Failed) as told:
        await asyncio.gather(files.ask("read_file", path=name), files.ask("read_file", path="fine.md"))
    assert (await files.ask("read_file", path="fine.md"))["text"] == "fine"
    return told.value.message


async def test_entities_that_unfold_without_an_end_are_not_unfolded(give: Give) -> None:
    assert FAR_TOO_MUCH in await says(await give(TIGHT), "laughs.docx", billion_laughs())


async def test_entities_that_lead_to_files_are_not_followed(give: Give, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    assert FAR_TOO_MUCH in await says(await give(TIGHT), "outside.docx", outside_entity(tmp_path / "secret.txt"))


@pytest.mark.parametrize("megabytes", [48, 96, 160, 224, 256])
async def test_an_archive_that_unfolds_without_an_end_is_left_alone(give: Give, megabytes: int) -> None:
    limits = replace(TIGHT, extract_memory=megabytes * MEGABYTE)
    assert FAR_TOO_MUCH in await says(await give(limits), "bomb.docx", zip_bomb())


@pytest.mark.parametrize(
    "content",
    [docx("x")[:-30], b"PK\x03\x04 nothing", docx(xml="<open>"), docx(xml="\0")],
    ids=["cut", "no archive", "no xml", "no text"],
)
async def test_a_broken_word_document_is_said_to_be_broken(give: Give, content: bytes) -> None:
    assert BROKEN in await says(await give(TIGHT), "broken.docx", content)


async def test_a_long_document_is_cut_and_says_so(give: Give, can_read_pdf: None) -> None:
    files = await give(TIGHT)
    files.put("long.docx", docx(*(["word " * 100] * 100)))
    files.put("long.pdf", pdf("one", "two", "three"))
    read = await files.ask("read_file", path="long.docx", lines=5_000)
    assert (len(read["text"]) <= 10_000, read["cut"]) == (True, True)
    read = await files.ask("read_file", path="long.pdf")
    assert ("two" in read["text"], "three" in read["text"], read["cut"]) == (True, False, True)


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n", pdf("x")[:80], b"%PDF-1.4\n" + bytes(range(256)) * 40], ids=["empty", "cut", "noise"]
)
async def test_a_broken_pdf_is_said_to_be_broken(give: Give, content: bytes, can_read_pdf: None) -> None:
    assert BROKEN in await says(await give(TIGHT), "broken.pdf", content)


@pytest.mark.parametrize("made", HOSTILE)
async def test_a_pdf_that_takes_too_much_takes_nothing_down(give: Give, made: str, can_read_pdf: None) -> None:
    told = await says(await give(TIGHT), "hostile.pdf", HOSTILE[made]())
    assert FAR_TOO_MUCH in told or BROKEN in told


async def test_a_document_that_takes_too_long_is_ended(give: Give) -> None:
    files = await give(FilesLimits(extract_s=0.001))
    assert FAR_TOO_MUCH in await says(files, "slow.docx", docx("x"))


async def test_the_search_goes_on_past_a_hostile_document(give: Give) -> None:
    files = await give(TIGHT)
    files.put("a.docx", billion_laughs())
    files.put("b.md", "ha")
    found = await files.ask("search_files", words="ha")
    assert ([each["path"] for each in found["files"]], found["cut"]) == (["b.md"], False)
