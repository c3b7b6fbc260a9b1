"""Which hosts are this machine itself."""

from contextlib import suppress
from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether a host's name or address leads back to this machine (RFC 6761, 6.3, for the names)."""
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost" or host.endswith(".localhost")
