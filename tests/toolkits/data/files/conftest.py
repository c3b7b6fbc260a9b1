"""A project with a folder of files, and documents to put into it."""

import io
import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from parlour.toolkits.data.files.kind import FilesKind
from parlour.toolkits.data.files.settings import FilesLimits
from parlour.tools.acting import Foreseen, Found
from tests.conftest import ManualClock
from tests.rules.skips import missing
from tests.toolkits.data.conftest import Furnish, Project


@dataclass
class Files:
    """A project's files: as its tools see them, and as they lie on the disk."""

    project: Project
    root: Path

    @property
    def folder(self) -> Path:
        """The project's own."""
        return self.root / self.project.caller.project_id

    def put(self, path: str, content: str | bytes = "") -> Path:
        """Put a file there, as an admin at the machine does."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def text(self, path: str) -> str:
        """What a file holds."""
        return (self.folder / path).read_bytes().decode()

    def there(self) -> list[str]:
        """Every file that can be seen, by path."""
        found = (each.relative_to(self.folder) for each in self.folder.rglob("*") if each.is_file())
        return sorted(str(each) for each in found if not str(each).startswith(".parlour/"))

    async def ask(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """Call a tool."""
        return await self.project.ask(tool, **arguments)

    async def version(self, path: str) -> str:
        """What a change of a file has to name."""
        return (await self.ask("read_file", path=path, lines=1))["version"]

    async def foresee(self, tool: str, **arguments: Any) -> Foreseen:
        """What a call would change."""
        found = (await self.project.tools())[tool]
        assert found.acting.foresee is not None
        return await found.acting.foresee(self.project.context, **arguments)

    async def read_back(self, tool: str, **arguments: Any) -> Found:
        """What can be seen of a call of which nobody knows what came."""
        found = (await self.project.tools())[tool]
        assert found.acting.read_back is not None
        return await found.acting.read_back(self.project.context, **arguments)

    async def undo(self, tool: str, arguments: dict[str, Any], result: Any) -> Any:
        """Take a call back."""
        found = (await self.project.tools())[tool]
        assert found.acting.undo is not None
        return await found.acting.undo(self.project.context, arguments, result)

    def stranger(self) -> "Files":
        """Somebody in another project."""
        return replace(self, project=self.project.stranger())


Give = Callable[..., Awaitable[Files]]


@pytest.fixture
def give(furnish: Furnish, clock: ManualClock, tmp_path: Path) -> Give:
    """Makes a project with a folder of files, within these limits."""

    async def made(limits: FilesLimits | None = None, *, writable: bool = True, folder: str = "") -> Files:
        root = tmp_path / "files"
        project = await furnish(kinds=[FilesKind(root, clock, limits)])
        await project.add("papers", {"folder": folder}, writable=writable, kind="files")
        return Files(project, root)

    return made


@pytest.fixture
async def files(give: Give) -> Files:
    """A project with a folder of files that may be changed."""
    return await give()


def docx(*paragraphs: str, xml: str | None = None) -> bytes:
    """A document of Word with these paragraphs, or with this XML."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    said = "".join(f"<w:p><w:r><w:t>{escape(each)}</w:t></w:r></w:p>" for each in paragraphs)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        whole = f'<w:document xmlns:w="{word}"><w:body>{said}</w:body></w:document>'
        archive.writestr("word/document.xml", whole if xml is None else xml)
    return made.getvalue()


def pdf(*pages: str) -> bytes:
    """A PDF with a line of text on each page."""
    count = len(pages)
    kids = " ".join(f"{3 + 2 * index} 0 R" for index in range(count))
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode()]
    font = "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
    for index, text in enumerate(pages):
        drawn = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET".encode()
        place = f"/Parent 2 0 R /MediaBox [0 0 612 792] /Contents {4 + 2 * index} 0 R /Resources {font}"
        objects.append(f"<< /Type /Page {place} >>".encode())
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
    return written(objects)


def written(objects: list[bytes]) -> bytes:
    """A PDF of these objects, the first of which is the catalogue."""
    body, places = b"%PDF-1.4\n", list[int]()
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, rows)
    tail = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(body))
    return body + table + tail


@pytest.fixture
def can_read_pdf() -> None:
    """The extra that reads PDF is there."""
    if find_spec("pypdf") is None:
        missing("pypdf, the extra “files”")
