"""What an operator watches: counts, in the text that Prometheus reads. No label carries an id.

Models and tools are told apart by their names, which they have from admins or from us.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from parlour.api.auth import Asking
from parlour.api.doors import Doors
from parlour.identity.consent import check_admin
from parlour.models.instances import Instance
from parlour.tools.tally import RECENT, Counted

MEANINGS = {
    "connections": "Sockets that are open",
    "subscriptions": "Topics that are followed, counted once for each socket",
    "conversations_followed": "Conversations that somebody follows",
    "most_connections_of_one_conversation": "Sockets that follow the conversation with the most of them",
    "turns_queued": "Questions that wait to be answered, on any server",
    "turns_running": "Answers that are being written, on any server",
    "turns_waiting": "Answers that wait for a person, on any server",
    "tool_cache_entries": "Results of tools that may be told again, at this server",
    "tool_cache_hits_total": "Calls of tools that were told what had been told before",
    "tool_cache_joined_total": "Calls of tools that waited for an equal one",
    "tool_cache_misses_total": "Calls of tools for which nothing was kept that could be",
    "tool_cache_passed_total": "Calls of tools for which nothing that was kept would do",
    "tool_cache_fallen_total": "Results of tools let go because what they rested on had changed",
    "answer_cache_entries": "Steps of models' answers that may be told again, at this server",
    "answer_cache_hits_total": "Steps of answers that were told again, and no model was asked",
    "answer_cache_misses_total": "Steps of answers for which nothing was kept that could be",
    "answer_cache_passed_total": "Steps of answers for which nothing that was kept would do",
}
OPENNESS = {"closed": 0, "half_open": 1, "open": 2}
OF_MODELS: Mapping[str, tuple[str, str, Callable[[Instance], float]]] = {
    "connections": ("gauge", "Answers that a model is writing", lambda it: it.connections),
    "max_connections": ("gauge", "Answers that a model may be writing at a time", lambda it: it.bounds.max_connections),
    "waiting": ("gauge", "Answers that wait until a model has room", lambda it: it.waiting),
    "score": ("gauge", "How good a choice a model is, from 0 to 1", lambda it: it.score),
    "breaker": ("gauge", "0 closed, 1 half open, 2 open: then it is not asked", lambda it: OPENNESS[it.breaker.state]),
    "answer_seconds": ("gauge", "How long an answer took, over the last 50", lambda it: it.average_seconds or 0.0),
    "error_rate": ("gauge", "How much of what it was asked in the last minute failed", lambda it: it.error_rate),
    "calls_total": ("counter", "How often a model was asked", lambda it: it.calls),
    "errors_total": ("counter", "How often a model failed", lambda it: it.errors),
}
"""What is told of every model: its kind, what it means, and where it is read."""


def metric_routes(doors: Doors) -> APIRouter:
    """`/metrics`. Admins only."""
    routes = APIRouter(tags=["health"])

    @routes.get("/metrics", response_class=PlainTextResponse)
    async def metrics(who: Asking) -> PlainTextResponse:
        """How much goes on at this server just now, as Prometheus reads it. Admins only."""
        check_admin(who)
        counts = await doors.counts.counts()
        lines = [
            f"# HELP parlour_{name} {meaning}.\n# TYPE parlour_{name} {_kind(name)}\nparlour_{name} {counts[name]}\n"
            for name, meaning in MEANINGS.items()
        ]
        lines += of_tools(doors.tools.tally)
        lines += of_models([one.instance for one in await doors.models.watched(who)])
        return PlainTextResponse("".join(lines), media_type="text/plain; version=0.0.4")

    return routes


def of_models(instances: Sequence[Instance]) -> list[str]:
    """What is told of models; nothing where there are none."""
    lines: list[str] = []
    for name, (kind, meaning, read) in OF_MODELS.items():
        told = [f'parlour_model_{name}{{model="{_label(it.name)}"}} {read(it):g}\n' for it in instances]
        head = f"# HELP parlour_model_{name} {meaning}.\n# TYPE parlour_model_{name} {kind}\n"
        lines += [head, *told] if told else []
    return lines


def of_tools(tally: Iterable[Counted]) -> list[str]:
    """What is told of tools that were called; nothing where none was."""
    counted = list(tally)
    if not counted:
        return []
    calls = [
        f'parlour_tool_calls_total{{tool="{_label(it.tool)}",status="{status}"}} {count}\n'
        for it in counted
        for status, count in sorted(it.ended.items())
    ]
    seconds = [f'parlour_tool_seconds_total{{tool="{_label(it.tool)}"}} {it.seconds:g}\n' for it in counted]
    typical = [
        f'parlour_tool_typical_seconds{{tool="{_label(it.tool)}"}} {it.typical_s:g}\n'
        for it in counted
        if it.typical_s is not None
    ]
    head = (
        f"# HELP parlour_tool_typical_seconds How long a call takes that does its work, over the last {RECENT}.\n",
        "# TYPE parlour_tool_typical_seconds gauge\n",
    )
    return [
        "# HELP parlour_tool_calls_total How often a tool was called, by how that ended.\n",
        "# TYPE parlour_tool_calls_total counter\n",
        *calls,
        "# HELP parlour_tool_seconds_total How long the calls of a tool took together.\n",
        "# TYPE parlour_tool_seconds_total counter\n",
        *seconds,
        *((*head, *typical) if typical else ()),
    ]


def _kind(name: str) -> str:
    return "counter" if name.endswith("_total") else "gauge"


def _label(text: str) -> str:
    """Text as it may stand in quotes there."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
