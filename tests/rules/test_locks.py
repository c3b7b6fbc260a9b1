"""The locks are complete, hashed, and name no host: whoever installs decides where packages come from."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.rules.sources import ROOT

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
GROUPS: dict[str, list[str]] = PROJECT["dependency-groups"]
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
RUN: list[str] = PROJECT["project"]["dependencies"] + EXTRAS["postgres"]
ASKED = {
    "run.txt": RUN,
    "build.txt": GROUPS["build"],
    "node.txt": GROUPS["node"],
    "dev.txt": RUN
    + [one for extra in EXTRAS.values() for one in extra]
    + [one for group in GROUPS.values() for one in group],
}
WEB_LOCK = ROOT / "web" / "package-lock.json"


def entries(lock: Path) -> list[str]:
    """The logical lines of a lock, without comments, each with its hashes."""
    text = re.sub(r"(?m)^\s*#.*$", "", lock.read_text()).replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip()]


def versions(lock: Path) -> dict[str, str]:
    """What the lock installs, by canonical name."""
    found = (re.match(r"([\w.\-]+)==(\S+)", entry) for entry in entries(lock))
    return {canonicalize_name(one[1]): one[2] for one in found if one}


def test_every_lock_belongs_to_something_that_is_asked() -> None:
    assert {lock.name for lock in LOCKS} == set(ASKED)


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_host(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    assert not re.search(r"(?m)^\s*(-i\b|-f\b|--index|--extra-index|--find-links|--trusted-host)", text)
    assert " @ " not in text


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_line_is_pinned_and_hashed(lock: Path) -> None:
    for entry in entries(lock):
        assert re.match(r"[\w.\-]+==\S+ ", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_holds_what_is_asked(lock: Path) -> None:
    held = versions(lock)
    for line in ASKED[lock.name]:
        asked = Requirement(line)
        assert asked.specifier.contains(held[canonicalize_name(asked.name)]), f"{line}: run `make lock`"


def test_the_locks_agree_with_each_other() -> None:
    widest = versions(ROOT / "requirements" / "dev.txt")
    for lock in LOCKS:
        assert versions(lock).items() <= widest.items(), lock.name


def test_the_web_lock_names_no_host_and_is_hashed() -> None:
    packages = json.loads(WEB_LOCK.read_text())["packages"]
    for path, package in packages.items():
        assert "resolved" not in package, f"{path}: web/.npmrc must omit resolved addresses"
        assert path == "" or package.get("link") or package["integrity"].startswith("sha512-"), path
