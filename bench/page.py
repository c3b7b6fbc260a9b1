"""The page as a person has it: how soon a long talk stands there, how it scrolls, what is drawn anew while it grows."""

import gzip
import json
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.machine import pinned
from bench.measuring import Bench
from bench.server import ROOT, SOURCES, data_folder, parlour

MESSAGES = 5_000
PARLOUR = "from parlour.cli.main import app; app()"
DIST = ROOT / "web" / "dist"
ENTRY = re.compile(r'(?:<script type="module"[^>]* src|<link rel="modulepreload"[^>]* href)="([^"]+)"')


def page(bench: Bench) -> None:
    """A talk of 5,000 messages and an answer of 300 chunks in Chromium, and the weight of the page."""
    weigh(bench)
    for store in bench.stores:
        with data_folder(store) as settings, parlour(bench.cores, settings, bench.provider) as served:
            environment = os.environ | SOURCES | settings | {"PARLOUR_PORT": served.url.rpartition(":")[2]}
            conversation = _said("-m", "bench.page_talk", str(MESSAGES), environment=environment)
            link = _said("-c", PARLOUR, "link", environment=environment)
            words = ("--link", link, "--conversation", conversation, "--last", f"Question {MESSAGES // 2}:")
            seen = json.loads(_said("-m", "bench.page_in_chromium", *words, environment=environment, bench=bench))
        _add(bench, store, seen)


def weigh(bench: Bench) -> None:
    """What the browser loads before the page runs, as a server would send it compressed."""
    entry = [DIST / address.lstrip("/") for address in ENTRY.findall((DIST / "index.html").read_text())]
    bench.found.add("page-entry", "sqlite", sum(map(compressed, entry)) / 1024)


def compressed(path: Path) -> int:
    """Bytes of a file under gzip."""
    return len(gzip.compress(path.read_bytes(), 6))


def _add(bench: Bench, store: str, seen: dict[str, Any]) -> None:
    values = {
        "page-open": statistics.median(seen["open"]),
        "page-open-worst": max(seen["open"]),
        "page-back": statistics.median(seen["back"]),
        "page-dropped": seen["dropped"],
        "page-slow": seen["slow"],
        "page-blocks": seen["redrawn"],
        "page-others": seen["others"],
        "page-busy": seen["busy"],
    }
    for name, value in values.items():
        bench.found.add(name, store, value)
    bench.tell(f"{store:9} page: " + ", ".join(f"{name[5:]} {value:.1f}" for name, value in values.items()))


def _said(*words: str, environment: dict[str, str], bench: Bench | None = None) -> str:
    """What a Python prints; away from the server's core when `bench` says which that is."""
    settle = None if bench is None else pinned(bench.cores.others)
    command = [sys.executable, *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, preexec_fn=settle)
    return done.stdout.decode().strip()
