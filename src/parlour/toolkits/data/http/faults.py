"""What goes wrong with a request, in words that may be repeated: none of them are the other side's."""

import zlib
from collections.abc import Generator
from contextlib import contextmanager

import aiohttp
import structlog

from parlour.toolkits.data.http.requests import Request
from parlour.toolkits.data.http.settings import HttpLimits
from parlour.toolkits.data.network import Inward, inward
from parlour.tools.outcomes import Failed, Refused, ToolProblem, Unsure
from parlour.tools.running import TimedOut

log = structlog.get_logger(__name__)


class Lost(aiohttp.ClientError):
    """The connection ended before an answer came."""


@contextmanager
def faults_told(base: str, request: Request, limits: HttpLimits) -> Generator[None]:
    """Raises what goes wrong as a ToolProblem: Unsure for a change from the moment on at which it may have arrived."""
    try:
        yield
    except (aiohttp.ClientError, TimeoutError, OSError, zlib.error) as error:
        problem = _never_sent(base, error, limits)
        # The text of an error may hold an address with a secret in it.
        log.info("an API was not asked, or did not answer", where=base, problem=type(error).__name__)
        if problem is None and request.changes:
            raise Unsure(f"{base} was sent the {request.method}, and no answer came.") from error
        raise problem or _unanswered(base, error, limits) from error


def _never_sent(base: str, error: Exception, limits: HttpLimits) -> ToolProblem | None:
    """What is said where nothing was sent; None where something may have been."""
    match error:
        case aiohttp.ClientConnectorError(os_error=Inward()):
            return inward(base)
        case aiohttp.ClientConnectorDNSError():
            return Failed(f"No address is known for {base}.", suggestion="An admin can check how it is written.")
        case aiohttp.ClientConnectorCertificateError():
            return Failed(
                f"{base} cannot show that it is what it says: its certificate does not hold.",
                suggestion="An admin can check the address; the certificate is the other side's to renew.",
            )
        case aiohttp.ClientSSLError():
            return Failed(
                f"{base} does not speak TLS as it is spoken here.", suggestion="An admin can check the address."
            )
        case aiohttp.ClientConnectorError():
            return Failed(f"{base} does not answer.", suggestion="Try again later. An admin can check where it is.")
        case aiohttp.ConnectionTimeoutError():
            return Failed(
                f"{base} did not take up a connection within {limits.connect_s:g} seconds.",
                suggestion="Try again later. An admin can check where it is.",
            )
        case aiohttp.InvalidURL():
            return Refused(f"{base} cannot be asked: it is no address.")
        case _:
            return None


def _unanswered(base: str, error: Exception, limits: HttpLimits) -> ToolProblem:
    if isinstance(error, TimeoutError):
        return TimedOut(
            f"{base} was asked for {limits.seconds:g} seconds and had not answered; it was ended.",
            suggestion="Ask for less.",
        )
    if isinstance(error, zlib.error | aiohttp.ContentTypeError):
        return Failed(f"{base} answers with something that cannot be unpacked.")
    if isinstance(error, aiohttp.ClientResponseError):
        return Failed(f"{base} answers with something that is not HTTP.")
    return Failed(f"{base} broke off before it had answered.", suggestion="Try again.")
