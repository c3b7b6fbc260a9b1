"""Identifiers: time-ordered UUIDs, so that rows sort by age and nobody can guess one."""

import secrets
import time
import uuid


def new_id() -> str:
    """A UUIDv7 as lower-case text (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds & 0xFFFF_FFFF_FFFF) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def is_id(text: str) -> bool:
    """Whether `text` is a UUID in canonical form, as every public id is."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
