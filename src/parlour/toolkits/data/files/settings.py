"""Which files a datasource leads to, and how much there may be of them."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MEGABYTE = 1024 * 1024


class FilesSettings(BaseModel):
    """A folder of the project that the datasource is in. No settings lead to another project's files."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Annotated[str, Field(max_length=500)] = ""
    """Within what belongs to the project; "" for all of that."""


@dataclass(frozen=True, slots=True)
class FilesLimits:
    """How much room a project has, and what looking at its files may take."""

    total_bytes: int = 1024 * MEGABYTE
    """Of all files of a project."""
    file_bytes: int = 10 * MEGABYTE
    """Of one file, to be read or written."""
    count: int = 10_000
    """Files and folders of a project."""
    kept_bytes: int = 100 * MEGABYTE
    """Of what files held before they were changed, kept to take that back; the oldest goes first. Per project."""
    kept_days: int = 30
    """So long at most it is kept, if anything is changed afterwards."""
    at_once: int = 4
    """So many are looked at or written at a time, of one server in one datasource."""
    result_chars: int = 60_000
    """Of text in one answer."""
    line_chars: int = 4_000
    """A longer line is cut."""
    text_chars: int = 2_000_000
    """Of text that is taken out of a document."""
    pages: int = 1_000
    """Of a document; further ones are not looked at."""
    extract_s: float = 20.0
    """How long taking the text out of a document may take."""
    extract_memory: int = 512 * MEGABYTE
    """In bytes, for the same."""
    search_s: float = 20.0
    """How long files are searched; the answer says what was left out."""
    lock_s: float = 10.0
    """How long a change waits for another one in the same project."""
