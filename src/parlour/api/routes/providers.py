"""Servers of models: those that the settings name, and those that admins set up here."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby

from fastapi import APIRouter

from parlour.api.addresses import plain_address
from parlour.api.auth import Asking
from parlour.api.doors import Doors
from parlour.api.scopes import ProvidedFor
from parlour.errors import InvalidRequest, NotAvailable
from parlour.identity.consent import check_admin
from parlour.identity.scopes import HOUSE, Whose
from parlour.identity.who import Who
from parlour.models.lineup import provider_of
from parlour.models.offers import host_of, shown
from parlour.models.other_kinds import NO_OPTIONS, OPENAI, OTHER_KINDS, BadOption, checked_options
from parlour.models.other_offers import AnyOffer, of_house, offer_of_kind
from parlour.models.trial import tried
from parlour.protocol.providers import (
    NewProvider,
    ProviderChange,
    ProviderList,
    ProviderTrial,
    ProviderTried,
    ProviderView,
    kind_of,
)
from parlour.store.queries.choices import Choices, StoredProvider, choices
from parlour.tools.caller import Caller


def provider_routes(doors: Doors) -> APIRouter:
    """`/providers`: the house's, for admins; a project's with `project_id`, for who manages it; `mine`, one's own."""
    routes = APIRouter(prefix="/providers", tags=["models"])

    async def shown_to(who: Who, whose: Whose) -> ProviderList:
        if whose != HOUSE:
            found = await doors.providers.listed(who, whose)
            return ProviderList(providers=[_of_app(one, may) for one, may in found])
        async with doors.reads.read() as connection:
            decided = await choices(connection, who.tenant_id)
        return ProviderList(providers=_views(doors.offers, decided))

    @routes.get("")
    async def listing(who: Asking, whose: ProvidedFor) -> ProviderList:
        """Every provider that is set up, in the settings or here. No key is ever shown."""
        if whose == HOUSE:
            check_admin(who)
        return await shown_to(who, whose)

    @routes.post("", status_code=201)
    async def add(who: Asking, body: NewProvider, whose: ProvidedFor) -> ProviderList:
        """Set a provider up. An admin allows by it that what is asked goes there."""
        await doors.providers.check_may_set_up(who, whose)
        checked = {"base_url": plain_address(body.base_url), "options": _checked(body.kind, body.options)}
        await doors.providers.add(who, body.model_copy(update=checked), whose)
        return await shown_to(who, whose)

    @routes.patch("/{name}")
    async def change(who: Asking, name: str, body: ProviderChange, whose: ProvidedFor) -> ProviderList:
        """Change a provider that was set up here; a new address needs its key anew."""
        checked: dict[str, object] = {"base_url": None if body.base_url is None else plain_address(body.base_url)}
        if body.kind is not None or body.options is not None:
            before = await doors.providers.kept(who, name, whose)
            options = before.options if body.options is None else body.options
            checked["options"] = _checked(body.kind or before.kind, options)
        await doors.providers.change(who, name, body.model_copy(update=checked), whose)
        return await shown_to(who, whose)

    @routes.delete("/{name}")
    async def remove(who: Asking, name: str, whose: ProvidedFor) -> ProviderList:
        """Forget a provider that was set up here, with its key. What its models said stays."""
        await doors.providers.remove(who, name, whose)
        return await shown_to(who, whose)

    @routes.post("/try")
    async def try_out(who: Asking, body: ProviderTrial, whose: ProvidedFor) -> ProviderTried:
        """Ask a provider for its list of models, and a model for one word, as whoever may set one up. Nothing is
        kept."""
        await doors.providers.check_may_set_up(who, whose)
        offer = _lent(await _offer(doors, who, body, whose), whose)
        started = doors.clock.monotonic()
        caller = Caller(who.tenant_id, who.user_id, "", frozenset())
        found = await tried(offer, body.model, caller, clock=doors.clock)
        return ProviderTried(
            works=found.problem is None,
            problem=found.problem,
            models=[*found.models],
            duration_ms=round((doors.clock.monotonic() - started) * 1000),
        )

    return routes


