"""Where providers of one format disagree, as values: how a model is asked, and what of its reply goes back to it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from parlour.models.call_ids import FORTY

Json = dict[str, JsonValue]

JSON_OBJECT: Json = {"type": "json_object"}
JSON_SCHEMA: Json = {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}}


@dataclass(frozen=True, slots=True)
class Thoughts:
    """What a provider wants back of what its model thought before it called tools, for the steps that follow."""

    of: str
    """Whose they are; nobody else gets them."""
    field: Literal["reasoning_content", "reasoning", "reasoning_details"]
    """Where they stand in a message: as text, or in `reasoning_details` as the list that they came in."""
    missing: str | None = None
    """What stands there when another model made the calls, for a provider that refuses them without; None: nothing."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one model is asked."""

    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """What the greatest length of an answer is called: most know the first, OpenAI itself wants the second."""
    thinking_tokens: int = 0
    """How many a model may think with besides, where its thoughts count as part of its answer."""
    refuses: frozenset[str] = frozenset()
    """Parameters that are not sent, since the request would be refused or they would mean nothing."""
    adds: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    """Fields that every request has besides."""
    json_format: Mapping[str, JsonValue] = field(default_factory=lambda: JSON_OBJECT)
    """How an answer in JSON is asked for."""
    takes_schema: bool = False
    """Whether it can be told which JSON, and holds its model to it."""
    forms_beside_tools: bool = False
    """Whether an answer in JSON may be asked for beside tools: where each word is held to the form, none is a call."""
    asks_for_usage: bool = True
    """Whether it knows how to be asked for the usage of a stream."""
    takes_broken_arguments: bool = True
    """False where the arguments of a call that is over have to be JSON, whatever the model wrote."""
    takes_turns: bool = False
    """Whether it may refuse a talk in which both sides do not speak in turn, as the templates of many models do."""
    takes_cache_key: bool = False
    """Whether it wants to know which requests begin alike, to find again what it has read before."""
    marks_cache: bool = False
    """Whether it has to be shown how far a prompt stays the same, to keep what it has read so far."""
    thoughts: Thoughts | None = None
    call_ids: re.Pattern[str] = FORTY
    """What form the ids of calls have to have."""
