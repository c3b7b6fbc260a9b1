"""Which models the settings offer. An offer is a value and calls nobody: it is used once an admin has said so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from parlour.clock import Clock
from parlour.errors import BadSetting
from parlour.models.dialect import Dialect
from parlour.models.openai_limits import DEFAULT_WINDOW, FIRST_EVENT_S, TOTAL_S, Limits
from parlour.models.other_kinds import NO_OPTIONS, OPENAI
from parlour.models.presets import preset_of

if TYPE_CHECKING:
    from parlour.models.openai import OpenAIModel

OPENAI_URL = "https://api.openai.com/v1"
OPENAI_MODELS = ("gpt-4o-mini",)
OLLAMA_MODELS = ("llama3.2",)
NO_WINDOWS: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Offer:
    """A model that could answer, and all that is needed to ask it."""

    name: str
    """As it is shown and stored: "openai/gpt-4o-mini", "ollama/llama3.2"."""
    base_url: str
    api_key: str = field(repr=False)
    window: int = DEFAULT_WINDOW
    dialect: Dialect = field(default_factory=Dialect)
    first_event_s: float = 0.0
    """At least how long its first event is waited for, however short one's patience."""

    @property
    def kind(self) -> str:
        """The format that its provider speaks."""
        return OPENAI

    @property
    def options(self) -> Mapping[str, str]:
        """What else its kind needs: nothing."""
        return NO_OPTIONS

    @property
    def host(self) -> str:
        """Where the talk would go: what an admin has to know before saying yes."""
        return host_of(self.base_url)

    def model(self, *, clock: Clock, total_s: float = TOTAL_S, silence_s: float = FIRST_EVENT_S) -> OpenAIModel:
        """The model, ready to be asked, which may be silent for `silence_s`; no connection is made yet."""
        first_event_s = max(self.first_event_s, silence_s)
        return self.model_within(Limits(total_s=total_s, first_event_s=first_event_s, silence_s=silence_s), clock=clock)

    def model_within(self, limits: Limits, *, clock: Clock) -> OpenAIModel:
        """The same with limits of one's own."""
        # Loaded here: the HTTP client costs a quarter of a second, and most houses offer no model at all.
        from parlour.models.openai import OpenAIModel

        return OpenAIModel(
            name=self.name,
            base_url=self.base_url,
            api_key=self.api_key,
            window=self.window,
            dialect=self.dialect,
            limits=limits,
            clock=clock,
        )


def offered(
    *,
    openai_api_key: str = "",
    openai_base_url: str = "",
    openai_models: Sequence[str] = OPENAI_MODELS,
    ollama_base_url: str = "",
    ollama_models: Sequence[str] = OLLAMA_MODELS,
    windows: Mapping[str, int] = NO_WINDOWS,
) -> tuple[Offer, ...]:
    """The models that these settings offer, in order; none when nothing is set ("" means not set).

    A key alone means OpenAI itself; an address alone means a server that asks for no key. Raises BadSetting, which
    names the setting, for an address that is none and a key that cannot be sent.
    """
    offers: list[Offer] = []
    key = openai_api_key.strip()
    if not (key.isascii() and key.isprintable()):
        raise BadSetting("OPENAI_API_KEY holds characters that no key has. Copy the key again.")
    if key or openai_base_url.strip():
        base_url = _setting("OPENAI_BASE_URL", openai_base_url) or OPENAI_URL
        offers += [offer_of("openai", model, base_url, key, windows) for model in openai_models]
    if ollama_base_url.strip():
        base_url = _setting("OLLAMA_BASE_URL", ollama_base_url).removesuffix("/v1") + "/v1"
        offers += [offer_of("ollama", model, base_url, "", windows) for model in ollama_models]
    return tuple(offers)


def offer_of(provider: str, model: str, base_url: str, api_key: str, windows: Mapping[str, int] = NO_WINDOWS) -> Offer:
    """The offer of one model, with what is known of such servers: how long a talk they take, and how they are asked.

    `windows` knows better, by `provider/model` or by the model's own name.
    """
    name, preset = f"{provider}/{model}", preset_of(provider, base_url)
    return Offer(
        name,
        base_url,
        api_key,
        window=windows.get(name) or windows.get(model) or preset.window_of(model),
        dialect=preset.dialect_of(model),
        first_event_s=preset.patience_of(model),
    )


def address_of(text: str) -> str:
    """An address as it is kept: without blanks around it and a slash at its end.

    Raises ValueError, with what it has to be, for one that is none.
    """
    address = text.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018 - reading it is what checks it
        (parts.hostname or "").encode("idna")
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname or not address.isprintable() or " " in address:
        raise ValueError("has to be an address such as http://localhost:11434.")
    return address


def host_of(address: str) -> str:
    """Where an address leads, with its port; without the name and password that may stand in it."""
    return urlsplit(address).netloc.rpartition("@")[2]


def shown(address: str) -> str:
    """An address without the name and password that may stand in it."""
    return urlsplit(address)._replace(netloc=host_of(address)).geturl()


def _setting(name: str, text: str) -> str:
    try:
        return address_of(text) if text.strip() else ""
    except ValueError as error:
        raise BadSetting(f"{name} {error}") from error
