"""Offers of models whose providers have formats of their own. An offer is a value and calls nobody."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from parlour.clock import Clock
from parlour.errors import BadSetting
from parlour.models.connected import Provider
from parlour.models.instances import HOUSE
from parlour.models.offers import NO_WINDOWS, Offer, address_of, host_of, offer_of
from parlour.models.openai_limits import FIRST_EVENT_S, TOTAL_S, Limits
from parlour.models.other_kinds import NO_OPTIONS, OTHER_KINDS, Access, OtherKind
from parlour.models.pydantic_ai import PydanticAIModel


@dataclass(frozen=True, slots=True)
class OtherOffer:
    """A model that could answer, and all that is needed to ask it."""

    name: str
    """As it is shown and stored: "anthropic/claude-sonnet-5-5"."""
    base_url: str
    api_key: str = field(repr=False)
    of: OtherKind
    options: Mapping[str, str] = field(default_factory=dict[str, str])
    window: int | None = None
    """How many tokens it takes, where somebody knows better than its kind."""
    is_of_house: bool = False
    """Whether it was set up for the whole house; see `Access`."""

    @property
    def kind(self) -> str:
        """The format that its provider speaks."""
        return self.of.name

    @property
    def host(self) -> str:
        """Where the talk would go: what an admin has to know before saying yes."""
        return host_of(self.base_url)

    def model(self, *, clock: Clock, total_s: float = TOTAL_S, silence_s: float = FIRST_EVENT_S) -> PydanticAIModel:
        """The model, ready to be asked, which may be silent for `silence_s`; no connection is made yet."""
        return self.model_within(Limits(total_s=total_s, first_event_s=silence_s, silence_s=silence_s), clock=clock)

    def model_within(self, limits: Limits, *, clock: Clock) -> PydanticAIModel:
        """The same with limits of one's own."""
        return PydanticAIModel(
            name=self.name,
            access=Access(self.of, self.base_url, self.api_key, self.options, self.is_of_house),
            window=self.window,
            limits=limits,
            clock=clock,
        )


AnyOffer = Offer | OtherOffer


@dataclass(frozen=True, slots=True)
class Named:
    """What the settings say of a provider; "" means not set."""

    api_key: str
    models: tuple[str, ...] = ()
    base_url: str = ""


def offer_of_kind(
    kind: str,
    provider: str,
    model: str,
    base_url: str,
    api_key: str,
    options: Mapping[str, str] = NO_OPTIONS,
    windows: Mapping[str, int] = NO_WINDOWS,
) -> AnyOffer:
    """The offer of one model of a provider of any kind. `windows` as in `offer_of`."""
    other = OTHER_KINDS.get(kind)
    if other is None:
        return offer_of(provider, model, base_url, api_key, windows)
    name = f"{provider}/{model}"
    return OtherOffer(name, base_url, api_key, other, options, windows.get(name) or windows.get(model))


def offer_with(windows: Mapping[str, int], provider: Provider, model: str, key: str) -> AnyOffer:
    """The offer of one model of a provider as it was set up. `windows` as in `offer_of`."""
    offer = offer_of_kind(provider.kind, provider.name, model, provider.base_url, key, provider.options, windows)
    return of_house(offer) if provider.scope == HOUSE else offer


def of_house(offer: AnyOffer) -> AnyOffer:
    """The offer, set up for the whole house."""
    return replace(offer, is_of_house=True) if isinstance(offer, OtherOffer) else offer


def window_of(windows: Mapping[str, int], provider: Provider, model: str) -> int | None:
    """How many tokens a model of a provider takes at once, as far as that is known without asking."""
    offer = offer_with(windows, provider, model, "")
    return offer.window if isinstance(offer, Offer) else None


def other_offers(named: Mapping[str, Named], windows: Mapping[str, int] = NO_WINDOWS) -> tuple[AnyOffer, ...]:
    """The models that the settings offer of other kinds, in order; none of a kind without a key.

    Raises BadSetting, which names the setting, for an address that is none and a key that cannot be sent.
    """
    offers: list[AnyOffer] = []
    for name, said in named.items():
        kind, key = OTHER_KINDS[name], said.api_key.strip()
        if not (key.isascii() and key.isprintable()):
            raise BadSetting(f"{name.upper()}_API_KEY holds characters that no key has. Copy the key again.")
        if key:
            try:
                base_url = address_of(said.base_url or kind.base_url)
            except ValueError as error:
                raise BadSetting(f"{name.upper()}_BASE_URL {error}") from error
            models = said.models or kind.models
            offers += [offer_of_kind(name, name, model, base_url, key, windows=windows) for model in models]
    return tuple(offers)
