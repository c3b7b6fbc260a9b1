"""Whether a change came through that nobody told of, by what is there now. Blocks: for threads.

Each answers with the change where it was made, False where it was not, and None where somebody else was there since.
"""

from parlour.toolkits.data.files.area import Area, Going
from parlour.toolkits.data.files.changing import Changed, seen
from parlour.toolkits.data.files.paths import Parts


def put(area: Area, parts: Parts, version: str | None, expected: str | None, going: Going) -> Changed | bool | None:
    """Of a file that was to hold `version`, None where nobody knows that any more, in the place of `expected`."""
    now = seen(area, parts, going)
    there = None if now is None else now.version
    if there is not None and there == version:
        return Changed(expected, version, kept=expected is None or area.kept(expected) is not None)
    return False if there == expected else None


def remove(area: Area, parts: Parts, expected: str, going: Going) -> Changed | bool | None:
    """Of a file that was to be gone."""
    now = seen(area, parts, going)
    if now is None:
        return Changed(expected, None, kept=area.kept(expected) is not None)
    return False if now.version == expected else None


def move(area: Area, parts: Parts, to: Parts, expected: str, going: Going) -> bool | None:
    """Of a file that was to be somewhere else."""
    before, after = seen(area, parts, going), seen(area, to, going)
    if before is None and after is not None and after.version == expected:
        return True
    return False if before is not None and before.version == expected and after is None else None
