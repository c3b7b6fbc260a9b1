"""What pydantic-ai and the packages below it raise, in our own codes and in sentences that are safe to show."""

import re
import ssl
from collections.abc import Iterator, Sequence

import httpx2
from pydantic_ai import exceptions as raised

from parlour.models.base import ModelProblem
from parlour.models.openai_faults import BLIND_WORDS, MEANINGS, Faults, Transient
from parlour.models.retry import RETRIED_STATUSES


class Refused(Exception):
    """Raised where bytes come in, below the packages, which may wrap it. Carries what to report."""

    def __init__(self, problem: ModelProblem) -> None:
        self.problem = problem
        super().__init__(str(problem))


ANYTHING_RAISED = (
    Refused,
    raised.AgentRunError,
    raised.UserError,
    OSError,
    httpx2.InvalidURL,
    # The packages trust what a provider sends: what is no event of theirs ends in one of these.
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    AssertionError,
)
"""Whatever may come out of asking: everything that a provider can bring about."""

KINDS: tuple[tuple[type[Exception], str], ...] = (
    (raised.ModelAuthenticationError, "key"),
    (raised.ModelContextWindowExceededError, "length"),
    (raised.ModelQuotaExceededError, "credit"),
    (raised.ModelRateLimitError, "rate"),
    (raised.ModelNotFoundError, "unknown"),
    (raised.ModelUnavailableError, "fault"),
    (raised.ModelServerError, "fault"),
    (raised.ModelRequestRejectedError, "request"),
)
"""What an error means, in the words of `openai_faults`; the finer before the coarser."""

BAD_KEY = re.compile(r"API_KEY_INVALID|api key (is )?(not valid|invalid|expired)", re.IGNORECASE)
"""How a provider says so that answers a wrong key as any other wrong request."""

PASSING = frozenset({"rate", "fault"})
"""What the same request may not meet again in a moment."""


class OtherFaults(Faults):
    """Makes the problems of one model. Knows the key only to keep it out of every detail."""

    def raised(self, error: Exception, *, begun: bool) -> ModelProblem | Transient:
        """What an error means; `begun` says whether the provider had begun to answer."""
        chain = [*_chain(error)]
        refused = next((one for one in chain if isinstance(one, Refused)), None)
        if refused is not None:
            return refused.problem
        if isinstance(error, raised.ModelHTTPError) and 300 <= error.status_code < 400:
            return self.moved(error.status_code, (error.headers or {}).get("location", "nowhere"))
        if isinstance(error, httpx2.InvalidURL):
            return self.unreachable(error)
        if isinstance(error, raised.ModelTimeoutError) and error.phase != "connect":
            return self.timeout(str(error))
        if isinstance(error, raised.ModelConnectionError):
            return Transient(self.cut(str(error)) if begun else self.not_reached(error))
        problem = self._meant(error)
        if problem.cause not in PASSING and not self._may_pass(error):
            return problem
        return Transient(problem, retry_after=getattr(error, "retry_after", None))

    def not_reached(self, error: Exception) -> ModelProblem:
        """The connection could not be made, or was lost before anything was said."""
        return self.unreachable(_deepest([*_chain(error)]))

    def _meant(self, error: Exception) -> ModelProblem:
        kind = next((kind for of, kind in KINDS if isinstance(error, of)), None)
        if kind is None and isinstance(error, raised.ModelHTTPError):
            return self.refusal(error.status_code, str(error.body).encode())
        if kind is None:
            return self.malformed(f"{type(error).__name__}: {error}")
        if kind == "request" and BAD_KEY.search(str(error)):
            kind = "key"
        elif kind == "request" and BLIND_WORDS.search(str(error)):
            kind = "picture"
        code, sentence = MEANINGS[kind]
        return ModelProblem(code, sentence.format(name=self._name), detail=self._detail(str(error)), cause=kind)

    @staticmethod
    def _may_pass(error: Exception) -> bool:
        is_final = isinstance(error, raised.ModelContextWindowExceededError | raised.ModelQuotaExceededError)
        return isinstance(error, raised.ModelHTTPError) and error.status_code in RETRIED_STATUSES and not is_final


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error, and those that it came from."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)


def _deepest(chain: Sequence[BaseException]) -> Exception:
    """The error that says most: what is wrong with a certificate, else the first that went wrong."""
    found = [error for error in chain if isinstance(error, Exception)]
    return next((error for error in found if isinstance(error, ssl.SSLError)), found[-1])
