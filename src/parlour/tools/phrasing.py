"""What came of a call, in words."""

from dataclasses import replace

import structlog
from pydantic import JsonValue

from parlour.tools.asking import Word
from parlour.tools.outcomes import Outcome, ToolProblem
from parlour.tools.tool import Arguments, Tool

log = structlog.get_logger(__name__)

_NO = {
    "expired": "Nobody said yes to that in time, so nothing was changed.",
    "superseded": "That was not decided, so nothing was changed.",
}
_NOT_TOLD = {
    "expired": "Nobody told in time what it wanted to know, so it was not done.",
    "superseded": "What it wanted to know was not told, so it was not done.",
}
NOBODY_KNOWS = (
    "It was begun and no answer came, so nobody can tell whether it was done. Please look before you ask again."
)


def completed(outcome: Outcome, tool: Tool, result: JsonValue) -> Outcome:
    """It worked. A tool whose words fail has still done its work: its result stands, plainly announced."""
    outcome = replace(outcome, status="completed", result=result)
    try:
        words = tool.wording
        return replace(
            outcome,
            sentence=words.sentence(outcome.arguments, result),
            summary=words.summary(outcome.arguments, result),
            label=words.done(outcome.arguments, result) if words.done else "",
        )
    except Exception:
        log.exception("a tool could not put its result in words", tool=tool.name)
        sentence = f"{spoken(tool.name)}: done. The result is shown with the call."
        return replace(outcome, sentence=sentence, summary="done")


def repeated(outcome: Outcome, tool: Tool, result: JsonValue) -> Outcome:
    """It had been done before."""
    again = completed(outcome, tool, result)
    sentence = f"That was done before for this question, and was not done again. {again.sentence}"
    return replace(again, sentence=sentence, summary="done before", repeated=True)


def cached(outcome: Outcome, age_s: float, *, is_whole: bool) -> Outcome:
    """It was read before. Where it may have become untrue since, its age is told with it."""
    if is_whole:
        return replace(outcome, cached=True)
    when = _when(age_s)
    return replace(
        outcome,
        cached=True,
        age_s=age_s,
        sentence=f"{outcome.sentence}\n\n({when[:1].upper()}{when[1:]}; ask for it “right now” to have it read anew.)",
        summary=f"{outcome.summary}, {when}" if outcome.summary else when,
    )


def not_read_anew(outcome: Outcome, age_s: float, problem: ToolProblem) -> Outcome:
    """It was to be read anew, and could not be; this is what was read before."""
    when = _when(age_s)
    return replace(
        outcome,
        cached=True,
        age_s=age_s,
        not_anew=problem.message,
        sentence=f"It could not be read anew. {problem.message}\n\n{when[:1].upper()}{when[1:]}: {outcome.sentence}",
        summary=f"could not be read anew; {', '.join(filter(None, (outcome.summary, when)))}",
    )


def _when(age_s: float) -> str:
    return f"as of {ago(age_s)}"


def ago(seconds: float) -> str:
    """How long ago something was: "40 seconds ago", "2 minutes ago"."""
    count, unit = (int(seconds), "second") if seconds < 60 else (int(seconds // 60), "minute")
    return f"{count} {unit}{'' if count == 1 else 's'} ago"


def failed(outcome: Outcome, problem: ToolProblem) -> Outcome:
    """It did not work, and nothing was changed."""
    sentence = problem.message if not problem.suggestion else f"{problem.message} {problem.suggestion}"
    return replace(
        outcome,
        status="failed",
        result=None,
        code=problem.code,
        problem=problem.message,
        suggestion=problem.suggestion,
        tainted=outcome.tainted or problem.is_tainted,
        summary="failed",
        sentence=sentence,
    )


def unknown(outcome: Outcome) -> Outcome:
    """It was begun, and nobody can tell what came of it."""
    return replace(
        outcome, status="unknown", code="unknown", problem=NOBODY_KNOWS, summary="unknown", sentence=NOBODY_KNOWS
    )


def denied(outcome: Outcome, word: Word, asker_id: str) -> Outcome:
    """A person said no, or nobody said yes. Where it may have been done before, that stays so."""
    if word.reason == "unknown":
        return replace(unknown(outcome), decided_by=word.decided_by_name)
    who = "You" if word.decided_by == asker_id else word.decided_by_name or "Somebody"
    if word.reason == "input":
        sentence = _NOT_TOLD.get(word.status, f"{who} declined to tell what it wanted to know, so it was not done.")
    else:
        sentence = _NO.get(word.status, f"{who} said no, so nothing was changed.")
    return replace(
        outcome,
        status="denied",
        code="denied",
        problem=sentence,
        summary="denied",
        sentence=sentence,
        decided_by=word.decided_by_name,
    )


def labelled(tool: Tool | None, name: str, arguments: Arguments | None) -> str:
    """What a call does, in words: "Looking at the kitchen". Never fails; plain for a tool that is not known."""
    if tool is None or arguments is None:
        return spoken(name)
    try:
        return tool.wording.label(arguments)
    except Exception:
        log.exception("a tool could not say what it does", tool=name)
        return spoken(name)


def spoken(name: str) -> str:
    """A tool's name as words."""
    return name.replace("_", " ").strip().capitalize() or "A tool"
