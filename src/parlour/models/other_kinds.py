"""The kinds of providers that do not speak Chat Completions: what each is called, where it is, and what it needs.

Values only: the packages that speak these formats are extras, and are loaded when such a provider is first asked.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec

from parlour.models.call_ids import FORTY, NINE, WORD
from parlour.models.openai_limits import DEFAULT_WINDOW

OPENAI = "openai"
"""The kind that needs nothing: Chat Completions, which most servers of models speak."""

THINKING = ("off", "low", "medium", "high")
"""How hard a model thinks before it speaks, where its provider lets one say; by default as its provider has it."""
THINKING_TOKENS = {"low": 2_048, "medium": 10_000, "high": 16_384}
"""What a model may think with, which some providers count as said: an answer gets that much more room."""

NO_OPTIONS: Mapping[str, str] = {}

REGION = re.compile(r"[a-z]{2,3}(-[a-z]+)+-\d{1,2}")


@dataclass(frozen=True, slots=True)
class OtherKind:
    """A format, and what is known of those who speak it."""

    name: str
    """As it is kept; the extra that installs what it needs is called the same."""
    label: str
    package: str
    """What has to be there besides the adapter, as it is imported."""
    base_url: str
    """Where its own provider answers."""
    models: tuple[str, ...]
    """Offered where the settings name a key and no model."""
    windows: Mapping[str, int]
    """Of its models, by the beginning of their names; the longest beginning that fits counts."""
    temperature: float = 1.0
    """The highest that it takes."""
    temperature_or_top_p: bool = False
    """Whether it refuses a request that names both."""
    suffix: str = ""
    """What its client puts behind an address by itself, so that it may stand there or not."""
    options: tuple[str, ...] = ("thinking",)
    call_ids: re.Pattern[str] = FORTY
    """What form the ids of calls have to have."""
    takes_stops: bool = True
    """Whether all its models take words to stop at: some refuse a request that has any."""
    is_known_to_machines: bool = False
    """Whether a machine may be let in by itself, without a key."""

    @property
    def extra(self) -> str:
        """What to install, as pip knows it."""
        return f"parlour[{self.name}]"

    @property
    def is_there(self) -> bool:
        """Whether what it needs is installed. Loads nothing."""
        return _is_installed("pydantic_ai") and _is_installed(self.package)

    @property
    def missing(self) -> str:
        """What to do when it is not there, for an administrator."""
        return (
            f"{self.label} needs packages that are not installed on this server. "
            f"Install them with: pip install '{self.extra}', and start it anew."
        )

    def window(self, model: str) -> int:
        """How many tokens a request to a model and its answer may have together."""
        # Where one provider has the models of many, theirs stands before the name: "eu.anthropic.claude-…".
        names = (model, *(model.split(".", cut)[-1] for cut in (1, 2)))
        fitting = [beginning for beginning in self.windows if any(name.startswith(beginning) for name in names)]
        return self.windows[max(fitting, key=len)] if fitting else DEFAULT_WINDOW


_CLAUDE = {
    "claude": 200_000,
    "claude-sonnet-4-6": 1_000_000,
    "claude-opus-4-6": 1_000_000,
    "claude-opus-4-7": 1_000_000,
    "claude-opus-4-8": 1_000_000,
    **{f"claude-{name}-5": 1_000_000 for name in ("haiku", "sonnet", "opus", "fable", "mythos")},
}
_NOVA = {"nova": 300_000, "nova-micro": 128_000, "nova-premier": 1_000_000, "nova-2": 1_000_000}

OTHER_KINDS: Mapping[str, OtherKind] = {
    kind.name: kind
    for kind in (
        OtherKind(
            name="anthropic",
            label="Anthropic",
            package="anthropic",
            base_url="https://api.anthropic.com",
            models=("claude-sonnet-5-5",),
            windows=_CLAUDE,
            temperature_or_top_p=True,
            call_ids=WORD,
            suffix="/v1",
        ),
        OtherKind(
            name="google",
            label="Google",
            package="google.genai",
            base_url="https://generativelanguage.googleapis.com",
            models=("gemini-3.8-flash",),
            windows={"gemini": 1_000_000},
            temperature=2.0,
            suffix="/v1beta",
        ),
        OtherKind(
            name="bedrock",
            label="Amazon Bedrock",
            package="boto3",
            base_url="https://bedrock-runtime.us-east-1.amazonaws.com",
            models=(),
            windows=_CLAUDE | _NOVA,
            temperature_or_top_p=True,
            options=("thinking", "region"),
            call_ids=WORD,
            takes_stops=False,
            is_known_to_machines=True,
        ),
        OtherKind(
            name="mistral",
            label="Mistral",
            package="mistralai",
            base_url="https://api.mistral.ai",
            models=("mistral-large-latest",),
            windows={"codestral": 256_000, "devstral-2": 256_000, "mistral-large-3": 256_000},
            temperature=1.5,
            suffix="/v1",
            call_ids=NINE,
        ),
    )
}
"""By their names. A new one is an entry here, a maker in `pydantic_ai_access` and an extra of the same name."""


@dataclass(frozen=True, slots=True)
class Access:
    """Where a provider is, and with what one gets in."""

    kind: OtherKind
    base_url: str
    api_key: str = field(default="", repr=False)
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    is_of_house: bool = False
    """Whether it was set up for the whole house, so that what this machine itself may use can stand in for a key."""

    @property
    def lacks_a_key(self) -> bool:
        """Whether only the machine would be let in, and may not lend that to whoever set this up."""
        return self.kind.is_known_to_machines and not self.api_key and not self.is_of_house


class BadOption(ValueError):
    """Something that a kind does not know, or not so. The text is for an administrator."""


def _is_installed(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        # What the package would be a part of is not there either.
        return False


def checked_options(kind: str, options: Mapping[str, str]) -> dict[str, str]:
    """The options that are set. Raises BadOption for one that this kind does not have, or not with this value."""
    known: Sequence[str] = OTHER_KINDS[kind].options if kind in OTHER_KINDS else ()
    found = {name: value for name, value in options.items() if value}
    for name, value in found.items():
        if name not in known:
            raise BadOption(f"There is no option {name} for this kind of provider.")
        if name == "thinking" and value not in THINKING:
            raise BadOption(f"The option thinking takes {', '.join(THINKING)}.")
        if name == "region" and not REGION.fullmatch(value):
            raise BadOption("The option region takes the name of a region, such as eu-central-1.")
    return found
