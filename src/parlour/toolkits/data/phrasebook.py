"""The words of the tools over files and databases, read from the data beside them."""

import tomllib
from functools import cache
from importlib.resources import files

from parlour.tools.language import Language
from parlour.tools.language_files import frame_in


@cache
def language_of(tool: str) -> Language:
    """How `tool` is asked for. What stands in a database or a folder has no names that are known beforehand: it is
    named in free words, and the tool looks for it. Raises FileNotFoundError for a tool that has no words.
    """
    text = files("parlour.toolkits.data").joinpath("language", f"{tool}.toml").read_text("utf-8")
    return Language(frames=tuple(frame_in(data, {}) for data in tomllib.loads(text)["frame"]), names=None)
