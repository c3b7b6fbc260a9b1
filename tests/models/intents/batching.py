"""Batches of sentences by people who have not seen the model: reading them, and judging what came of each.

`batches/README.md` tells authors how an item is written.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

Kind = Literal["read", "act", "write", "ask", "decline"]
Verdict = Literal["right", "asked", "missed", "wrong"]
"""`asked`: a question back where something should have been done; `wrong`: something was called that was not wanted."""

FOLDER = Path(__file__).parent / "batches"
KINDS: dict[str, Kind] = {"control_devices": "act"}
WRITES = frozenset({"create_entity", "update_entity", "create_relationship"})


@dataclass(frozen=True)
class Call:
    """A call, its things by name, as it is expected or as it was made."""

    tool: str
    arguments: Mapping[str, Any]

    @property
    def kind(self) -> Kind:
        """What such a call does."""
        return "write" if self.tool in WRITES else KINDS.get(self.tool, "read")


@dataclass(frozen=True)
class Expected:
    """One outcome that is right."""

    kind: Kind
    calls: tuple[Call, ...] = ()


@dataclass(frozen=True)
class Item:
    """What is said, and what may rightly come of the last of it."""

    say: tuple[str, ...]
    right: tuple[Expected, ...]

    @property
    def kind(self) -> Kind:
        """What is wanted first of all."""
        return self.right[0].kind


@dataclass(frozen=True)
class Outcome:
    """What came of an item: calls, or a question back, or a refusal."""

    kind: Kind
    calls: tuple[Call, ...] = ()


def batch(name: str) -> list[Item]:
    """The items of a batch."""
    data = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    return [_item(row) for row in data["item"]]


def batches() -> list[str]:
    """The batches that there are."""
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def _item(row: Mapping[str, Any]) -> Item:
    say = (row["say"],) if isinstance(row["say"], str) else tuple(row["say"])
    return Item(say, (_expected(row), *(_expected(other) for other in row.get("or", ()))))


def _expected(row: Mapping[str, Any]) -> Expected:
    rows = row.get("calls") or ([row] if "tool" in row else [])
    calls = tuple(Call(r["tool"], r.get("with", {})) for r in rows)
    return Expected(row["expect"] if "expect" in row else calls[0].kind, calls)


# --- judging -------------------------------------------------------------------------------------------------------


def verdict(item: Item, outcome: Outcome) -> Verdict:
    """How good an outcome is."""
    if any(_is(expected, outcome) for expected in item.right):
        return "right"
    if outcome.calls:
        return "wrong"
    return "asked" if outcome.kind == "ask" else "missed"


def _is(expected: Expected, outcome: Outcome) -> bool:
    if not expected.calls:
        return expected.kind == outcome.kind
    wanted, made = list(_single(expected.calls)), list(_single(outcome.calls))
    if len(wanted) != len(made):
        return False
    for call in wanted:
        match = next((other for other in made if _same(call, other)), None)
        if match is None:
            return False
        made.remove(match)
    return True


def _single(calls: tuple[Call, ...]) -> Iterator[Call]:
    """Each call for each device by itself: devices that do the same may stand in one call or in several."""
    for call in calls:
        devices = call.arguments.get("devices")
        if isinstance(devices, list):
            for device in dict.fromkeys(str(each) for each in cast("list[object]", devices)):
                yield Call(call.tool, {**call.arguments, "devices": device})
        else:
            yield call


def _same(wanted: Call, made: Call) -> bool:
    if wanted.tool != made.tool:
        return False
    if wanted.kind == "read":
        return all(_alike(value, made.arguments.get(key)) for key, value in wanted.arguments.items())
    asked, got = _plain(wanted.arguments), _plain(made.arguments)
    return asked.keys() == got.keys() and all(_alike(value, got[key]) for key, value in asked.items())


def _plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty; the class of a new device stands for itself."""
    content = arguments.get("content")
    flat: dict[str, Any] = {**arguments, **(content if isinstance(content, dict) else {})}  # pyright: ignore[reportUnknownArgumentType]
    flat.pop("content", None)
    if isinstance(flat.get("value"), str) and flat["value"] in ("up", "down"):
        flat["relative"] = True
    return {k: v for k, v in flat.items() if v not in (None, False, "", [])}


def _alike(wanted: Any, got: Any) -> bool:
    if wanted in ("up", "down") and isinstance(got, int | float):
        return (got > 0) == (wanted == "up")
    if isinstance(wanted, int | float) and isinstance(got, int | float):
        return abs(wanted - got) < 0.01
    if isinstance(wanted, str) and isinstance(got, str):
        return wanted.casefold() == got.casefold()
    return wanted == got
