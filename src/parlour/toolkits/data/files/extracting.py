"""Taking the text out of documents, each in a process of its own: a hostile one takes nothing down but that."""

import asyncio
import sys
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import orjson

from parlour.toolkits.data.files import extractor
from parlour.toolkits.data.files.paths import shown
from parlour.toolkits.data.files.settings import FilesLimits
from parlour.toolkits.data.files.texts import Form, Text, in_lines
from parlour.tools.outcomes import Failed

_PROGRAM = str(Path(extractor.__file__))
_PER_CHARACTER = 12
"""Bytes of JSON, at most: two escaped halves."""
_PIECE = 64 * 1024
_NO_WORDS = "there is no text in it; it may hold pictures of text"
AT_ONCE = 2
"""Documents of one datasource whose text is taken out at a time, by one server."""


def check_can_read(form: Form) -> None:
    """Raise Failed, and say what is missing, where this server cannot read such documents."""
    if form == "pdf" and find_spec("pypdf") is None:
        raise Failed(
            "This server cannot read PDF: pypdf is not installed.",
            suggestion="Install it with the extra “files”: pip install 'parlour[files]'.",
        )


async def extracted(form: Form, content: bytes, path: str, limits: FilesLimits) -> Text:
    """The text of a document. Raises Failed for one that is broken, locked, or takes too much."""
    check_can_read(form)
    with await asyncio.to_thread(_given, content) as given:
        ended, told = await _run(form, given, limits)
    if ended != 0:
        raise _problem(ended, path)
    try:
        found = orjson.loads(told)
    except orjson.JSONDecodeError as error:
        raise _problem(1, path) from error
    lines = in_lines(found["text"])
    has_words = any(line.strip() and not line.startswith("[page ") for line in lines)
    return Text(lines, cut=found["cut"], note="" if has_words else _NO_WORDS)


def _given(content: bytes) -> IO[bytes]:
    """What the program reads: a file without a name."""
    file: IO[bytes] = TemporaryFile()  # noqa: SIM115 - whoever asked closes it
    file.write(content)
    file.seek(0)
    return file


async def _run(form: Form, given: IO[bytes], limits: FilesLimits) -> tuple[int, bytes]:
    """How the program ended, and what it printed. One that takes too long or prints too much is ended."""
    numbers = (limits.text_chars, limits.pages, round(limits.extract_s) + 1, limits.extract_memory)
    # Without the environment: there is nothing in it that a document should see.
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", _PROGRAM, form, *map(str, numbers),
        stdin=given, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, env={},
    )  # fmt: skip
    assert process.stdout is not None
    told = bytearray()
    try:
        async with asyncio.timeout(limits.extract_s):
            while piece := await process.stdout.read(_PIECE):
                told += piece
                if len(told) > limits.text_chars * _PER_CHARACTER + _PIECE:
                    return extractor.HOSTILE, b""
            return await process.wait(), bytes(told)
    except TimeoutError:
        return extractor.HOSTILE, b""
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _problem(ended: int, path: str) -> Failed:
    name = f"“{shown(path)}”"
    if ended == extractor.LOCKED:
        return Failed(f"{name} is locked by a password.", suggestion="Put an unlocked copy beside it.")
    if ended == extractor.HOSTILE or ended < 0:
        return Failed(f"{name} takes far more time or memory to read than a document should; it was left alone.")
    return Failed(f"{name} is broken: no text can be taken out of it.")
