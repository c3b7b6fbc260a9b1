"""The key that all secrets of a house are sealed under, and what it does with them."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field

import orjson

from parlour.errors import NotAvailable

KEY_BYTES = 32
NONCE_BYTES = 12
FORM = "v1"


@dataclass(frozen=True, slots=True)
class Place:
    """Whose secret it is, what it is, and where it may go. Sealed for one place it opens at no other."""

    tenant_id: str
    purpose: str
    """What the secret is, in plain words: "key"."""
    name: str
    address: str
    scope: str = ""
    """Whose it is within the tenant, such as `user:<id>`; empty for the tenant's own."""

    @property
    def bytes(self) -> bytes:
        """What is authenticated along with the secret."""
        whose = [self.scope] if self.scope else []
        return orjson.dumps([FORM, self.tenant_id, self.purpose, self.name, self.address, *whose])

    @property
    def closed(self) -> NotAvailable:
        """The error of a secret that does not open."""
        return NotAvailable(
            f"The {self.purpose} of {self.name} does not open with this house's master key. An admin can enter it anew."
        )


@dataclass(frozen=True, slots=True)
class MasterKey:
    """256 random bits. Never shown, and never in the database."""

    secret: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Tells this key from every other, and nothing else about it."""
        return hashlib.sha256(b"parlour master key\x00" + self.secret).hexdigest()

    @property
    def id(self) -> str:
        """The beginning of the fingerprint. It stands in every sealed secret, so keys can be told apart."""
        return self.fingerprint[:16]

    def sealed(self, secret: str, place: Place) -> str:
        """`secret` as it may be kept: "v1.<id of the key>.<nonce and ciphertext in base64>". Never the same twice."""
        # Loaded here: whoever keeps no secret does not wait for it.
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(NONCE_BYTES)
        whole = nonce + AESGCM(self.secret).encrypt(nonce, secret.encode(), place.bytes)
        return f"{FORM}.{self.id}.{base64.urlsafe_b64encode(whole).decode()}"

    def opened(self, sealed: str, place: Place) -> str:
        """What was sealed. Raises NotAvailable when that was under another key, or for another place."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        beginning = f"{FORM}.{self.id}."
        if not sealed.startswith(beginning):
            raise place.closed
        try:
            whole = base64.b64decode(sealed.removeprefix(beginning), altchars=b"-_", validate=True)
            return AESGCM(self.secret).decrypt(whole[:NONCE_BYTES], whole[NONCE_BYTES:], place.bytes).decode()
        except (ValueError, InvalidTag) as error:
            raise place.closed from error
