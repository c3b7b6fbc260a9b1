"""What the tools of an MCP server are called here: `github__search`.

The name of a server never holds two underscores in a row, so that no server can take a name of another's tools.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping

LONGEST = 64
"""No model takes longer names."""
_BETWEEN = "__"


def prefixes(names: Mapping[str, str]) -> dict[str, str]:
    """What the tools of each server begin with, by its id. `names` has the names by id; who comes first has its name
    for itself."""
    found: dict[str, str] = {}
    for server_id, name in names.items():
        slug = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")[:24].strip("_") or "mcp"
        found[server_id] = slug if slug not in found.values() else f"{slug}_{_short(server_id)}"
    return found


def tool_names(prefix: str, theirs: Iterable[str]) -> dict[str, str]:
    """What the tools are called here, by the name that their server gives them."""
    found: dict[str, str] = {}
    for name in theirs:
        plain = re.sub(r"[^A-Za-z0-9_-]", "_", name)
        ours = f"{prefix}{_BETWEEN}{plain}"
        if len(ours) > LONGEST or ours in found.values():
            ours = f"{ours[: LONGEST - 9]}_{_short(name)}"
        if name not in found and ours not in found.values():
            found[name] = ours
    return found


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
