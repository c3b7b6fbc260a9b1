"""Changes of databases in words: what they would do, and what they did."""

from collections.abc import Mapping
from typing import Any

from parlour.protocol.content import Preview, PreviewChange
from parlour.toolkits.data.sql.along import Tried
from parlour.toolkits.data.sql.changing import Change
from parlour.toolkits.data.sql.wording import counted
from parlour.tools.acting import Foreseen
from parlour.tools.tool import Arguments, Wording

_DONE = {"INSERT": "added", "UPDATE": "changed", "DELETE": "deleted", "MERGE": "touched"}
_TO_DO = {
    "INSERT": "Add {rows} to",
    "UPDATE": "Change {rows} of",
    "DELETE": "Delete {rows} of",
    "MERGE": "Add, change or delete {rows} of",
    "CREATE": "Make",
    "ALTER": "Alter",
    "DROP": "Drop",
    "TRUNCATE": "Empty",
}
LABEL_CHARS = 80
"""Of a statement that names no table, as a label."""
_UNTRIED = "{title} cannot try this beforehand, and once it is done nothing rolls it back."


def foreseen(change: Change, name: str, title: str, done: Tried, there: Mapping[str, int]) -> Foreseen:
    """What a change would do: what was `done` when it was tried, and how many rows are `there` in what it empties."""
    what = ", ".join(change.tables) or "The database"
    rows = counted(done.rows, "row") if done.rows is not None else "rows"
    own = [_shown(change, table, count) for table, count in there.items()] or [_shown(change, what, done.rows)]
    is_untried = done.rows is None and not (change.of_structure and title != "MySQL")
    notes = (_UNTRIED.format(title=title) if is_untried else "", change.text, done.notices)
    preview = Preview(changes=[*own, *done.along], note=" ".join(filter(None, notes)))
    effect = "destructive" if done.takes_away else change.effect
    deed = f"{_TO_DO[change.verb].format(rows=rows)} {what}" if change.tables else change.text[:LABEL_CHARS]
    return Foreseen(preview, effect=effect, label=f"{deed} in “{name}”")


def _shown(change: Change, what: str, count: int | None) -> PreviewChange:
    """What it does to its own tables, before and after."""
    rows = counted(count, "row") if count is not None else "rows"
    match change.verb:
        case "INSERT":
            return PreviewChange(what=what, before=None, after=f"{rows} added")
        case "CREATE":
            return PreviewChange(what=what, before=None, after="made")
        case "DROP" if not change.tables:
            return PreviewChange(what=what, before="as it is", after="without what is dropped")
        case "DELETE" | "DROP":
            return PreviewChange(what=what, before=rows, after=None)
        case "TRUNCATE":
            return PreviewChange(what=what, before=rows, after="no rows")
        case "ALTER":
            return PreviewChange(what=what, before="as it is", after="altered")
        case _:
            return PreviewChange(what=what, before=rows, after=_DONE[change.verb])


def _label(arguments: Arguments) -> str:
    named = arguments.get("datasource")
    return f"Changing the database “{named}”" if named else "Changing the database"


def _summary(_: Arguments, result: Any) -> str:
    count = result["row_count"]
    return "done" if count is None else f"{counted(count, 'row')} {_DONE[result['verb']]}"


def _sentence(arguments: Arguments, result: Any) -> str:
    what = ", ".join(result["tables"]) or "it"
    if result["row_count"] is None:
        return f"Done in “{result['datasource']}”: {result['statement']}"
    return f"In {what} of “{result['datasource']}”: {_summary(arguments, result)}."


CHANGE = Wording(
    label=_label,
    summary=_summary,
    sentence=_sentence,
    done=lambda _, result: f"Changed “{result['datasource']}”",
)
