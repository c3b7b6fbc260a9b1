"""Where an API is, what may be asked of it, and what a call may take."""

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from parlour.toolkits.data.http.addresses import as_base, below
from parlour.toolkits.data.keeping import CacheSeconds
from parlour.tools.outcomes import ToolProblem

Method = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
READING: tuple[Method, ...] = ("GET", "HEAD")
MOST_OPENAPI = 400_000
"""Characters of an OpenAPI document, once it is written as short JSON."""

_HOPS = frozenset(
    {"accept-encoding", "connection", "content-length", "expect", "host", "keep-alive", "te", "trailer", "upgrade"}
    | {"transfer-encoding", "proxy-authorization", "proxy-connection"}
)
"""Headers that belong to the connection; whoever sets them can make one request look like two."""
_SECRET = frozenset({"authorization", "cookie", "x-api-key", "api-key", "x-auth-token"})
_FROM_MODELS = frozenset(
    {"accept", "accept-language", "content-type", "if-match", "if-modified-since", "if-none-match", "prefer"}
    | {"if-unmodified-since"}
)
"""Headers that a call may always have."""
_DISGUISES = ("x-http-method", "x-method-override", "x-forwarded-", "x-original-", "x-rewrite-", "forwarded")
"""With these a request can pass for another one: a GET for a DELETE, a path for another."""
_PRINTED = re.compile(r"[\x20-\x7e]*")


def _plain_header(name: str) -> str:
    if name.lower() in _HOPS:
        raise ValueError(f"the header {name} belongs to the connection")
    return name


def _with_substance(secret: SecretStr) -> SecretStr:
    length = len(secret.get_secret_value())
    if not 4 <= length <= 8_000:
        raise ValueError("a secret has 4 to 8000 characters: a shorter one could not be hidden in what comes back")
    if any(ord(each) < 32 or ord(each) == 127 for each in secret.get_secret_value()):
        raise ValueError("a secret has no line breaks or control characters")
    return secret


def _of_a_header(secret: SecretStr) -> SecretStr:
    if not _PRINTED.fullmatch(secret.get_secret_value()):
        raise ValueError("what stands in a header is plain ASCII")
    return secret


