"""Who answers: what the settings offer, what is set up in the app, and the lineup of both."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial

from sqlalchemy.ext.asyncio import AsyncConnection

from parlour.clock import Clock
from parlour.config import Settings
from parlour.identity.providers import Providers
from parlour.identity.vault import Vault
from parlour.journal.unit import Writer
from parlour.models.base import Model
from parlour.models.connected import Connections, Provider, Remote
from parlour.models.instances import Instances
from parlour.models.intents.model import NAME as BUILT_IN
from parlour.models.intents.model import IntentsModel
from parlour.models.lineup import Lineup, provider_of
from parlour.models.offers import offered
from parlour.models.other_kinds import OPENAI
from parlour.models.other_offers import AnyOffer, Named, offer_with, other_offers, window_of
from parlour.models.own_prices import own_prices
from parlour.models.prices import Prices
from parlour.models.route import Wish
from parlour.models.shipped_tiers import ANTHROPIC
from parlour.protocol.routing import Routing
from parlour.store.database import Database
from parlour.store.queries.choices import Choices, choices
from parlour.turn.told_before import Keeping, ToldBefore


async def providers_of(
    settings: Settings, clock: Clock, database: Database, writer: Writer, offers: Sequence[AnyOffer]
) -> Providers:
    """What may be set up in the app. Raises BadSetting when the master key is lost, or another one."""
    vault = Vault(settings.master_key, database, clock)
    await vault.check()
    taken = {BUILT_IN: "It is built in, and stays as it is."}
    for offer in offers:
        name, by = provider_of(offer.name), "BASE_URL" if offer.kind == OPENAI else "API_KEY"
        taken[name] = f"It is changed where this server is started, by {name.upper()}_{by} and its like."
    return Providers(database, writer, clock, vault, taken)


async def prices_of(settings: Settings) -> Prices:
    """What models ask, those prices first that the settings name. Raises BadSetting for what is none."""
    return Prices(await asyncio.to_thread(own_prices, settings.prices_file))


def offers_of(settings: Settings, given: Sequence[Model] | None) -> tuple[AnyOffer, ...]:
    """What the settings offer, unless models are given in its place."""
    if given is not None:
        return ()
    known = offered(
        openai_api_key=settings.openai_api_key,
        openai_base_url=settings.openai_base_url,
        openai_models=(settings.openai_model,),
        ollama_base_url=settings.ollama_base_url,
        ollama_models=(settings.ollama_model,),
        windows=dict(settings.ai_model_windows),
    )
    claude = (settings.anthropic_model,) if settings.anthropic_model else ANTHROPIC.models
    named = {
        "anthropic": Named(settings.anthropic_api_key, claude, settings.anthropic_base_url),
        "google": Named(settings.google_api_key, (settings.google_model,)),
        "mistral": Named(settings.mistral_api_key, (settings.mistral_model,)),
    }
    return (*known, *other_offers(named, dict(settings.ai_model_windows)))


def lineup_of(
    settings: Settings,
    clock: Clock,
    providers: Providers,
    built_in: IntentsModel,
    given: Sequence[Model] | None,
    offers: Sequence[AnyOffer],
    stack: AsyncExitStack,
) -> Lineup[AsyncConnection]:
    """Who may answer; connections to them are closed in the end."""
    named = frozenset(provider_of(model.name) for model in given or ())
    windows = dict(settings.ai_model_windows)
    shipped = routing_of(settings)

    def ready(offer: AnyOffer) -> Remote:
        return offer.model(clock=clock, total_s=settings.turn_max_seconds, silence_s=settings.ai_timeout)

    def connected(tenant_id: str, provider: Provider, model: str) -> Remote:
        key = providers.opened(tenant_id, provider)
        return ready(offer_with(windows, provider, model, key))

    async def decided(connection: AsyncConnection, wish: Wish) -> Choices:
        ids = {"project_id": wish.project_id, "user_id": wish.user_id, "conversation_id": wish.conversation_id}
        found = await choices(connection, wish.tenant_id, **ids)
        routing = found.routing or shipped
        return replace(found, allowed=found.allowed | named, routing=routing, shipped=default_of(settings))

    others = given if given is not None else [ready(offer) for offer in offers]
    hosts = {offer.name: offer.host for offer in offers}
    instances = Instances(clock, longest_wait_s=settings.ai_wait_for_room)

    lineup = Lineup(built_in, others, decided, Connections(connected), instances, hosts, partial(window_of, windows))
    stack.push_async_callback(lineup.close)
    return lineup


def told_before_of(settings: Settings, clock: Clock) -> ToldBefore:
    """What models say, for as long as it may be told again."""
    seconds, searched = settings.answer_cache_seconds, settings.answer_cache_searched_seconds
    return ToldBefore(clock, Keeping(settings.answer_cache_entries, seconds, searched))


def routing_of(settings: Settings) -> Routing:
    """The routes that the settings ask for; where they name no model, those that come with the keys.

    A key for Anthropic brings a model for each tier; one for OpenAI beside it makes the quickest of them, or the only
    one, the fallback of whoever else answers.
    """
    shared = {"strategy": settings.ai_balancing, "max_connections": settings.ai_max_connections}
    asked = _named_routes(settings)
    if not any(asked.values()) and settings.anthropic_api_key.strip():
        only = f"anthropic/{settings.anthropic_model}" if settings.anthropic_model else ""
        if not only:
            asked = {"fast": [ANTHROPIC.fast], "balanced": [ANTHROPIC.balanced], "strong": [ANTHROPIC.strong]}
        if settings.openai_api_key.strip():
            asked["fallback"] = [only or ANTHROPIC.fast]
    return Routing.model_validate(asked | shared)


def default_of(settings: Settings) -> str | None:
    """Who answers where nobody decided that: whom the settings name, else with both keys OpenAI's model.

    None for the first that may be asked, or for the tiers.
    """
    if settings.ai_default_model:
        return settings.ai_default_model
    has_both = settings.openai_api_key.strip() and settings.anthropic_api_key.strip()
    return f"openai/{settings.openai_model}" if has_both and not any(_named_routes(settings).values()) else None


def _named_routes(settings: Settings) -> dict[str, list[str]]:
    return {
        "fast": list(settings.ai_fast_models),
        "balanced": list(settings.ai_balanced_models),
        "strong": list(settings.ai_strong_models),
        "fallback": list(settings.ai_fallback_models),
    }
