"""The well-known providers: where they are and where they differ, in one table. Adding one is adding a row.

What somebody knows better of their own server is a setting: how many tokens a model takes (`AI_MODEL_WINDOWS`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import JsonValue

from parlour.models.call_ids import NINE, WORD
from parlour.models.dialect import JSON_SCHEMA, Dialect, Thoughts
from parlour.models.openai_limits import DEFAULT_WINDOW

Known = TypeVar("Known")

SAMPLING = frozenset({"temperature", "top_p", "presence_penalty", "frequency_penalty"})
"""What a model that always reasons refuses."""

OLLAMA_PORT = 11434
LLAMA_CPP_PORT = 9931
"""That of today; until 2026 it was 8080, where any server may be."""
SMALL_WINDOW = 4_096
"""What a model gets on an ordinary machine where nobody set more, and what is safe to think of one nobody heard of."""
OPENAI_WINDOWS = {
    "gpt-3.5-turbo": 4_096,
    "gpt-3.5-turbo-16k": 16_384,
    "gpt-4": 8_192,
    "gpt-4-32k": 32_768,
    "gpt-4-turbo": 128_000,
    "gpt-4-0125": 128_000,
    "gpt-4-1106": 128_000,
    "gpt-4-vision": 128_000,
    "gpt-4o": 128_000,
    "chatgpt-4o": 128_000,
    "gpt-4.1": 1_047_576,
    "gpt-4.5": 128_000,
    "gpt-5": 400_000,
    "gpt-5-chat": 128_000,
    "gpt-6": 400_000,
    "gpt-oss": 131_072,
    "codex": 200_000,
    "o1": 200_000,
    "o1-mini": 128_000,
    "o3": 200_000,
    "o4": 200_000,
}
VENDOR_WINDOWS = {
    "claude": 200_000,
    "deepseek": 128_000,
    "gemini": 1_048_576,
    "gemma": 8_192,
    "gemma-3": 131_072,
    "grok": 131_072,
    "llama-3": 8_192,
    "llama-3.1": 131_072,
    "llama-3.2": 131_072,
    "llama-3.3": 131_072,
    "llama-4": 131_072,
    "mistral": 32_768,
    "qwen": 32_768,
    "qwen3": 131_072,
}
"""Of models that many providers have."""
LIKELY_WINDOW = 32_768
"""What a server in the house has for a model that could take as much or more, where nobody set it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What is different for some models of a provider."""

    thinking_tokens: int = 0
    refuses: frozenset[str] = frozenset()
    adds: Mapping[str, JsonValue] = field(default_factory=dict[str, JsonValue])
    marks_cache: bool = False
    first_event_s: float = 0.0
    takes_schema: bool = True
    """False for those that do not, though others of the provider do."""
    call_ids: re.Pattern[str] | None = None
    """What form the ids of calls have to have; None for that of the provider."""


THINKING_TOKENS = 16_384
"""What a model that thinks takes for that, mostly far less; without it the answer could end before its first word."""
PLAIN = Rule()
UNSTOPPED = Rule(refuses=frozenset({"stop"}))
"""They take no words to stop at."""
UNSHAPED = Rule(takes_schema=False)
"""They are older than schemas."""
THINKS = Rule(thinking_tokens=THINKING_TOKENS)
REASONS = Rule(thinking_tokens=THINKING_TOKENS, refuses=SAMPLING | {"stop"}, first_event_s=120.0)
"""They say nothing while they think, which may take minutes."""
OPENAI_RULES = {
    "gpt-3.5": UNSHAPED,
    "gpt-4": UNSHAPED,
    **dict.fromkeys(("gpt-4o", "gpt-4.1", "gpt-4.5"), PLAIN),
    "o1": REASONS,
    "o3": REASONS,
    "o4": REASONS,
    "codex": REASONS,
    "gpt-5": REASONS,
    "gpt-5-chat": PLAIN,
    "gpt-5.1": UNSTOPPED,
    "gpt-5.1-chat": REASONS,
    "gpt-5.1-codex": REASONS,
    "gpt-5.2": UNSTOPPED,
    "gpt-5.2-chat": REASONS,
    "gpt-5.2-pro": REASONS,
    "gpt-5.3": UNSTOPPED,
    "gpt-5.3-chat": REASONS,
    "gpt-5.4": UNSTOPPED,
    "gpt-5.4-pro": REASONS,
    "gpt-6": REASONS,
}
"""Some reason only when they are told to, and we do not tell them."""
MAKERS_RULES = {
    "anthropic/": Rule(call_ids=WORD),
    "claude": Rule(call_ids=WORD),
    **dict.fromkeys(("mistral", "ministral", "magistral", "codestral", "devstral", "mixtral"), Rule(call_ids=NINE)),
}
"""Of models whose makers refuse an id, wherever they are asked."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A provider that is known by its address. In its tables the longest beginning of a model's name counts."""

    label: str
    name: str
    address: str
    wants_key: bool
    dialect: Dialect = field(default_factory=Dialect)
    rules: Mapping[str, Rule] = field(default_factory=dict[str, Rule])
    windows: Mapping[str, int] = field(default_factory=dict[str, int])
    window: int = DEFAULT_WINDOW
    """Of a model that is not among `windows`."""
    first_event_s: float = 0.0
    """At least how long the first event is waited for: a model may have to be loaded, or wait for its turn."""
    is_near: bool = False
    """Whether it runs in the house, at any host: then it is known by its name, and by its port."""

    def dialect_of(self, model: str) -> Dialect:
        """How `model` is asked."""
        rule = self._rule_of(model)
        own = self.dialect
        return replace(
            own,
            thinking_tokens=rule.thinking_tokens,
            refuses=own.refuses | rule.refuses,
            adds={**own.adds, **rule.adds},
            marks_cache=own.marks_cache or rule.marks_cache,
            takes_schema=own.takes_schema and rule.takes_schema,
            call_ids=rule.call_ids or own.call_ids,
        )

    def patience_of(self, model: str) -> float:
        """At least how many seconds the first event of `model` is waited for."""
        return max(self.first_event_s, self._rule_of(model).first_event_s)

    def window_of(self, model: str) -> int:
        """How many tokens `model` takes, as far as it is known."""
        return _longest(self.windows, _plain(model).rpartition("/")[2]) or self.window

    def is_at(self, provider: str, base_url: str) -> bool:
        """Whether the provider of this name and address is one of these."""
        own, asked = urlsplit(self.address), urlsplit(base_url)
        if not self.is_near:
            return asked.hostname == own.hostname
        return provider == self.name or (asked.port == own.port and own.port != ANYBODYS_PORT)

    def _rule_of(self, model: str) -> Rule:
        name = _plain(model)
        # Whoever packed a model for a server of one's own stands before its name.
        return _longest(self.rules, name) or _longest(self.rules, name.rpartition("/")[2]) or PLAIN


