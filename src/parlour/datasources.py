"""Which kinds of datasources this server knows, each held to the limits of its settings."""

from dataclasses import replace

from parlour.clock import Clock
from parlour.config import Settings
from parlour.toolkits.data.files.kind import FilesKind
from parlour.toolkits.data.files.settings import FilesLimits
from parlour.toolkits.data.http.kind import HttpKind
from parlour.toolkits.data.http.settings import HttpLimits
from parlour.toolkits.data.kinds import Kind
from parlour.toolkits.data.mcp.commands import listed_commands
from parlour.toolkits.data.mcp.kind import McpKind
from parlour.toolkits.data.network import Reach
from parlour.toolkits.data.sql.kind import SqlKind
from parlour.toolkits.data.sql.settings import SqlLimits


def kinds_of(settings: Settings, clock: Clock) -> list[Kind]:
    """The kinds that are shipped, in the order in which their tools are offered.

    Raises BadSetting for a list of programs that cannot be read.
    """
    return [_databases(settings, clock), _apis(settings, clock), _files(settings, clock), _mcp(settings, clock)]


def _databases(settings: Settings, clock: Clock) -> SqlKind:
    limits = SqlLimits(
        rows=settings.datasource_rows,
        result_bytes=settings.datasource_bytes,
        seconds=settings.datasource_timeout,
        connections=settings.datasource_connections,
    )
    return SqlKind(settings.datasources, clock, limits)


def _apis(settings: Settings, clock: Clock) -> HttpKind:
    limits = HttpLimits(
        result_bytes=settings.datasource_bytes,
        seconds=settings.datasource_timeout,
        connections=settings.datasource_connections,
    )
    return HttpKind(clock, _reach(settings), limits)


def _files(settings: Settings, clock: Clock) -> FilesKind:
    limits = FilesLimits(
        total_bytes=settings.files_total,
        file_bytes=settings.files_largest,
        count=settings.files_count,
        kept_bytes=settings.files_kept,
    )
    return FilesKind(settings.files, clock, limits)


def _mcp(settings: Settings, clock: Clock) -> McpKind:
    return McpKind(listed_commands(settings.mcp_servers_file), _reach(settings), clock, own=_own(settings))


def _own(settings: Settings) -> Reach | None:
    """Where servers may be that people add for themselves; None where they add none."""
    parts = settings.mcp_own_servers.split(",") if settings.mcp_own_servers else []
    inside = Reach.of(",".join(part for part in parts if part != "open"))
    return replace(inside, is_open="open" in parts) if parts else None


def _reach(settings: Settings) -> Reach:
    return Reach.of(settings.datasource_private_networks)
