"""What a change of a file would make different, for whoever decides about it."""

from parlour.protocol.content import Preview, PreviewChange
from parlour.toolkits.data.files.area import Area
from parlour.toolkits.data.files.changing import Now
from parlour.toolkits.data.files.differing import difference
from parlour.toolkits.data.files.paths import shown
from parlour.toolkits.data.files.texts import written
from parlour.toolkits.data.files.wording import counted, sized
from parlour.tools.acting import Foreseen
from parlour.tools.outcomes import Refused

_NOT_KEPT = "What is there now is too large to be kept, so this cannot be taken back."


def foreseen_put(area: Area, name: str, path: str, now: Now | None, after: str) -> Foreseen:
    """Of a file that is written, in the place of what is there `now`."""
    before = "" if now is None else written(now.content, path)
    is_kept = now is None or len(now.content) <= area.limits.kept_bytes
    shown_path = shown(path)
    change = PreviewChange(
        what=f"{shown_path} in “{name}”",
        before=None if now is None else _measure(before),
        after=_measure(after),
    )
    note = difference(path, before, after)
    verb = "Write" if now is None else "Change"
    return Foreseen(
        Preview(changes=[change], note=note if is_kept else f"{_NOT_KEPT}\n{note}"),
        effect="write" if is_kept else "destructive",
        label=f"{verb} “{shown_path}” in “{name}”",
    )


def foreseen_gone(area: Area, name: str, path: str, now: Now) -> Foreseen:
    """Of a file that is deleted."""
    try:
        before = written(now.content, path)
        measure, note = _measure(before), difference(path, before, "")
    except Refused:
        measure, note = sized(len(now.content)), ""
    is_kept = len(now.content) <= area.limits.kept_bytes
    change = PreviewChange(what=f"{shown(path)} in “{name}”", before=measure, after=None)
    return Foreseen(
        Preview(changes=[change], note=note if is_kept else f"{_NOT_KEPT}\n{note}"),
        effect="destructive",
        label=f"Delete “{shown(path)}” in “{name}”",
    )


def foreseen_move(name: str, path: str, to: str) -> Foreseen:
    """Of a file that is moved."""
    change = PreviewChange(what=f"{shown(path)} in “{name}”", before=shown(path), after=shown(to))
    label = f"Move “{shown(path)}” to “{shown(to)}” in “{name}”"
    return Foreseen(Preview(changes=[change]), effect="write", label=label)


def _measure(text: str) -> str:
    lines = text.count("\n") + (not text.endswith("\n")) if text else 0
    return f"{counted(lines, 'line')} ({sized(len(text.encode()))})"
