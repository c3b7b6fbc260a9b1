"""Ports of this machine for servers that are told where to listen, or are started again where they were."""

import errno
import secrets
import socket

LOWEST, HIGHEST = 20_000, 32_000
"""Below the ports that the kernel hands out by itself (32768 and above on Linux). One of those may be taken by any
connection of any other test while a server is away, even by a browser that knocks at its own door."""


def free_port() -> int:
    """A port that nobody has at this moment, and that nobody gets who does not name it."""
    while True:
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST)
        with socket.socket() as trying:
            try:
                trying.bind(("127.0.0.1", port))
            except OSError as taken:
                if taken.errno != errno.EADDRINUSE:
                    raise
            else:
                return port
