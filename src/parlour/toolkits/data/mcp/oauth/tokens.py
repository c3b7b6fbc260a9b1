"""What is asked of an authorization server: to know this house, a token for a code, and another token."""

import base64
from collections.abc import Mapping
from urllib.parse import quote

import httpx2
from mcp.client.auth import OAuthRegistrationError
from mcp.client.auth.oauth2 import check_registration_usable
from mcp.client.auth.utils import handle_registration_response
from mcp.shared.auth import OAuthClientMetadata, OAuthToken
from pydantic import AnyUrl, ValidationError

from parlour.toolkits.data.mcp.oauth.asking import answer
from parlour.toolkits.data.mcp.oauth.sign_in import Method, Pending, Place, Registration
from parlour.toolkits.data.mcp.wording import plain
from parlour.tools.outcomes import Failed

NAME = "Parlour"


class Ended(Failed):
    """The authorization server gives no more tokens for this sign-in."""


async def registered(client: httpx2.AsyncClient, place: Place, redirect_uri: str) -> Registration:
    """Have this house known there (RFC 7591). Raises Failed where that is not done, or comes to nothing."""
    if place.registration_endpoint is None:
        raise Failed(
            f"{place.issuer} takes nobody whom it does not know.",
            suggestion=f"Register Parlour there with {redirect_uri}, and enter its client_id.",
        )
    wanted = OAuthClientMetadata(
        redirect_uris=[AnyUrl(redirect_uri)],
        client_name=NAME,
        application_type="web",
        token_endpoint_auth_method="none" if "none" in place.methods else None,
        scope=place.scope,
    )
    told = wanted.model_dump(by_alias=True, mode="json", exclude_none=True)
    came = await answer(client, client.build_request("POST", place.registration_endpoint, json=told))
    try:
        made = await handle_registration_response(came)
        check_registration_usable(made)
    except OAuthRegistrationError as error:
        raise Failed(f"{place.issuer} did not take Parlour as a client: {plain(str(error), 300)}") from error
    secret = made.client_secret
    method = made.token_endpoint_auth_method or ("client_secret_basic" if secret else "none")
    return _registration(place, redirect_uri, made.client_id, secret, method)


def entered(place: Place, redirect_uri: str, client_id: str, secret: str | None) -> Registration:
    """This house as an admin has entered it, who had it known there by hand."""
    is_posted = "client_secret_post" in place.methods and "client_secret_basic" not in place.methods
    method = "none" if secret is None else "client_secret_post" if is_posted else "client_secret_basic"
    return _registration(place, redirect_uri, client_id, secret, method)


async def exchanged(client: httpx2.AsyncClient, pending: Pending, code: str) -> OAuthToken:
    """The tokens for a code. Raises Failed."""
    asked = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": pending.registration.redirect_uri,
        "code_verifier": pending.verifier,
    }
    return await _tokens(client, pending.place, pending.registration, asked)


async def renewed(client: httpx2.AsyncClient, place: Place, who: Registration, refresh_token: str) -> OAuthToken:
    """Other tokens. Raises Ended where there are none any more, Failed where it does not answer."""
    asked = {"grant_type": "refresh_token", "refresh_token": refresh_token}
    return await _tokens(client, place, who, asked)


async def _tokens(client: httpx2.AsyncClient, place: Place, who: Registration, asked: Mapping[str, str]) -> OAuthToken:
    form = {**asked, "client_id": who.client_id, "resource": place.resource}
    headers: dict[str, str] = {}
    if who.method == "client_secret_post" and who.client_secret:
        form["client_secret"] = who.client_secret
    elif who.method == "client_secret_basic" and who.client_secret:
        proof = f"{quote(who.client_id, safe='')}:{quote(who.client_secret, safe='')}"
        headers["authorization"] = f"Basic {base64.b64encode(proof.encode()).decode()}"
    came = await answer(client, client.build_request("POST", place.token_endpoint, data=form, headers=headers))
    if came.status_code not in (200, 201):
        raise _refusal(place, came)
    try:
        return OAuthToken.model_validate_json(came.content)
    except ValidationError as error:
        # What it sent may hold a token: it is said to nobody.
        raise Failed(f"{place.issuer} answered with no token that can be used.") from error


def _refusal(place: Place, came: httpx2.Response) -> Failed:
    """Why there is no token, in the words of RFC 6749, 5.2, and in no other words of its."""
    code = ""
    try:
        said = came.json()
        code = str(said.get("error", "")) if isinstance(said, dict) else ""  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
    except ValueError:
        pass
    if came.status_code in (400, 401, 403) and code in ("invalid_grant", "invalid_client", "unauthorized_client"):
        return Ended(f"{place.issuer} does not accept this sign-in any more ({code}).", suggestion="Sign in again.")
    return Failed(f"{place.issuer} gave no token: {came.status_code} {plain(code, 60)}".rstrip() + ".")


def _registration(place: Place, redirect_uri: str, client_id: str, secret: str | None, method: str) -> Registration:
    known: dict[str, Method] = {
        "client_secret_post": "client_secret_post",
        "client_secret_basic": "client_secret_basic",
    }
    return Registration(
        issuer=place.issuer,
        redirect_uri=redirect_uri,
        client_id=client_id,
        client_secret=secret,
        method=known.get(method, "none"),
    )
