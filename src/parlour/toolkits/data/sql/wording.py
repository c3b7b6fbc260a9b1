"""Queries and what they bring, in words."""

from typing import Any

from parlour.tools.tool import Arguments, Wording

SHOWN_ROWS = 50
"""So many stand in an answer in words; the rest is with the call."""
_LONGEST = 200
"""Characters of one field in an answer in words."""


def _label(arguments: Arguments) -> str:
    named = arguments.get("datasource")
    return f"Asking the database “{named}”" if named else "Asking the database"


def _summary(_: Arguments, result: Any) -> str:
    return counted(result["row_count"], "row", is_more=result["cut"])


def _done(_: Arguments, result: Any) -> str:
    return f"Asked “{result['datasource']}”"


def _sentence(_: Arguments, result: Any) -> str:
    rows, count = result["rows"], result["row_count"]
    if not rows:
        return f"“{result['datasource']}” has nothing for that."
    said = f"“{result['datasource']}” has {counted(count, 'row')} for that"
    if result["cut"]:
        said = f"“{result['datasource']}” has more for that than is read at once; it was cut at {counted(count, 'row')}"
    shown = "" if count <= SHOWN_ROWS else f", of which these are the first {SHOWN_ROWS}"
    return f"{said}{shown}:\n\n{table([*result['columns']], rows[:SHOWN_ROWS])}"


def table(columns: list[str], rows: list[dict[str, Any]]) -> str:
    """A table in Markdown. What is in its fields stays in them."""
    lines = [_line(columns), _line(["---"] * len(columns))]
    return "\n".join([*lines, *(_line([row.get(column) for column in columns]) for row in rows)])


def _line(fields: list[Any]) -> str:
    return f"| {' | '.join(_field(each) for each in fields)} |"


def _field(value: Any) -> str:
    if value is None:
        return ""
    text = " ".join(str(value).split())
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def counted(count: int, noun: str, *, is_more: bool = False) -> str:
    """A number of things: "1 row", "at least 1,000 rows"."""
    return f"{'at least ' if is_more else ''}{count:,} {noun}{'' if count == 1 else 's'}"


def _schema_label(arguments: Arguments) -> str:
    named = arguments.get("datasource")
    return f"Looking at what is in “{named}”" if named else "Looking at what is in the database"


def _schema_sentence(_: Arguments, result: Any) -> str:
    tables = result["tables"]
    if not tables:
        return f"“{result['datasource']}” has no such tables."
    lines = [f"- **{each['table']}**: {'; '.join(each['columns'])}" for each in tables]
    more = f" The first {len(tables)} of them:" if result["cut"] else ""
    return f"“{result['datasource']}” has {counted(result['table_count'], 'table')} for that.{more}\n\n" + "\n".join(
        lines
    )


QUERY = Wording(label=_label, summary=_summary, sentence=_sentence, done=_done)
SCHEMA = Wording(
    label=_schema_label,
    summary=lambda _, result: counted(result["table_count"], "table"),
    sentence=_schema_sentence,
    done=lambda _, result: f"Looked at what is in “{result['datasource']}”",
)