def _views(offers: Sequence[AnyOffer], decided: Choices) -> list[ProviderView]:
    """What the settings offer, then what was set up here; of two with one name only the latter is asked, and shown."""
    mine = {one.name for one in decided.providers}
    named = groupby(offers, key=lambda offer: provider_of(offer.name))
    found = [_of_settings(name, [*group], decided.allowed) for name, group in named if name not in mine]
    return found + [_of_app(one, one.name in decided.allowed) for one in decided.providers]


def _of_settings(name: str, offers: Sequence[AnyOffer], allowed: frozenset[str]) -> ProviderView:
    return ProviderView(
        name=name,
        base_url=shown(offers[0].base_url),
        host=offers[0].host,
        has_key=bool(offers[0].api_key),
        models=[offer.name.partition("/")[2] for offer in offers],
        source="environment",
        is_allowed=name in allowed,
        kind=kind_of(offers[0].kind),
        options={**offers[0].options},
    )


def _of_app(provider: StoredProvider, is_allowed: bool) -> ProviderView:
    return ProviderView(
        name=provider.name,
        base_url=provider.base_url,
        host=host_of(provider.base_url),
        has_key=provider.sealed_key is not None,
        models=[*provider.models],
        source="app",
        is_allowed=is_allowed,
        kind=kind_of(provider.kind),
        options={**provider.options},
    )


def _checked(kind: str, options: Mapping[str, str]) -> dict[str, str]:
    """The options of a kind that this server can ask. Raises NotAvailable where it lacks an extra, InvalidRequest."""
    other = OTHER_KINDS.get(kind)
    if other is not None and not other.is_there:
        raise NotAvailable(other.missing)
    try:
        return checked_options(kind, options)
    except BadOption as error:
        raise InvalidRequest(str(error)) from error


async def _offer(doors: Doors, who: Who, trial: ProviderTrial, whose: Whose) -> AnyOffer:
    """Whom to try. A kept key goes to its own address only."""
    typed = None if trial.base_url is None else plain_address(trial.base_url)
    if trial.name is None:
        if typed is None:
            raise InvalidRequest("Enter an address to try, or name a provider that is set up.")
        return _offered("new", trial, typed, trial.api_key or "")
    kept = await _kept(doors, who, trial.name, whose)
    address = kept.base_url if typed in (None, shown(kept.base_url)) else typed
    if trial.api_key is not None:
        return _offered(trial.name, trial, address, trial.api_key, kept)
    key = await asyncio.to_thread(kept.key)
    if key and address != kept.base_url:
        raise InvalidRequest("A key never follows to another address. Enter the key for the new address too.")
    return _offered(trial.name, trial, address, key, kept)


def _lent(offer: AnyOffer, whose: Whose) -> AnyOffer:
    """The offer; where it is the house's, with what the machine itself may use."""
    return of_house(offer) if whose == HOUSE else offer


def _offered(name: str, trial: ProviderTrial, address: str, key: str, kept: "_Kept | None" = None) -> AnyOffer:
    """What is tried: as it is written, and where nothing is, as it is kept."""
    kind = trial.kind or (kept.kind if kept else OPENAI)
    options = (kept.options if kept else NO_OPTIONS) if trial.options is None else trial.options
    return offer_of_kind(kind, name, trial.model or "", address, key, _checked(kind, options))


@dataclass(frozen=True, slots=True)
class _Kept:
    """A provider that is set up, and what tells its key."""

    base_url: str
    key: Callable[[], str]
    kind: str
    options: Mapping[str, str]


async def _kept(doors: Doors, who: Who, name: str, whose: Whose) -> _Kept:
    if whose == HOUSE:
        async with doors.reads.read() as connection:
            set_up = {one.name for one in (await choices(connection, who.tenant_id)).providers}
        for offer in doors.offers:
            if provider_of(offer.name) == name and name not in set_up:
                return _Kept(offer.base_url, partial(str, offer.api_key), offer.kind, offer.options)
    one = await doors.providers.kept(who, name, whose)
    return _Kept(one.base_url, partial(doors.providers.opened, who.tenant_id, one), one.kind, one.options)
