"""Where an MCP server is, what of it is used, and how far it is trusted."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from parlour.toolkits.data.keeping import CacheSeconds
from parlour.toolkits.data.mcp.oauth.sign_in import SignIns

Line = Annotated[str, Field(max_length=2_000, pattern=r"^[^\x00-\x1f\x7f]*$")]
Tokens = Annotated[SecretStr, Field(max_length=1_000_000)]
Pattern = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
HeaderName = Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")]
VariableName = Annotated[str, Field(max_length=200, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]
Secret = Annotated[SecretStr, Field(max_length=8_000)]

RESERVED_HEADERS = frozenset(
    {"host", "content-length", "content-type", "transfer-encoding", "connection", "accept", "accept-encoding"}
)


class McpSettings(BaseModel):
    """An MCP server: a URL, or the name of a program that this server lists."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Line = ""
    """Where it answers over streamable HTTP."""
    program: Annotated[Line, Field(max_length=100)] = ""
    """The name of a program that whoever runs this server has listed; it is spoken to over its standard streams."""
    token: Secret | None = None
    """Sent as `Authorization: Bearer …`."""
    personal: bool = False
    """Whether each person signs in for themselves; else one sign-in counts for the whole project."""
    client_id: Line = ""
    """Who Parlour is at the server's authorization server, where that takes nobody whom it does not know."""
    client_secret: Secret | None = None
    sign_in: Annotated[SecretStr, Field(max_length=1_000_000)] | None = Field(
        default=None, json_schema_extra={"x-kept": True}
    )
    """What signing in came to. It is kept by the sign-in itself; null forgets it."""
    headers: Annotated[dict[HeaderName, Secret], Field(max_length=20)] = {}
    """Sent with every request."""
    variables: Annotated[dict[VariableName, Secret], Field(max_length=50)] = {}
    """Set for a program, as far as it is listed as taking them."""
    allow: Annotated[list[Pattern], Field(max_length=200)] = ["*"]
    """Patterns of the names of tools that are used: "search_*"."""
    deny: Annotated[list[Pattern], Field(max_length=200)] = []
    """Patterns of those that are not, whatever is allowed."""
    trusted: bool = False
    """Whether its word counts that a tool only reads, takes nothing away, or may be run again."""
    cache_s: CacheSeconds = 0
    """For so many seconds a result is told again to whoever asks for the same: of tools that only read and may be run
    again, where the server is trusted in that. 0 for never; and never where the datasource is writable."""
    timeout_s: Annotated[float, Field(ge=0.1, le=100)] = 30.0
    """How long one of its tools may take."""

    @model_validator(mode="after")
    def _fits(self) -> "McpSettings":
        if bool(self.url) == bool(self.program):
            raise ValueError("an MCP server has either a url or a program")
        if self.program and (self.token or self.headers or self.client_id or self.client_secret or self.sign_in):
            raise ValueError("a program takes no token, no headers and no sign-in")
        if self.sign_in is not None:
            _check_sign_in(self.sign_in.get_secret_value())
        if self.personal and (self.program or self.token):
            raise ValueError("where each person signs in there is a url, and no token for all of them")
        if self.url and self.variables:
            raise ValueError("a server at a url takes no variables")
        if self.url:
            _check_url(self.url)
        taken = sorted(name for name in self.headers if name.lower() in RESERVED_HEADERS)
        if taken:
            raise ValueError(f"these headers are not yours to set: {', '.join(taken)}")
        if any("\r" in each.get_secret_value() or "\n" in each.get_secret_value() for each in self.headers.values()):
            raise ValueError("a header is one line")
        return self


def _without_programs(schema: dict[str, Any]) -> None:
    for name in ("program", "variables", "personal"):
        del schema["properties"][name]
    schema["required"] = ["url"]


class ElsewhereSettings(McpSettings):
    """The same where nobody may name a program of this server, and it is one person's alone."""

    model_config = ConfigDict(json_schema_extra=_without_programs)


def _check_sign_in(text: str) -> None:
    try:
        SignIns.of(text)
    except ValueError as error:
        raise ValueError("sign_in is not yours to set: sign in instead, or give null to forget it") from error


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("url has to begin with http:// or https:// and name a host")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise ValueError("url holds no password and no fragment: what is secret goes into token or headers")
    parts.port  # noqa: B018 - raises ValueError for one that is none


@dataclass(frozen=True, slots=True)
class McpLimits:
    """What a server may take."""

    connect_s: float = 20.0
    """To start, to shake hands and to list its tools."""
    message_bytes: int = 4 * 1024 * 1024
    """Of one message of its. A longer one ends the connection."""
    unasked: int = 2_000
    """Messages between two of its answers: news, progress, lines for a log. More of them end the connection."""
    result_bytes: int = 128 * 1024
    """Of a result as it is kept. What is longer is cut."""
    tools: int = 200
    """Of one server."""
    description_chars: int = 2_000
    schema_bytes: int = 16 * 1024
    """Of the arguments of one tool, as JSON. A tool with more is left out."""
    listed_s: float = 60.0
    """A list of tools that is older is asked for anew, in the background."""
    first_s: float = 3.0
    """So long at most somebody waits for the tools of a server of which nothing is known yet, where each signs in."""
