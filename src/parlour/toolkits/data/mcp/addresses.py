"""Where an MCP server may be: looked up once, and connected to at what was found."""

import asyncio
import socket

from parlour.toolkits.data.network import Reach, inward
from parlour.tools.outcomes import Failed


async def addresses_of(host: str, port: int, reach: Reach) -> list[str]:
    """The addresses to connect to, so that nobody is asked about them again.

    Raises Refused when one of them may not be spoken to, Failed for a host that does not resolve.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Failed(f"“{host}” has no address.", suggestion="Check how it is spelled.") from error
    addresses = list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))
    if not all(map(reach.allows, addresses)):
        raise inward(f"“{host}”")
    return addresses
