"""Changes of databases in words: what they would do, and what they did."""

from typing import Any

from parlour.protocol.content import Preview, PreviewChange
from parlour.toolkits.data.sql.changing import Change
from parlour.toolkits.data.sql.wording import counted
from parlour.tools.acting import Foreseen
from parlour.tools.tool import Arguments, Wording

_DONE = {"INSERT": "added", "UPDATE": "changed", "DELETE": "deleted", "MERGE": "touched"}
_UNTRIED = "{title} cannot try this beforehand, and once it is done nothing rolls it back."


def foreseen(change: Change, name: str, title: str, count: int | None, there: int | None) -> Foreseen:
    """What a change would do: `count` rows were touched when it was tried, and `there` are in what would be gone."""
    what = ", ".join(change.tables) or "The database"
    after = f"{counted(count, 'row')} {_DONE[change.verb]}" if count is not None else change.verb.lower()
    before = counted(there, "row") if there is not None else None
    is_untried = count is None and not (change.of_structure and title != "MySQL")
    note = f"{_UNTRIED.format(title=title)} {change.text}" if is_untried else change.text
    shown = PreviewChange(what=what, before=before, after=None if change.verb == "DROP" else after)
    preview = Preview(changes=[shown], note=note)
    return Foreseen(preview, effect=change.effect, label=f"{after.capitalize()}: {what} in “{name}”")


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
