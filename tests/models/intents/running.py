"""Running a batch, and keeping what came of its first run.

Run: PYTHONPATH=src:. python -m tests.models.intents.running NAME …   prints every sentence that did not come out right
     … --first                                                        writes the figures into batches/results.md too
"""

import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pydantic import JsonValue

from parlour.models.intents.followup import Turn
from parlour.models.intents.frames import Grammar
from parlour.models.intents.index import NameIndex
from parlour.models.intents.outcome import Asked, Declined, Plan
from parlour.models.intents.outcome import Outcome as Understood
from parlour.toolkits.home.kinds import states_like
from tests.models.intents.asking import understander
from tests.models.intents.batching import FOLDER, Call, Item, Kind, Outcome, Verdict, batch, verdict
from tests.models.intents.house import slug
from tests.models.intents.maple import acting_maple

RESULTS = FOLDER / "results.md"


@dataclass(frozen=True)
class Ran:
    """An item, and what came of it."""

    item: Item
    outcome: Outcome
    verdict: Verdict


def ran(name: str) -> list[Ran]:
    """Every item of a batch, run in the demo house."""
    house = acting_maple()
    found: list[Ran] = []
    for item in batch(name):
        outcome = _outcome(item, *house)
        found.append(Ran(item, outcome, verdict(item, outcome)))
    return found


def _outcome(item: Item, grammar: Grammar, index: NameIndex) -> Outcome:
    understanding, turns, last = understander(grammar, index), list[Turn](), Outcome("decline")
    for said in item.say:
        understood = understanding.understand([*turns, Turn(said)])
        calls = tuple(understood.calls()) if isinstance(understood, Plan) else ()
        turns.append(Turn(said, calls, tuple(found_by(arguments, index) for _, arguments in calls)))
        last = _named(understood, index)
    return last


def _named(understood: Understood, index: NameIndex) -> Outcome:
    """With the names of things instead of their ids."""
    if isinstance(understood, Plan):
        calls = tuple(Call(t, {k: _name(v, index) for k, v in a.items()}) for t, a in understood.calls())
        kinds = {c.kind for c in calls}
        return Outcome(next(k for k in ("write", "act", "read") if k in kinds), calls)
    asks = isinstance(understood, Asked) or (isinstance(understood, Declined) and understood.why == "bare")
    return Outcome("ask" if asks else "decline")


def _name(value: JsonValue, index: NameIndex) -> JsonValue:
    if isinstance(value, list):
        return [_name(each, index) for each in value]
    return index.name(value) if isinstance(value, str) and value in index.things else value


# --- what a call would have found ----------------------------------------------------------------------------------


def found_by(arguments: Mapping[str, JsonValue], index: NameIndex) -> tuple[str, ...]:
    """What listing the devices of a place finds in the demo house; of everything else, the one thing asked about."""
    if "entity" in arguments:
        return (str(arguments["entity"]),)
    if not arguments.keys() & {"room", "device_class", "state"} or "devices" in arguments:
        return ()
    place, class_name, state = (arguments.get(key) for key in ("room", "device_class", "state"))
    wanted = states_like(str(state)) if state else None
    return tuple(
        named.id
        for named in sorted(index.things.values(), key=lambda n: n.names[0])
        if named.kind == "device"
        and (place is None or index.within(named.id, str(place)))
        and (class_name is None or class_name in named.classes)
        and (wanted is None or _states().get(named.id) in wanted)
    )


@cache
def _states() -> dict[str, str]:
    text = files("parlour.toolkits.home").joinpath("demo", "devices.toml").read_text("utf-8")
    return {slug(row["name"].replace("'", "")): row.get("state", "") for row in tomllib.loads(text)["device"]}


# --- figures -------------------------------------------------------------------------------------------------------


def figures(every: list[Ran]) -> dict[str, str]:
    """The figures of a run, by the heads of the table of results."""
    of: Counter[Kind] = Counter(r.item.kind for r in every)
    right: Counter[Kind] = Counter(r.item.kind for r in every if r.verdict == "right")
    reads = [r for r in every if r.verdict == "wrong" and r.outcome.kind == "read"]
    acts = [r for r in every if r.verdict == "wrong" and r.outcome.kind != "read"]
    return {
        "right": f"{sum(right.values())} of {len(every)} ({100 * sum(right.values()) / len(every):.0f} %)",
        **{kind: f"{right[kind]} of {of[kind]}" for kind in ("read", "act", "write", "ask", "decline")},
        "asked instead": str(sum(r.verdict == "asked" for r in every)),
        "wrong reads": str(len(reads)),
        "wrong acts": str(len(acts)),
    }


def _keep(name: str, kept: Mapping[str, str]) -> None:
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=True)
    if not RESULTS.exists():
        heads = ["batch", "commit", *kept]
        head = f"# First runs\n\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}\n"
        RESULTS.write_text(head, "utf-8")
    text = RESULTS.read_text("utf-8")
    if f"| {name} |" in text:
        raise SystemExit(f"{name} was run before: only a first run counts.")
    RESULTS.write_text(text + f"| {name} | {commit.stdout.strip()} | {' | '.join(kept.values())} |\n", "utf-8")


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(arguments: list[str]) -> None:
    """Run the batches that are named."""
    for name in (a for a in arguments if not a.startswith("-")):
        every = ran(name)
        for r in every:
            if r.verdict != "right":
                calls = " & ".join(f"{c.tool}{dict(c.arguments)}" for c in r.outcome.calls)
                _tell(f"{r.verdict:7} {' | '.join(r.item.say)}\n        {r.outcome.kind} {calls}")
        kept = figures(every)
        _tell(f"{name}: {', '.join(f'{head} {figure}' for head, figure in kept.items())}")
        if "--first" in arguments:
            _keep(name, kept)


if __name__ == "__main__":
    main(sys.argv[1:])
