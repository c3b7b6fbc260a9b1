"""What is kept of a sign-in, sealed with the other secrets of a datasource: never shown, and never in a log."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Method = Literal["none", "client_secret_post", "client_secret_basic"]
FIELD = "sign_in"
"""The setting that all of it is kept in, as JSON."""
EVERYBODY = ""
"""Whose a sign-in is that counts for the whole project."""
WHAT_TO_DO = "Sign in at Settings → Data."


def is_personal(settings: Mapping[str, object]) -> bool:
    """Whether each person signs in for themselves, by what is kept of a datasource in the open."""
    return settings.get("personal") is True


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class Place(_Kept):
    """The authorization server of an MCP server, and what may be asked of it (RFC 8414, RFC 9728)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    registration_endpoint: str | None = None
    resource: str
    """What tokens are asked for (RFC 8707)."""
    scope: str | None = None
    methods: tuple[str, ...] = ()
    """How clients may prove themselves."""
    names_itself: bool = False
    """Whether it says in its answer who it is (RFC 9207)."""


class Registration(_Kept):
    """Who this house is there (RFC 7591). It is good for one issuer and for nobody else."""

    issuer: str
    redirect_uri: str
    client_id: str
    client_secret: str | None = Field(default=None, repr=False)
    method: Method = "none"


class Pending(_Kept):
    """A sign-in that a browser was sent away for."""

    state: str = Field(repr=False)
    verifier: str = Field(repr=False)
    """The secret behind the challenge that was sent (PKCE, RFC 7636)."""
    session_id: str
    """The session of the browser. No other one may finish it."""
    until: float
    place: Place
    registration: Registration


class Grant(_Kept):
    """What a sign-in came to."""

    place: Place
    registration: Registration
    access_token: str = Field(repr=False)
    refresh_token: str | None = Field(default=None, repr=False)
    until: float | None = None
    """When the access token ends, in seconds since 1970; None where nobody said."""
    by: str
    """The name of whoever signed in."""
    at: str


class SignIn(_Kept):
    """How far one sign-in has come."""

    registration: Registration | None = None
    pending: Pending | None = None
    grant: Grant | None = None
    problem: str | None = None
    """Why there is no grant, in words."""


class SignIns(_Kept):
    """All that is kept for one server."""

    by: dict[str, SignIn] = {}
    """Each by whose it is: the id of a person, or EVERYBODY."""

    @property
    def text(self) -> str:
        """As it is sealed."""
        return self.model_dump_json(exclude_none=True)

    @staticmethod
    def of(text: object) -> "SignIns":
        """What `text` made; nothing where nothing is kept. Raises ValueError."""
        return SignIns.model_validate_json(str(text)) if text else SignIns()

    def of_whom(self, whose: str) -> SignIn:
        """The sign-in of a person, or of everybody."""
        return self.by.get(whose, SignIn())

    def with_one(self, whose: str, sign_in: SignIn | None) -> "SignIns":
        """The same with another sign-in of somebody, or without one."""
        others = {name: each for name, each in self.by.items() if name != whose}
        return SignIns(by=others if sign_in is None else {**others, whose: sign_in})

    def issuer_of(self, client_id: str) -> str | None:
        """Where a client has been used already; None for nowhere."""
        known = (each.registration for each in self.by.values())
        return next((each.issuer for each in known if each is not None and each.client_id == client_id), None)

    def registration(self, issuer: str, redirect_uri: str) -> Registration | None:
        """Who this house is at an issuer, where it is known there already. What one has given is shown to no other."""
        known = (each.registration for each in self.by.values() if each.registration is not None)
        return next((each for each in known if (each.issuer, each.redirect_uri) == (issuer, redirect_uri)), None)
