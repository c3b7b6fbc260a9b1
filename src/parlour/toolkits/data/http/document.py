"""An OpenAPI 3 document as it is entered, and as it is kept: short JSON, with nothing in it but what is needed."""

import re
from collections.abc import Iterable
from importlib import import_module
from typing import Any

import orjson

from parlour.toolkits.data.http.settings import MOST_OPENAPI
from parlour.tools.outcomes import BadArguments

_KEPT = ("openapi", "info", "paths", "components")
_NOT_KEPT = frozenset({"example", "examples", "externalDocs", "xml", "responses", "callbacks", "security", "links"})
_PARTS = ("parameters", "requestBodies", "schemas", "headers", "pathItems")
_MAPS = frozenset(
    {"properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "content", "paths", *_PARTS}
)
_DEEPEST = 60


def shortened_document(text: str) -> str:
    """A document as it is kept. Raises BadArguments, in words for whoever entered it.

    It may take a while, and is no work for the loop.
    """
    found = _parsed(text)
    document: dict[str, Any] = found if isinstance(found, dict) else {}  # pyright: ignore[reportUnknownVariableType]
    version = document.get("openapi")
    if not isinstance(version, str) or not re.match(r"3\.\d", version):
        raise BadArguments("This is no OpenAPI document of version 3: it has no `openapi: 3.…`.")
    if not isinstance(document.get("paths"), dict):
        raise BadArguments("This OpenAPI document has no paths.")
    kept: dict[str, Any] = {key: document[key] for key in _KEPT if key in document}
    given = document.get("components")
    parts: dict[str, Any] = given if isinstance(given, dict) else {}  # pyright: ignore[reportUnknownVariableType]
    kept["components"] = {key: parts[key] for key in _PARTS if key in parts}
    short = orjson.dumps(_pruned(kept, 0)).decode()
    if len(short) > MOST_OPENAPI:
        raise BadArguments(
            f"This OpenAPI document has {len(short):,} characters, even without its examples; at most"
            f" {MOST_OPENAPI:,} are kept. Take out what is not needed."
        )
    return short


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass
    yaml: Any = import_module("yaml")
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        _look_through(yaml, yaml.parse(text, Loader=loader))
        found = yaml.load(text, Loader=loader)
        return orjson.loads(orjson.dumps(found, option=orjson.OPT_NON_STR_KEYS))
    except (yaml.YAMLError, TypeError, ValueError, RecursionError) as error:
        raise BadArguments("This is neither JSON nor YAML.") from error


def _look_through(yaml: Any, events: Iterable[Any]) -> None:
    """Raises BadArguments for YAML that is small and would become more than anybody can read."""
    depth = 0
    for event in events:
        if isinstance(event, yaml.events.AliasEvent):
            raise BadArguments("This YAML refers to parts of itself by & and *: write them out, or use $ref.")
        depth += isinstance(event, yaml.events.CollectionStartEvent)
        depth -= isinstance(event, yaml.events.CollectionEndEvent)
        if depth > _DEEPEST:
            raise BadArguments("This OpenAPI document is nested too deeply.")


def _pruned(value: Any, depth: int, *, is_map: bool = False) -> Any:
    """`value` without what is not needed; in a map the keys are names that somebody chose."""
    if depth > _DEEPEST:
        raise BadArguments("This OpenAPI document is nested too deeply.")
    if isinstance(value, list):
        return [_pruned(each, depth + 1) for each in value]  # pyright: ignore[reportUnknownVariableType]
    if not isinstance(value, dict):
        return value
    return {
        key: _pruned(each, depth + 1, is_map=key in _MAPS and not is_map)
        for key, each in value.items()  # pyright: ignore[reportUnknownVariableType]
        if is_map or key not in _NOT_KEPT
    }
