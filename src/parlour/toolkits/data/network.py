"""Which addresses of the network may be spoken to: those of the open Internet, and those that the house lists.

What counts is the address that a connection is really made to, after the name was looked up: a name that leads
elsewhere the second time leads nowhere.
"""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

from parlour.tools.outcomes import Refused

_OPEN = ip_network("2000::/3")
"""All of IPv6 that is given out to be reached from everywhere (IANA, IPv6 Global Unicast Address Space)."""
_CLOSED = tuple(
    ip_network(each)
    for each in (
        "168.63.129.16/32",  # the platform of Azure, behind every machine there
        "192.0.0.0/24",  # protocols (RFC 6890)
        "192.88.99.0/24",  # relays of 6to4 (RFC 7526)
        "2001::/23",  # tunnels and protocols, Teredo among them (RFC 2928, RFC 4380)
        "2001:db8::/32",  # for documents (RFC 3849)
        "2002::/16",  # 6to4: leads to the IPv4 address that is in it (RFC 3056)
        "3fff::/20",  # for documents (RFC 9637)
    )
)

INSIDE = "DATASOURCE_PRIVATE_NETWORKS"
"""The setting that lists what may be spoken to although it is not open."""


class Inward(OSError):
    """A name or an address leads to a place that this house does not speak to."""

    def __init__(self) -> None:
        super().__init__("it leads to an address inside of a network")


@dataclass(frozen=True, slots=True)
class Reach:
    """Which addresses may be spoken to: those of the open Internet, unless `is_open` is false, and those `inside`."""

    inside: tuple[IPv4Network | IPv6Network, ...] = ()
    """Networks that are not open, and may be spoken to."""
    is_open: bool = True

    @classmethod
    def of(cls, networks: str) -> "Reach":
        """With the networks of a setting, commas between them. Raises ValueError."""
        return cls(tuple(ip_network(each.strip(), strict=False) for each in networks.split(",") if each.strip()))

    def allows(self, text: str) -> bool:
        """Whether an IP address may be spoken to."""
        try:
            address = ip_address(text)
        except ValueError:
            return False
        if any(address in network for network in self.inside):
            return True
        if not self.is_open or any(address in network for network in _CLOSED):
            return False
        if isinstance(address, IPv4Address):
            return address.is_global and not (address.is_multicast or address.is_reserved)
        # Mapped, translated (NAT64) and older ways to write an IPv4 address all lie outside of what is open.
        return address in _OPEN

    def new_socket(self, found: tuple[Any, ...]) -> socket.socket:
        """A socket for the address that is about to be connected to. Raises Inward when that may not be."""
        family, kind, protocol, _, there = found
        if not self.allows(str(there[0])):
            raise Inward
        return socket.socket(family, kind, protocol)


def is_address(host: str) -> bool:
    """Whether a host is an IP address rather than a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def inward(base: str) -> Refused:
    """What is said of an address that leads inside of a network."""
    return Refused(
        f"{base} leads to an address inside of a network, which is not spoken to.",
        suggestion=f"Whoever runs this server can list the network in {INSIDE}.",
    )