ANYBODYS_PORT = 8000
"""Where any server may be, ours among them."""

PRESETS = (
    Preset(
        "OpenAI",
        "openai",
        "https://api.openai.com/v1",
        wants_key=True,
        dialect=Dialect("max_completion_tokens", takes_cache_key=True, takes_schema=True, forms_beside_tools=True),
        rules=OPENAI_RULES,
        windows=OPENAI_WINDOWS,
        window=SMALL_WINDOW,
    ),
    Preset(
        "OpenRouter",
        "openrouter",
        "https://openrouter.ai/api/v1",
        wants_key=True,
        dialect=Dialect(thoughts=Thoughts("openrouter", "reasoning_details"), forms_beside_tools=False),
        rules=MAKERS_RULES
        | {"anthropic/": Rule(marks_cache=True, call_ids=WORD)}
        | {f"openai/{name}": rule for name, rule in OPENAI_RULES.items()},
        windows=OPENAI_WINDOWS | VENDOR_WINDOWS,
        first_event_s=60.0,
    ),
    Preset(
        "DeepSeek",
        "deepseek",
        "https://api.deepseek.com/v1",
        wants_key=True,
        dialect=Dialect(thoughts=Thoughts("deepseek", "reasoning_content", missing=""), forms_beside_tools=True),
        rules={"deepseek": THINKS, "deepseek-chat": PLAIN},
        windows={"deepseek": 128_000},
        first_event_s=60.0,
    ),
    Preset(
        "Groq",
        "groq",
        "https://api.groq.com/openai/v1",
        wants_key=True,
        dialect=Dialect("max_completion_tokens", forms_beside_tools=False),
        rules={"qwen/qwen3": Rule(adds={"reasoning_format": "parsed"})},
        windows={"gemma2": 8_192, "llama3-": 8_192, "llama-guard": 8_192},
        window=131_072,
    ),
    Preset(
        "Ollama",
        "ollama",
        f"http://localhost:{OLLAMA_PORT}/v1",
        wants_key=False,
        dialect=Dialect(
            takes_broken_arguments=False,
            thoughts=Thoughts("ollama", "reasoning"),
            takes_schema=True,
            forms_beside_tools=False,
        ),
        window=SMALL_WINDOW,
        first_event_s=120.0,
        is_near=True,
    ),
    Preset(
        "LM Studio",
        "lm-studio",
        "http://localhost:1234/v1",
        wants_key=False,
        dialect=Dialect(
            json_format=JSON_SCHEMA,
            takes_broken_arguments=False,
            takes_turns=True,
            takes_schema=True,
            forms_beside_tools=False,
        ),
        window=SMALL_WINDOW,
        first_event_s=120.0,
        is_near=True,
    ),
    Preset(
        "llama.cpp",
        "llama-cpp",
        f"http://localhost:{LLAMA_CPP_PORT}/v1",
        wants_key=False,
        dialect=Dialect(
            takes_broken_arguments=False,
            takes_turns=True,
            thoughts=Thoughts("llama-cpp", "reasoning_content"),
            takes_schema=True,
            forms_beside_tools=False,
        ),
        rules=MAKERS_RULES,
        windows={name: min(tokens, LIKELY_WINDOW) for name, tokens in VENDOR_WINDOWS.items()},
        window=LIKELY_WINDOW,
        first_event_s=120.0,
        is_near=True,
    ),
    Preset(
        "vLLM",
        "vllm",
        "http://localhost:8000/v1",
        wants_key=False,
        dialect=Dialect(takes_broken_arguments=False, takes_turns=True, takes_schema=True, forms_beside_tools=False),
        rules=MAKERS_RULES,
        windows=VENDOR_WINDOWS | {"gpt-oss": 131_072},
        window=LIKELY_WINDOW,
        is_near=True,
    ),
)
"""In the order in which they are shown."""

ANY = Preset(
    "",
    "",
    "",
    wants_key=False,
    dialect=Dialect(takes_broken_arguments=False, takes_turns=True, forms_beside_tools=False),
    rules=MAKERS_RULES,
)
"""Whoever else speaks the format, perhaps as strictly as the strictest of these."""


def preset_of(provider: str, base_url: str) -> Preset:
    """What is known of the provider of this name and address."""
    return next((preset for preset in PRESETS if preset.is_at(provider, base_url)), ANY)


def _plain(model: str) -> str:
    """A model's name as the tables have it: a fine-tuned one is like the one it was made from."""
    return model.casefold().removeprefix("ft:")


def _longest(table: Mapping[str, Known], name: str) -> Known | None:
    fitting = [beginning for beginning in table if name.startswith(beginning)]
    return table[max(fitting, key=len)] if fitting else None
