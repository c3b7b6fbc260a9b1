"""What a browser brings back from signing in, and what is told of it. Nothing here needs the package `mcp`."""

from dataclasses import dataclass

from parlour.errors import InvalidRequest

NOT_BEGUN = "This sign-in was not begun in this browser, or is over. Begin it again at Settings → Data."


@dataclass(frozen=True, slots=True)
class Back:
    """What a browser brings when it comes back (RFC 6749, 4.1.2; RFC 9207)."""

    state: str
    code: str | None = None
    error: str | None = None
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a sign-in stands. Nothing secret is in it."""

    is_signed_in: bool
    is_personal: bool = False
    """Whether each person signs in for themselves."""
    is_wanted: bool = False
    """Whether the server let nobody in when it was asked last."""
    issuer: str | None = None
    by: str | None = None
    at: str | None = None
    problem: str | None = None


def datasource_of(state: str) -> tuple[str, str]:
    """The project and the datasource that a state names. Raises InvalidRequest."""
    project_id, _, rest = state.partition(".")
    datasource_id, _, proof = rest.partition(".")
    if not (project_id and datasource_id and proof):
        raise InvalidRequest(NOT_BEGUN)
    return project_id, datasource_id
