"""The file that holds the master key of a house: 32 random bytes in base64, readable by its owner only."""

import base64
import binascii
import os
import secrets
from pathlib import Path

from parlour.errors import BadSetting
from parlour.identity.master_key import KEY_BYTES, MasterKey
from parlour.ids import new_id

SETTING = "PARLOUR_KEY_FILE"


def read_key(path: Path) -> MasterKey | None:
    """The key in a file; None when there is no file. Raises BadSetting for one that cannot be read or holds no key."""
    try:
        secret = base64.b64decode(path.read_text(encoding="ascii").strip(), validate=True)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise BadSetting(f"{SETTING} {path} cannot be read: {error.strerror}.", setting=SETTING) from error
    except (UnicodeDecodeError, binascii.Error):
        secret = b""
    if len(secret) != KEY_BYTES:
        raise BadSetting(
            f"{SETTING} {path} holds no key: it takes {KEY_BYTES} random bytes in base64, on one line.",
            setting=SETTING,
        )
    return MasterKey(secret)


def make_key(path: Path) -> None:
    """Put a new key where none is: whole or not at all, and never in the place of another.

    Raises BadSetting when the file cannot be made.
    """
    draft = path.with_name(f"{path.name}.{new_id()}")
    try:
        _write(draft, base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        finally:
            draft.unlink()
        _sync(path.parent)
    except OSError as error:
        raise BadSetting(f"{SETTING} {path} cannot be made: {error.strerror}.", setting=SETTING) from error


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
