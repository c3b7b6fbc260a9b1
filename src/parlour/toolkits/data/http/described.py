"""The tools that an OpenAPI document describes: one for each operation, named after the API and the operation."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import orjson
import structlog

from parlour.protocol.content import Effect, Json
from parlour.toolkits.data.datasource import Datasource, acting_on
from parlour.toolkits.data.http.asking import KIND, Ask, foresaw, had, made, rests_on
from parlour.toolkits.data.http.keeping import lasts
from parlour.toolkits.data.http.operations import Operation, operations_of
from parlour.toolkits.data.http.settings import READING, HttpSettings, Method
from parlour.toolkits.data.http.wording import done, sentence, summary
from parlour.toolkits.data.kinds import Shelf
from parlour.tools.acting import Foreseen
from parlour.tools.caching import Basis, Caching
from parlour.tools.schema_tool import schema_tool
from parlour.tools.tool import Acting, Arguments, Tool, ToolContext, Wording

log = structlog.get_logger(__name__)

_LONGEST_NAME = 64
_SECRETS = frozenset({"authorization", "cookie", "x-api-key", "api-key", "api_key", "apikey", "x-auth-token"})
"""Parameters by these names are what lets one in; calls never have them."""


def described(shelf: Shelf, datasource: Datasource, timeout_s: float) -> tuple[Tool, ...]:
    """The tools of an API that has a document; none for one that has none."""
    text, most = datasource.settings.get("openapi"), datasource.settings.get("max_tools")
    if not isinstance(text, str) or not text or not isinstance(most, int):
        return ()
    found, left_out = operations_of(orjson.loads(text), _methods(datasource))
    tools: list[Tool] = []
    prefix = named(datasource.name) or "api"
    taken: set[str] = set()
    for operation in found[:most]:
        name = _free(_shortened(f"{prefix}__{named(operation.id) or operation.method.lower()}"), taken)
        try:
            tools.append(_Operated(shelf, datasource, operation).tool(name, timeout_s))
            taken.add(name)
        except ValueError as error:
            left_out.append(f"{operation.method} {operation.path}: {error}")
    if left_out or len(found) > most:
        log.warning(
            "operations of an API are no tools",
            datasource=datasource.id,
            left_out=left_out[:20],
            beyond_max_tools=max(0, len(found) - most),
        )
    return tuple(tools)


def named(text: str) -> str:
    """A name as tools have it: "Shop API" is "shop_api"; "" where nothing of it can be written so."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", plain)
    return re.sub(r"[^A-Za-z0-9]+", "_", words).strip("_").lower()


def _methods(datasource: Datasource) -> frozenset[Method]:
    given = datasource.settings.get("methods")
    names = {each for each in given if isinstance(each, str)} if isinstance(given, list) else set[str]()
    known: tuple[Method, ...] = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
    return frozenset(each for each in known if each in names and (datasource.writable or each in READING))


def _shortened(name: str) -> str:
    """A name that is not too long: what is cut off is told apart by a sum over all of it."""
    if len(name) <= _LONGEST_NAME:
        return name
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: _LONGEST_NAME - 9]}_{mark}"


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = _shortened(f"{name}_{number}")
    return free


class _Operated:
    """An operation of one API, and how it is called."""

    def __init__(self, shelf: Shelf, datasource: Datasource, operation: Operation) -> None:
        self._shelf = shelf
        self._datasource = datasource
        self._operation = operation
        given = (datasource.settings.get("headers"), datasource.settings.get("query"))
        self._set = _SECRETS | {name.lower() for each in given if isinstance(each, dict) for name in each}

    def tool(self, name: str, timeout_s: float) -> Tool:
        """Raises ValueError for an operation that cannot be one."""
        operation, where = self._operation, self._datasource.name
        what = operation.summary or operation.id
        effect: Effect = "write"
        if operation.method in READING:
            effect = "read"
        elif operation.method == "DELETE":
            effect = "destructive"
        words = [each for each in (operation.summary, operation.description) if each]
        tool = schema_tool(
            name,
            "\n\n".join([*words, f"{operation.method} {operation.path} of the API “{where}”."]),
            self._schema(),
            self._read if effect == "read" else self._change,
            effect=effect,
            wording=Wording(label=lambda _: f"{what} at “{where}”", summary=summary, sentence=sentence, done=done),
            timeout_s=timeout_s,
            acting=Acting() if effect == "read" else acting_on(KIND, self._foresee, where),
        )
        return replace(tool, caching=Caching(self._basis, lasts)) if effect == "read" else tool

    def _schema(self) -> Json:
        """Without what an admin has set."""
        schema = {**self._operation.schema}
        hidden = {
            each.argument
            for each in self._operation.parameters
            if each.place != "path" and each.name.lower() in self._set
        }
        properties, required = schema["properties"], schema["required"]
        assert isinstance(properties, dict)
        assert isinstance(required, list)
        schema["properties"] = {name: each for name, each in properties.items() if name not in hidden}
        schema["required"] = [name for name in required if name not in hidden]
        return schema

    async def _basis(self, context: ToolContext, **_: Arguments) -> Basis | None:
        return await rests_on(self._shelf, context, self._datasource.id)

    async def _read(self, context: ToolContext, arguments: Arguments) -> Json:
        return await had(self._shelf, context, self._datasource.id, self._asks(arguments))

    async def _change(self, context: ToolContext, arguments: Arguments) -> Json:
        return await made(self._shelf, context, self._datasource.id, self._asks(arguments))

    async def _foresee(self, context: ToolContext, arguments: Arguments) -> Foreseen:
        return await foresaw(self._shelf, context, self._datasource.id, self._asks(arguments), self._operation.summary)

    def _asks(self, arguments: Arguments) -> Ask:
        return lambda source: self._operation.asked(arguments, self._set | source.settings.set_names())


def told(settings: HttpSettings) -> str:
    """How much of a document becomes tools, for whoever enters it; "" where there is none."""
    if not settings.openapi:
        return ""
    found, left_out = operations_of(orjson.loads(settings.openapi), frozenset(settings.methods))
    count = min(len(found), settings.max_tools)
    words = f" It describes {count} {'tool' if count == 1 else 'tools'}."
    if len(found) > count:
        words += f" {len(found) - count} more operations are left out: `max_tools` is {settings.max_tools}."
    if left_out:
        words += f" Left out: {_some(left_out)}."
    return words


def _some(reasons: Sequence[str]) -> str:
    more = f"; and {len(reasons) - 3} more" if len(reasons) > 3 else ""
    return "; ".join(reasons[:3]) + more