HeaderName = Annotated[
    str, Field(max_length=100, pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"), AfterValidator(_plain_header)
]
HeaderValue = Annotated[str, Field(max_length=2_000, pattern=r"^[\x20-\x7e]*$")]
QueryName = Annotated[str, Field(min_length=1, max_length=200)]
Prefix = Annotated[str, Field(max_length=500, pattern=r"^/[A-Za-z0-9/._~@:-]*$")]
Secret = Annotated[SecretStr, AfterValidator(_with_substance)]
HeaderSecret = Annotated[Secret, AfterValidator(_of_a_header)]


class HttpSettings(BaseModel):
    """Where an API is, and how it is asked. Secrets go to its base address only, and what is below it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: Annotated[str, Field(max_length=1_000), AfterValidator(as_base)]
    """"https://api.example.com/v1". Nothing that is not below it is ever asked."""
    paths: Annotated[list[Prefix], Field(max_length=100)] = []
    """What may be asked below the base: "/orders" is that and everything in it. Nothing named: everything."""
    methods: Annotated[list[Method], Field(min_length=1, max_length=6)] = [*READING]
    """Those that change something are used only where the datasource is writable, too."""
    headers: Annotated[dict[HeaderName, HeaderValue], Field(max_length=50)] = {}
    """Sent with every request; shown to whoever decides about one."""
    query: Annotated[dict[QueryName, HeaderValue], Field(max_length=50)] = {}
    token: HeaderSecret | None = None
    """Sent as `Authorization: Bearer …`."""
    user: Annotated[str, Field(max_length=500, pattern=r"^[^\x00-\x1f\x7f:]*$")] = ""
    password: Secret | None = None
    """Sent with the user, as `Authorization: Basic …`."""
    secret_headers: Annotated[dict[HeaderName, HeaderSecret], Field(max_length=20)] = {}
    secret_query: Annotated[dict[QueryName, Secret], Field(max_length=20)] = {}
    allowed_headers: Annotated[list[HeaderName], Field(max_length=50)] = []
    """Headers that a call may set besides the harmless ones."""
    idempotency_header: HeaderName | Literal[""] = ""
    """The header by which the API knows a request that it has had: "Idempotency-Key". "" where it knows none."""
    openapi: Annotated[str, Field(max_length=2_000_000)] = ""
    """An OpenAPI 3 document, as JSON or YAML: each of its operations becomes a tool."""
    openapi_path: Annotated[str, Field(max_length=500)] = ""
    """Where such a document is below the base. It is fetched once, when this is entered, and kept."""
    cache_s: CacheSeconds = 0
    """For so many seconds an answer is told again to whoever asks for the same, while the API does not say less. 0 for
    never; and never where the datasource is writable."""
    max_tools: Annotated[int, Field(ge=0, le=200)] = 40
    """How many operations become tools."""

    @model_validator(mode="after")
    def _fits(self) -> "HttpSettings":
        if self.token and (self.user or self.password):
            raise ValueError("there is a token, or a user and a password, not both")
        if bool(self.user) != bool(self.password):
            raise ValueError("a user has a password")
        for name in self.headers:
            if name.lower() in _SECRET:
                raise ValueError(f"the header {name} is a secret: name it in secret_headers")
        names = [name.lower() for name in (*self.headers, *self.secret_headers)]
        names += ["authorization"] if self.token or self.user else []
        names += [self.idempotency_header.lower()] if self.idempotency_header else []
        if len(names) != len(set(names)):
            raise ValueError("a header is named twice")
        if set(self.query) & set(self.secret_query):
            raise ValueError("a parameter is named twice")
        for path in (*self.paths, self.openapi_path):
            try:
                below(self.base_url, path, ())
            except ToolProblem as problem:
                raise ValueError(problem.message) from problem
        return self

    @property
    def changing(self) -> tuple[Method, ...]:
        """Its methods that change something."""
        return tuple(method for method in self.methods if method not in READING)

    def set_names(self) -> frozenset[str]:
        """The headers and parameters that an admin set, in lower case."""
        mine = (*self.headers, *self.secret_headers, *self.query, *self.secret_query, self.idempotency_header)
        return frozenset(each.lower() for each in mine if each)

    def secret_values(self) -> list[str]:
        """Everything that must never be shown, as it is sent."""
        given = [self.token, self.password, *self.secret_headers.values(), *self.secret_query.values()]
        values = [each.get_secret_value() for each in given if each is not None]
        return [*values, *([self.basic()] if self.password else [])]

    def basic(self) -> str:
        """User and password as HTTP's basic scheme has them (RFC 7617)."""
        password = self.password.get_secret_value() if self.password else ""
        return b64encode(f"{self.user}:{password}".encode()).decode()

    def may_be_set(self, header: str, besides: frozenset[str] = frozenset()) -> bool:
        """Whether a call may have a header of this name; `besides` are names that it may have, too."""
        name = header.lower()
        own = {each.lower() for each in (*self.headers, *self.secret_headers, self.idempotency_header)}
        if name in own | _HOPS | _SECRET or name.startswith(_DISGUISES):
            return False
        return name in _FROM_MODELS | besides or name in {each.lower() for each in self.allowed_headers}


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """What a call may take."""

    result_bytes: int = 128 * 1024
    """Of what an answer says, once it is unpacked; what is more is cut."""
    request_bytes: int = 256 * 1024
    """Of a body that is sent."""
    document_bytes: int = 2_000_000
    """Of an OpenAPI document that is fetched."""
    seconds: float = 20.0
    connect_s: float = 10.0
    connections: int = 4
    """Of one server to one API at a time."""
    redirects: int = 5
