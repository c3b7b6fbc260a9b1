"""The settings as they are read from the environment, once, and as people read of them.

A value that does not fit stops the start with an error that names its setting.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any
from urllib.parse import urlsplit

from parlour import kinds
from parlour.config import Settings
from parlour.errors import BadSetting


@dataclass(frozen=True, slots=True)
class Described:
    """One setting as people read of it."""

    name: str
    kind: str
    default: str
    help: str
    secret: bool
    field: str


def described() -> list[Described]:
    """Every setting, in the order of the reference."""
    return [
        Described(
            name=each.metadata["name"],
            kind=each.metadata["kind"],
            default="" if each.default is MISSING else str(each.default),
            help=each.metadata["help"],
            secret=each.metadata["secret"],
            field=each.name,
        )
        for each in fields(Settings)
    ]


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings that `environment` asks for. An empty value means the default.

    Raises BadSetting, naming the setting, for a value that does not fit.
    """
    values: dict[str, Any] = {}
    for each in fields(Settings):
        name: str = each.metadata["name"]
        text = environment.get(name, "").strip()
        if not text:
            continue
        try:
            values[each.name] = each.metadata["read"](text)
        except ValueError as error:
            shown = "" if each.metadata["secret"] else f" {text!r}"
            raise BadSetting(f"{name}{shown} does not fit: it takes {each.metadata['kind']}.", setting=name) from error
    settings = Settings(**values)
    _check_together(settings)
    return settings


def _check_together(settings: Settings) -> None:
    if settings.websocket_idle <= settings.websocket_ping_interval:
        raise BadSetting("WEBSOCKET_IDLE must be longer than WEBSOCKET_PING_INTERVAL.", setting="WEBSOCKET_IDLE")
    if settings.websocket_transport_bytes <= settings.websocket_max_frame_bytes:
        raise BadSetting(
            "WEBSOCKET_TRANSPORT_BYTES must be larger than WEBSOCKET_MAX_FRAME_BYTES.",
            setting="WEBSOCKET_TRANSPORT_BYTES",
        )
    if settings.environment == "production":
        _refuse_placeholders(settings)


def _refuse_placeholders(settings: Settings) -> None:
    secret_fields = [each for each in fields(Settings) if each.metadata["secret"]]
    secrets: dict[str, str] = {each.metadata["name"]: getattr(settings, each.name) for each in secret_fields}
    secrets["DATABASE_URL"] = urlsplit(settings.database_url).password or ""
    for name, secret in secrets.items():
        if kinds.is_placeholder(secret):
            raise BadSetting(f"{name} holds a placeholder, which production does not accept.", setting=name)
