"""Lines to PostgreSQL that notice when the other end is gone, at either end: a cut cable says nothing by itself."""

import socket
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

CONNECTING_S = 10
SILENT_S = 5
"""After so many seconds without a word the other end is asked whether it is there."""
ASKED_EVERY_S = 2
ASKED_TIMES = 3
UNREAD_MS = 10_000
ANSWER_S = 30
"""What takes the database longer than this is given up, and its connection with it: nobody waits for ever."""
HELD_OPEN_MS = 5_000
"""A transaction that does nothing for so long is undone: its node hangs, and others wait for the rows it has locked."""

_KEPT_ALIVE = {
    "tcp_keepalives_idle": str(SILENT_S),
    "tcp_keepalives_interval": str(ASKED_EVERY_S),
    "tcp_keepalives_count": str(ASKED_TIMES),
    "tcp_user_timeout": str(UNREAD_MS),
}
WATCHED = {"server_settings": _KEPT_ALIVE, "timeout": CONNECTING_S}
"""What the driver is told for a connection whose other end notices when ours is gone."""
_SHORT = (
    WATCHED
    | {"command_timeout": ANSWER_S}
    | {"server_settings": _KEPT_ALIVE | {"idle_in_transaction_session_timeout": str(HELD_OPEN_MS)}}
)


def line_to(url: URL, **options: Any) -> AsyncEngine:
    """Connections that are opened one by one and begin no transaction by themselves."""
    engine = create_async_engine(
        url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        connect_args=_SHORT,
        **options,
    )
    watch(engine)
    return engine


def watch(engine: AsyncEngine) -> None:
    """Have our end of its connections notice when the other is gone."""
    event.listen(engine.sync_engine, "connect", _notice_silence)


def _notice_silence(connection: Any, _: Any) -> None:
    """Set the same at our end; the driver has no words for that, so it is told to its socket."""
    ours = connection.driver_connection._transport.get_extra_info("socket")
    if ours is None or ours.family == socket.AF_UNIX:
        return
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", SILENT_S),
        ("TCP_KEEPINTVL", ASKED_EVERY_S),
        ("TCP_KEEPCNT", ASKED_TIMES),
        ("TCP_USER_TIMEOUT", UNREAD_MS),
    ):
        option = getattr(socket, name, None)  # not every system knows all of them
        if option is not None:
            ours.setsockopt(socket.IPPROTO_TCP, option, value)
