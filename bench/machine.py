"""The machine that measures: which core is whose, and what a process has used."""

import os
import platform
import resource
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

FILES = 16_384
"""How many sockets and files a process may have open, where the machine allows it."""
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cores:
    """The server has one core for itself; the provider and the clients have the others."""

    server: frozenset[int]
    others: frozenset[int]

    @classmethod
    def of_this_machine(cls) -> "Cores":
        """The first core that may be used, and the rest; one core alone has to do for all."""
        first, *rest = sorted(os.sched_getaffinity(0))
        return cls(frozenset((first,)), frozenset(rest or (first,)))


def pinned(cores: frozenset[int]) -> Callable[[], None]:
    """What a new process does first, to stay on `cores` and to be allowed enough open files."""

    def settle() -> None:
        os.sched_setaffinity(0, cores)
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = FILES if most == resource.RLIM_INFINITY else min(FILES, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))

    return settle


def cpu_seconds(process: int) -> float:
    """User and system time of all threads of `process`, in steps of a hundredth."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def resident_kib(process: int) -> int:
    """The memory of `process` that is in RAM."""
    status = Path(f"/proc/{process}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:"))


def facts() -> list[str]:
    """What a reader has to know of the machine, and of the code that was measured."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    processor = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    cores = Cores.of_this_machine()
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    return [
        f"commit {_commit()}",
        f"Python {platform.python_version()}, {platform.system()} {platform.release()}",
        f"{os.cpu_count()} cores ({processor}); the server on {sorted(cores.server)}, everything else on "
        f"{sorted(cores.others)}; load of the machine at the start: {load}",
    ]


def _commit() -> str:
    try:
        commit = subprocess.check_output(["git", "rev-parse", "--short=12", "HEAD"], text=True, stderr=subprocess.PIPE)
        changed = subprocess.check_output(["git", "status", "--porcelain", "src", "bench"], text=True)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return commit.strip() + (" with changes" if changed.strip() else "")
