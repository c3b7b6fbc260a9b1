"""The bodies of `/models` and `/providers`: who can answer, where the talk would go, and what an admin says to it."""

from typing import Annotated, Literal, get_args

from pydantic import Field

from parlour.protocol.content import Problem, Value
from parlour.protocol.rest import Line

ProviderName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,38}$")]
"""What stands before the slash in the names of a provider's models."""

ModelName = Annotated[Line, Field(max_length=200)]
Address = Annotated[Line, Field(max_length=2_000)]
Key = Annotated[str, Field(max_length=4_000, pattern=r"^[\x21-\x7e]*$")]
"""A secret as it goes into a header: no blanks, no marks that a header cannot carry."""


ProviderKind = Literal["openai", "anthropic", "google", "bedrock", "mistral"]
"""The format that a provider speaks: OpenAI's Chat Completions, as most do, or one of its own."""


def kind_of(name: str) -> ProviderKind:
    """A kind as it is kept. Raises ValueError for one that nobody speaks here."""
    found = next((kind for kind in get_args(ProviderKind) if kind == name), None)
    if found is None:
        raise ValueError(f"there is no kind of provider called {name}")
    return found


OptionName = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
Options = Annotated[dict[OptionName, Annotated[Line, Field(max_length=200)]], Field(max_length=10)]
"""What else a kind needs, by name: `thinking` (off, low, medium, high) of those with a format of their own, `region` of
bedrock. Nothing secret."""


class ModelPrice(Value):
    """What a million tokens cost, in billionths of a US dollar."""

    prompt: int
    cached: int
    """Of the prompt: what the provider had read before."""
    completion: int
    source: Literal["built_in", "local", "settings", "list"]
    """Why: it is built in, it runs on a machine of one's own, the settings say so, or a list of public prices does."""


class ModelView(Value):
    """Somebody who can answer."""

    id: str
    provider: str
    host: str
    """Where the talk would go; empty for the model that is built in."""
    is_allowed: bool
    """Whether an admin said that what is asked may go there."""
    is_default: bool
    scope: Literal["tenant", "project", "user"] = "tenant"
    """Whose provider it is: everybody's, the project's, or one's own."""
    window: int | None = None
    """How many tokens a request and its answer may have together, as far as that is known."""
    is_tier: bool = False
    """Whether it stands for one of several models, whichever suits a question."""
    price: ModelPrice | None = None
    """None where no price is known, and of a provider that is not allowed."""


class ModelList(Value):
    """Everybody who can answer, the default first."""

    models: list[ModelView]


class ProviderAllowed(Value):
    """Whether what is asked may go to this provider."""

    provider: Line
    is_allowed: bool = True


class DefaultModel(Value):
    """Who answers where nobody else is asked for; None for the first that is allowed."""

    model: ModelName | None


class ProviderView(Value):
    """Somebody's server of models. Its key is never shown."""

    name: str
    base_url: str
    host: str
    """Where the talk would go."""
    has_key: bool
    models: list[str]
    """As the provider calls them; here they are called `<name>/<model>`."""
    source: Literal["environment", "app"]
    """One from the environment is changed there, not here."""
    is_allowed: bool
    kind: ProviderKind = "openai"
    options: Options = Field(default_factory=dict)


class ProviderList(Value):
    """Every provider that is set up here, for admins."""

    providers: list[ProviderView]


class NewProvider(Value):
    """A server of models. Who sets it up allows it by doing so."""

    name: ProviderName
    base_url: Address
    api_key: Key = ""
    """Empty for a server that asks for none."""
    models: Annotated[list[ModelName], Field(min_length=1, max_length=100)]
    kind: ProviderKind = "openai"
    options: Options = Field(default_factory=dict)


class ProviderChange(Value):
    """What to change; what is left out stays. A new address needs the key anew: a key never follows to another host."""

    base_url: Address | None = None
    api_key: Key | None = None
    models: Annotated[list[ModelName], Field(min_length=1, max_length=100)] | None = None
    kind: ProviderKind | None = None
    options: Options | None = None
    """All of them, in the place of those that were set."""


class ProviderTrial(Value):
    """What to try out before it is kept: an address and a key, or a provider that is set up, with the key it has."""

    base_url: Address | None = None
    api_key: Key | None = None
    name: ProviderName | None = None
    model: ModelName | None = None
    """Asked for one word, if named; else only the list of models is read."""
    kind: ProviderKind | None = None
    options: Options | None = None


class ProviderTried(Value):
    """What came of a trial."""

    works: bool
    problem: Problem | None
    """What went wrong, and what to do about it."""
    models: list[str]
    """What the provider says it has; empty when it does not say."""
    duration_ms: int
