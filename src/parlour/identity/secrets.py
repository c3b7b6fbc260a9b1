"""Secrets: made here, shown once, kept only as their SHA-256.

A secret has 256 random bits, so one hash without salt is enough: there is nothing to guess. It is looked up by
its hash, so that how long a look-up takes tells nothing about the secret itself.
"""

import hashlib
import secrets

API_KEY_PREFIX = "pk_"


def new_secret(prefix: str = "") -> str:
    """256 random bits as text that is safe in a URL and a header."""
    return prefix + secrets.token_urlsafe(32)


def hash_of(secret: str) -> str:
    """What is kept of `secret`: its SHA-256 in lower-case hex."""
    return hashlib.sha256(secret.encode()).hexdigest()
