"""The lock of a data directory: held by the one server that uses it, and free at once when that dies."""

import fcntl
import os
from pathlib import Path

from parlour.errors import BadSetting, Unavailable

LOCK_FILE = "parlour.lock"


class DataLock:
    """An exclusive lock on a data directory, for as long as this process holds it."""

    def __init__(self, folder: Path) -> None:
        """Take the lock; the directory is made when it is missing.

        Raises Unavailable while another holds it, BadSetting when the directory cannot be used.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise BadSetting(f"PARLOUR_DATA_DIR {folder} cannot be used: {error.strerror}.") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as held:
            owner = os.read(self._file, 20).decode(errors="replace").strip()
            os.close(self._file)
            raise Unavailable(
                f"Another Parlour (process {owner or 'unknown'}) is using {folder}. "
                "Stop it first, or give this one a data directory of its own with PARLOUR_DATA_DIR."
            ) from held
        os.ftruncate(self._file, 0)
        os.write(self._file, str(os.getpid()).encode())

    def release(self) -> None:
        """Give the lock back."""
        os.close(self._file)
