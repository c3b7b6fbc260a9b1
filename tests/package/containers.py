"""What stands in the files of `deploy/`, read by their own rules."""

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from tests.rules.sources import ROOT

DEPLOY = ROOT / "deploy"
SUBSTITUTED = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One line of the Containerfile: its word, and what follows."""

    word: str
    rest: str

    @property
    def command(self) -> list[str]:
        """The words of the JSON form that it ends with."""
        return json.loads(self.rest[self.rest.index("[") :])


@cache
def stages() -> list[list[Instruction]]:
    """The instructions of each stage of the image."""
    found: list[list[Instruction]] = []
    for line in (DEPLOY / "Containerfile").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            word, _, rest = line.partition(" ")
            if word == "FROM":
                found.append([])
            found[-1].append(Instruction(word, rest))
    return found


def runs(stage: int) -> list[str]:
    """The commands that a stage runs, in order."""
    return [instruction.rest for instruction in stages()[stage] if instruction.word == "RUN"]


def the(word: str) -> Instruction:
    """The one instruction of this word in the stage that becomes the image."""
    (found,) = [instruction for instruction in stages()[-1] if instruction.word == word]
    return found


def environment() -> dict[str, str]:
    """What the image sets."""
    return dict(pair.split("=", 1) for pair in the("ENV").rest.split())


@cache
def compose() -> dict[str, Any]:
    """The compose file."""
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))


def substituted(value: Any, given: dict[str, str]) -> Any:
    """A part of the compose file as an engine sees it. Raises KeyError for what has to be given and is not."""
    if isinstance(value, dict):
        return {key: substituted(inner, given) for key, inner in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [substituted(inner, given) for inner in value]  # pyright: ignore[reportUnknownVariableType]
    return SUBSTITUTED.sub(lambda found: _one(found, given), value) if isinstance(value, str) else value


def _one(found: re.Match[str], given: dict[str, str]) -> str:
    name, kind, otherwise = found.groups()
    if given.get(name):
        return given[name]
    if kind != "-":
        raise KeyError(otherwise or name)
    return otherwise
