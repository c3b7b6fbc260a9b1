"""Every error that has a name, drawn once:

    ParlourError                      internal_error              500
    ├── InvalidRequest                invalid_message             422   the words of a frame or body do not fit
    │   ├── UnknownMessageType        unknown_message_type        422
    │   ├── MessageTooLong            message_too_long            422
    │   └── UnknownCursor             unknown_cursor              400   a page was asked before or after a stranger
    ├── NotAvailable                  not_available               501   known to the wire, not served by this server
    ├── Unauthenticated               unauthorized                401   no credential, or one that no longer holds
    ├── Forbidden                     forbidden                   403   known who, but may not
    ├── NotFound                      not_found                   404   unknown, or not yours: the same answer
    │   ├── ConversationNotFound      thread_not_found            404
    │   └── MessageNotFound           message_not_found           404
    ├── RateLimited                   rate_limit_exceeded         429
    ├── Conflict                      conflict                    409   a guard of a unit did not hold
    │   ├── IdempotencyConflict       idempotency_conflict        409   the same command id with another body
    │   ├── Duplicate                 duplicate                   409   this was said before; its result is kept
    │   ├── Moved                     moved                       409   the row changed since it was read: read again
    │   ├── AlreadyDecided            already_decided             409   somebody was quicker, or the time is over
    │   ├── Fenced                    fenced                      409   the turn has another owner now
    │   └── NotNow                    not_now                     409   the thing is not in a state that allows this
    ├── Unavailable                   unavailable                 503   a part is away for the moment
    │   └── StorageFailed             storage_failed              503
    │       └── StorageFull           storage_full                503
    ├── ModelFailed                   ai_provider_error           502   the provider, not us
    ├── HandlerFailed                 handler_error               500   a command that a fault of ours broke
    │   ├── MessageCreationFailed     message_creation_failed     500
    │   ├── EditFailed                edit_failed                 500
    │   ├── DeletionFailed            deletion_failed             500
    │   └── RegenerationFailed        regeneration_failed         500
    └── BadSetting                    bad_setting                 500   found at start; names the setting

`code` is what programs read, `safe` the sentence people read. Details belong in the log, never in `safe`.
"""

from typing import ClassVar

NOT_HERE = 501


class ParlourError(Exception):
    """Something went wrong on our side."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500

    def __init__(self, safe: str | None = None, **details: object) -> None:
        self.safe = safe or (type(self).__doc__ or "").strip()
        self.details = details
        super().__init__(self.safe)

    @property
    def is_fault(self) -> bool:
        """Whether the fault is ours, so that the log tells all that led to it. Not to have something is none."""
        return self.status >= 500 and self.status != NOT_HERE


class InvalidRequest(ParlourError):
    """What you sent is not understood."""

    code = "invalid_message"
    status = 422


class UnknownMessageType(InvalidRequest):
    """There is no such kind of message."""

    code = "unknown_message_type"


class MessageTooLong(InvalidRequest):
    """The message is too long."""

    code = "message_too_long"


class UnknownCursor(InvalidRequest):
    """The page was asked relative to a message that is not in this conversation."""

    code = "unknown_cursor"
    status = 400


class NotAvailable(ParlourError):
    """This is not available on this server."""

    code = "not_available"
    status = NOT_HERE


class Unauthenticated(ParlourError):
    """Please sign in."""

    code = "unauthorized"
    status = 401


class Forbidden(ParlourError):
    """You may not do this."""

    code = "forbidden"
    status = 403


class NotFound(ParlourError):
    """Nothing is here under this id."""

    code = "not_found"
    status = 404


class ConversationNotFound(NotFound):
    """Conversation not found."""

    code = "thread_not_found"


class MessageNotFound(NotFound):
    """Message not found."""

    code = "message_not_found"


class RateLimited(ParlourError):
    """Too many requests; please wait a little."""

    code = "rate_limit_exceeded"
    status = 429
    TOLD = ("limit", "current", "maximum", "reset_at", "retry_after")

    @property
    def told(self) -> dict[str, int | str]:
        """What a client may know of it: which limit, how far it was reached, and when it goes on."""
        found = {name: self.details[name] for name in self.TOLD if name in self.details}
        return {name: value for name, value in found.items() if isinstance(value, int | str)}


class Conflict(ParlourError):
    """Something else was changed first."""

    code = "conflict"
    status = 409


class IdempotencyConflict(Conflict):
    """This id was used before for something else."""

    code = "idempotency_conflict"


class Duplicate(Conflict):
    """This was done before."""

    code = "duplicate"


class Moved(Conflict):
    """This changed a moment ago; please try again."""

    code = "moved"


class AlreadyDecided(Conflict):
    """This was decided already."""

    code = "already_decided"


class Fenced(Conflict):
    """Another owner has taken this turn over."""

    code = "fenced"


class NotNow(Conflict):
    """This cannot be done now."""

    code = "not_now"


class Unavailable(ParlourError):
    """This is away for the moment; please try again."""

    code = "unavailable"
    status = 503


class StorageFailed(Unavailable):
    """Nothing could be stored just now; please try again."""

    code = "storage_failed"


class StorageFull(StorageFailed):
    """The server's disk is full, so nothing was stored; it goes on by itself once there is room."""

    code = "storage_full"


class ModelFailed(ParlourError):
    """The model could not answer."""

    code = "ai_provider_error"
    status = 502


class HandlerFailed(ParlourError):
    """What you asked for could not be carried out; the fault is ours."""

    code = "handler_error"


class MessageCreationFailed(HandlerFailed):
    """The message could not be taken; the fault is ours."""

    code = "message_creation_failed"


class EditFailed(HandlerFailed):
    """The message could not be changed; the fault is ours."""

    code = "edit_failed"


class DeletionFailed(HandlerFailed):
    """The message could not be deleted; the fault is ours."""

    code = "deletion_failed"


class RegenerationFailed(HandlerFailed):
    """The answer could not be asked for again; the fault is ours."""

    code = "regeneration_failed"


class BadSetting(ParlourError):
    """A setting is wrong."""

    code = "bad_setting"
