"""What is in the files of a project is listed, read and found; documents too."""

import sys

import pytest

from parlour.toolkits.data.files.settings import FilesLimits
from parlour.tools.outcomes import BadArguments, Failed, NotThere, Refused, ToolProblem
from tests.toolkits.data.files.conftest import Files, Give, docx, pdf

SMALL = FilesLimits(file_bytes=20_000, result_chars=50, line_chars=20, search_s=5.0)


async def test_a_folder_is_listed_with_sizes_and_what_is_below_only_when_asked(files: Files) -> None:
    files.put("a.md", "# A")
    files.put("reports/b.md", "bb")
    files.put("reports/deep/c.txt", "ccc")
    files.put(".hidden", "secret")
    top = await files.ask("list_files")
    assert [(each["path"], each["kind"], each.get("bytes")) for each in top["entries"]] == [
        ("a.md", "file", 3),
        ("reports", "folder", None),
    ]
    below = await files.ask("list_files", folder="reports", pattern="**/*.TXT")
    assert [each["path"] for each in below["entries"]] == ["reports/deep/c.txt"]
    every = await files.ask("list_files", pattern="**/*.md")
    assert ([each["path"] for each in every["entries"]], every["cut"]) == (["a.md", "reports/b.md"], False)
    assert "a.md (3 bytes)" in await files.project.says("list_files")


async def test_a_long_list_comes_in_pages_without_a_gap(files: Files) -> None:
    wanted = [f"f{number:03}.txt" for number in range(450)]
    for name in wanted:
        files.put(name)
    seen, after = list[str](), None
    for _ in range(3):
        page = await files.ask("list_files", after=after)
        seen += [each["path"] for each in page["entries"]]
        after = page["next"]
        assert page["count"] == 450
    assert (seen, after) == (wanted, None)


async def test_a_file_is_read_in_pieces_and_says_what_was_cut(give: Give) -> None:
    files = await give(SMALL)
    files.put("long.txt", "\n".join(f"line {number}" for number in range(1, 31)) + "\n")
    first = await files.ask("read_file", path="long.txt")
    assert (first["text"].split("\n")[0], first["cut"], first["line_count"]) == ("line 1", True, 30)
    after = await files.ask("read_file", path="long.txt", from_line=first["next_line"], lines=2)
    assert after["text"].split("\n")[0] == f"line {first['next_line']}"
    last = await files.ask("read_file", path="long.txt", from_line=30)
    assert (last["text"], last["cut"], last["next_line"]) == ("line 30", False, None)
    with pytest.raises(BadArguments, match="has 30 lines"):
        await files.ask("read_file", path="long.txt", from_line=31)
    files.put("wide.csv", "a,b\n" + "x" * 100)
    assert "[cut: 100 characters]" in (await files.ask("read_file", path="wide.csv"))["text"]


async def test_a_file_is_read_by_its_name_where_only_one_has_it(files: Files) -> None:
    files.put("notes/Plan_2026.md", "Paint the hall.")
    files.put("old/Budget.csv", "a,b")
    files.put("budget.csv", "c,d")
    read = await files.ask("read_file", path="plan 2026")
    assert (read["path"], read["text"]) == ("notes/Plan_2026.md", "Paint the hall.")
    assert (await files.ask("read_file", path="budget.csv"))["text"] == "c,d"
    with pytest.raises(NotThere, match=r"called that: “budget\.csv”, “old/Budget\.csv”"):
        await files.ask("read_file", path="Budget")
    for nobody in ("plan", "...", "notes"):
        with pytest.raises(ToolProblem):
            await files.ask("read_file", path=nobody)


async def test_text_is_read_in_whichever_of_the_usual_encodings(files: Files) -> None:
    for name, encoding, note in (
        ("plain.txt", "utf-8", ""),
        ("marked.txt", "utf-8-sig", ""),
        ("wide.txt", "utf-16", "written in UTF-16"),
        ("old.txt", "cp1252", "not written in UTF-8; read as Windows-1252"),
    ):
        files.put(name, "Käse\r\nBrot\n".encode(encoding))
        read = await files.ask("read_file", path=name)
        assert (read["text"], read["line_count"], read["note"]) == ("Käse\nBrot", 2, note)


