"""Where one signs in for an MCP server: found by what it says of itself, and held against who it says it is.

Protected resource metadata by RFC 9728, authorization server metadata by RFC 8414 or OpenID Connect Discovery; a server
that names no authorization server is its own, as the protocol of 2025-03-26 had it.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

import httpx2
from mcp.client.auth import OAuthFlowError
from mcp.client.auth.utils import (
    build_oauth_authorization_server_metadata_discovery_urls,
    build_protected_resource_metadata_discovery_urls,
    create_oauth_metadata_request,
    extract_resource_metadata_from_www_auth,
    extract_scope_from_www_auth,
    get_client_metadata_scopes,
    handle_auth_metadata_response,
    handle_protected_resource_response,
    issuers_match,
    validate_metadata_issuer,
)
from mcp.shared.auth import OAuthMetadata, ProtectedResourceMetadata
from mcp.shared.auth_utils import check_resource_allowed, resource_url_from_server_url

from parlour.toolkits.data.mcp.oauth.asking import answer, check_safe
from parlour.toolkits.data.mcp.oauth.sign_in import Place
from parlour.tools.outcomes import Failed

GRANTS = ("authorization_code", "refresh_token")
_HELLO = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


async def place_of(client: httpx2.AsyncClient, server_url: str, headers: Mapping[str, str]) -> Place:
    """Where one signs in for the server at `server_url`. Raises Failed, in words, and Refused."""
    challenge = await _challenged(client, server_url, headers)
    resource = await _resource(client, server_url, challenge)
    named = str(resource.authorization_servers[0]) if resource else None
    metadata = await _metadata(client, server_url, named)
    for endpoint in (metadata.authorization_endpoint, metadata.token_endpoint, metadata.registration_endpoint):
        if endpoint is not None:
            check_safe(str(endpoint), server_url)
    if "S256" not in (metadata.code_challenge_methods_supported or ()):
        raise Failed("Its authorization server does not say that it knows PKCE, so that a code could be stolen.")
    scope = get_client_metadata_scopes(extract_scope_from_www_auth(challenge), resource, metadata, [*GRANTS])
    return Place(
        issuer=str(metadata.issuer),
        authorization_endpoint=str(metadata.authorization_endpoint),
        token_endpoint=str(metadata.token_endpoint),
        registration_endpoint=str(metadata.registration_endpoint) if metadata.registration_endpoint else None,
        resource=str(resource.resource) if resource else resource_url_from_server_url(server_url),
        scope=scope,
        methods=tuple(metadata.token_endpoint_auth_methods_supported or ()),
        names_itself=metadata.authorization_response_iss_parameter_supported is True,
    )


async def _challenged(client: httpx2.AsyncClient, server_url: str, headers: Mapping[str, str]) -> httpx2.Response:
    """What the server says to somebody who has not signed in. Raises Failed where it does not mind."""
    more = {**headers, "accept": "application/json, text/event-stream"}
    came = await answer(client, client.build_request("POST", server_url, json=_HELLO, headers=more))
    if came.status_code not in (401, 403):
        raise Failed(f"It does not ask for a sign-in: it answers {came.status_code}.")
    return came


async def _resource(
    client: httpx2.AsyncClient, server_url: str, challenge: httpx2.Response
) -> ProtectedResourceMetadata | None:
    """What the server says of itself; None where it says nothing. Raises Failed where that is another server."""
    told = extract_resource_metadata_from_www_auth(challenge)
    for url in build_protected_resource_metadata_discovery_urls(told, server_url):
        check_safe(url, server_url)
        came = await answer(client, create_oauth_metadata_request(url))
        if came.status_code >= 500 or came.status_code == 429:
            raise Failed(f"It does not say where to sign in: {url} answers {came.status_code}.")
        found = await handle_protected_resource_response(came)
        if found is None:
            continue
        wanted = resource_url_from_server_url(server_url)
        if not check_resource_allowed(requested_resource=wanted, configured_resource=str(found.resource)):
            raise Failed(f"It says that it is {found.resource}, which is another server. Nobody is sent there.")
        return found
    return None


async def _metadata(client: httpx2.AsyncClient, server_url: str, named: str | None) -> OAuthMetadata:
    """What the authorization server says of itself. Raises Failed where it is nobody, or somebody else."""
    parts = urlsplit(server_url)
    issuer = named or f"{parts.scheme}://{parts.netloc}"
    check_safe(issuer, server_url)
    for url in build_oauth_authorization_server_metadata_discovery_urls(named, server_url):
        is_answered, found = await handle_auth_metadata_response(
            await answer(client, create_oauth_metadata_request(url))
        )
        if not is_answered:
            break
        if found is None:
            continue
        try:
            is_own = named is None and issuers_match(str(found.issuer), issuer)
            validate_metadata_issuer(found, str(found.issuer) if is_own else issuer)
        except OAuthFlowError as error:
            raise Failed(f"Who answers at {issuer} says that it is {found.issuer}. Nobody is sent there.") from error
        return found
    raise Failed("It wants a sign-in, and does not say where.", suggestion="It may take a token instead.")
