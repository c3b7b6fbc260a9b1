"""The way out of the house, where it leads through a proxy.

Of the environment the proxy is taken and nothing else. What aiohttp calls trusting the environment is more: it would
send the passwords that whoever started the server keeps in ~/.netrc, to whatever provider anybody enters.
"""

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from parlour.models.loopback import is_loopback


def proxy_for(base_url: str) -> str | None:
    """The proxy for an address, by HTTP_PROXY, HTTPS_PROXY and NO_PROXY; None for the straight way.

    A model on this machine is asked straight: a proxy is for the way out of the house.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    if is_loopback(host) or proxy_bypass(host):
        return None
    named = getproxies().get(parts.scheme)
    return named if not named or "://" in named else f"http://{named}"