async def test_what_is_no_text_is_refused(files: Files) -> None:
    files.put("picture.png", b"\x89PNG\r\n\x1a\n\x00\x00")
    files.put("archive.zip", docx("hidden"))
    for name in ("picture.png", "archive.zip"):
        with pytest.raises(Refused, match="is not text"):
            await files.ask("read_file", path=name)


async def test_a_file_that_is_too_large_is_not_read(give: Give) -> None:
    files = await give(SMALL)
    files.put("big.txt", "x" * 20_001)
    with pytest.raises(Failed, match="more than 20,000 bytes"):
        await files.ask("read_file", path="big.txt")


async def test_the_text_of_a_word_document_is_read(files: Files) -> None:
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>".format
    xml = (
        f'<w:document xmlns:w="{word}"><w:body>'
        '<w:p><w:pPr><w:pStyle w:val="Heading2"/></w:pPr><w:r><w:t>Plan</w:t></w:r></w:p>'
        "<w:p><w:r><w:t>Tea &amp; </w:t></w:r><w:r><w:t>cake</w:t><w:br/><w:t>daily</w:t></w:r></w:p>"
        f"<w:tbl><w:tr>{cell('one')}{cell('two')}</w:tr></w:tbl></w:body></w:document>"
    )
    files.put("plan.docx", docx(xml=xml))
    read = await files.ask("read_file", path="plan.docx")
    assert (read["kind"], read["text"].split("\n")) == ("docx", ["## Plan", "Tea & cake", "daily", "one \ttwo \t"])


async def test_the_text_of_a_pdf_is_read_page_by_page(files: Files, can_read_pdf: None) -> None:
    files.put("report.pdf", pdf("First page", "Second page"))
    read = await files.ask("read_file", path="report.pdf")
    assert (read["kind"], read["cut"]) == ("pdf", False)
    assert read["text"].split("\n") == ["[page 1]", "First page", "", "[page 2]", "Second page", ""]
    files.put("scan.pdf", pdf("", ""))
    assert "no text in it" in (await files.ask("read_file", path="scan.pdf"))["note"]


async def test_without_the_extra_a_pdf_says_what_to_install(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdf", None)
    files.put("report.pdf", pdf("First page"))
    with pytest.raises(Failed, match="pypdf is not installed") as told:
        await files.ask("read_file", path="report.pdf")
    assert told.value.suggestion == "Install it with the extra “files”: pip install 'parlour[files]'."


async def test_words_are_found_in_names_and_texts_and_documents(files: Files) -> None:
    files.put("boiler.md", "How it is kept.\nThe VALVE is left of it.")
    files.put("notes/other.txt", "Nothing about that.\nA valve, and the boiler: call Ann.")
    files.put("letter.docx", docx("Dear Bob,", "the boiler has no valve."))
    files.put("picture.png", b"\x00boiler valve")
    found = await files.ask("search_files", words="Valve boiler")
    assert [each["path"] for each in found["files"]] == ["boiler.md", "letter.docx", "notes/other.txt"]
    assert found["files"][2]["lines"][0] == {"line": 2, "text": "A valve, and the boiler: call Ann."}
    assert (found["searched"], found["file_count"], found["cut"]) == (4, 4, False)
    assert "**notes/other.txt**" in await files.project.says("search_files", words="ann")
    with pytest.raises(BadArguments, match="no words"):
        await files.ask("search_files", words="  ")


async def test_what_was_not_searched_in_time_is_said(give: Give) -> None:
    files = await give(FilesLimits(search_s=-1.0))
    files.put("a.md", "boiler")
    found = await files.ask("search_files", words="boiler")
    assert (found["files"], found["searched"], found["cut"]) == ([], 0, True)


async def test_what_is_in_files_is_never_trusted(files: Files) -> None:
    tools = await files.project.tools()
    assert {name for name, tool in tools.items() if tool.open_world} == {
        "list_files",
        "read_file",
        "search_files",
        "write_file",
        "edit_file",
        "move_file",
        "delete_file",
    }


async def test_a_datasource_without_files_says_so(give: Give) -> None:
    files = await give(writable=False, folder="new")
    assert (await files.ask("list_files"))["entries"] == []
    assert not files.root.exists()
    with pytest.raises(NotThere):
        await files.ask("read_file", path="a.md")
    with pytest.raises(NotThere):
        await files.ask("list_files", folder="deeper")
