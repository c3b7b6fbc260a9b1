"""Writes the reference of the REST doors from the app's own OpenAPI document and the classes behind it.

What the document cannot know, which refusals a door has of its own and how it is used, stands in `doors.toml`;
the tests of the pages provoke every refusal and run every example.
"""

import importlib
import inspect
import pkgutil
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from gen.reference import SHOWN
from gen.shapes import section, table
from gen.wording import Schema, worded
from parlour import protocol
from parlour.api.doors import Doors
from parlour.api.rest import make_rest
from parlour.api.routes import warming
from parlour.protocol import commands, events, frame
from parlour.protocol.content import Value

TARGET = Path("docs/reference/rest.md")
DOORS = Path(__file__).parent / "doors.toml"
INTRODUCTION = Path(__file__).parent / "rest.md"
FOR_ADMINS = "Admins only."


@dataclass(frozen=True, slots=True)
class Door:
    """One method at one address: what the document says of it, and what `doors.toml` adds."""

    method: str
    path: str
    operation: Schema
    refuses: tuple[str, ...]
    """Codes of its own, beside those that every door has."""
    example: str = ""
    prints: str = ""

    @property
    def name(self) -> str:
        """As people say it: `GET /healthz`."""
        return f"{self.method} {self.path}"

    @property
    def group(self) -> str:
        """What it belongs to."""
        return str(self.operation.get("tags", ["other"])[0])

    @property
    def who(self) -> str:
        """Who may."""
        if "security" not in self.operation:
            return "open to everybody"
        return "for admins" if FOR_ADMINS in self.operation["description"] else "for whoever is signed in"


@dataclass(frozen=True, slots=True)
class Added:
    """What `doors.toml` says of one door."""

    refuses: list[str] = field(default_factory=list[str])
    example: str = ""
    prints: str = ""


def files() -> dict[Path, str]:
    """The reference: path below the checkout, and content."""
    return {TARGET: "\n".join(sections())}


def document() -> Schema:
    """The OpenAPI document of the doors. Nobody goes through them, so nothing stands behind them."""
    nothing: Any = None
    absent: dict[str, Any] = {each.name: nothing for each in fields(Doors)} | {
        "version": "0",
        "origins": frozenset[str](),
    }
    return make_rest(Doors(**absent)).openapi()


def doors() -> list[Door]:
    """Every door, in the order of the document."""
    added = {name: Added(**values) for name, values in tomllib.loads(DOORS.read_text("utf-8")).items()}
    return [
        Door(method.upper(), path, operation, tuple(more.refuses), more.example, more.prints)
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
        for more in (added.get(f"{method.upper()} {path}", Added()),)
    ]


def sections() -> Iterator[str]:
    """The parts of the page, in order."""
    yield INTRODUCTION.read_text("utf-8")
    known, named = shapes(), dict[str, None]()
    groups: dict[str, list[Door]] = {}
    for door in doors():
        groups.setdefault(door.group, []).append(door)
    for group, inside in groups.items():
        yield f"## {group.capitalize()}\n"
        for door in inside:
            yield from described(door, known)
            named |= dict.fromkeys(answered(door).values())
    yield "## What is answered\n"
    for name in reachable([name for name in named if name], known):
        yield section(known[name], name, link)


def described(door: Door, known: Mapping[str, type[Value]]) -> Iterator[str]:
    """One door."""
    yield f"### `{door.name}`\n\n{' '.join(door.operation['description'].split())}\n"
    body = shape_of(door.operation.get("requestBody", {}))
    asked = [each for each in door.operation.get("parameters", []) if each["in"] == "query"]
    if asked:
        yield (
            "Takes in the query:\n\n" + "\n".join(["| name | type | |", "|---|---|---|", *map(parameter, asked)]) + "\n"
        )
    if body:
        words = [inspect.getdoc(known[body]) or "", table(known[body], link, sent=True)]
        yield "Takes as its body: " + "\n\n".join(words)
    yield outcome(door)
    if door.example:
        yield f"```python\nfrom house import ask\n\n{door.example.strip()}\n```\n"
        yield f"```output\n{door.prints.strip()}\n```\n"


def parameter(each: Schema) -> str:
    """One row of what a query may hold."""
    schema, default = each["schema"], each["schema"].get("default")
    plain = str(default).lower() if isinstance(default, bool) else default
    left_out = "May be left out." if default is None else f"`{plain}` when left out."
    words = " ".join(filter(None, (each.get("description", ""), "" if each.get("required") else left_out)))
    return f"| `{each['name']}` | {worded(schema, link)} | {words} |"


def outcome(door: Door) -> str:
    """Who may, what is answered, and what is refused."""
    given = " or ".join(
        f"{status} with {link(name)}" if name else f"{status} and no body" for status, name in answered(door).items()
    )
    refused = f" Refuses with {', '.join(f'`{code}`' for code in door.refuses)}." if door.refuses else ""
    return f"{door.who.capitalize()}. Answers {given}.{refused}\n"


def answered(door: Door) -> dict[str, str]:
    """What comes back when all is well, by status: the name of its shape, "" for nothing."""
    fine = {status: each for status, each in door.operation["responses"].items() if status.startswith("2")}
    return {status: shape_of(fine[status]) for status in sorted(fine)}


def shape_of(holder: Schema) -> str:
    """The name of the shape that a body or an answer has; "" for none."""
    schema = holder.get("content", {}).get("application/json", {}).get("schema", {})
    return str(schema.get("$ref", "")).rpartition("/")[2]


def shapes() -> dict[str, type[Value]]:
    """Every class that a body or an answer can be made of, by its name."""
    apart = {commands.__name__, events.__name__, frame.__name__}
    names = {f"{protocol.__name__}.{each.name}" for each in pkgutil.iter_modules(protocol.__path__)} - apart
    # What no page of ours asks for, its door says itself.
    names.add(warming.__name__)
    found = (value for name in sorted(names) for value in vars(importlib.import_module(name)).values())
    ours = (value for value in found if isinstance(value, type) and issubclass(value, Value))
    return {shape.__name__: shape for shape in ours if shape.__module__ in names}


def reachable(names: list[str], known: Mapping[str, type[Value]]) -> list[str]:
    """`names` and the shapes they are made of, less those that the page of the socket shows."""
    found: dict[str, None] = {}
    while names:
        name = names.pop(0)
        if name not in found and known[name] not in SHOWN:
            found[name] = None
            inside = known[name].model_json_schema().get("$defs", {})
            names = [*(each for each in inside if each in known), *names]
    return list(found)


def link(name: str) -> str:
    """How this page leads to a shape."""
    there = "socket.md" if name in {shape.__name__ for shape in SHOWN} else ""
    return f"[{name}]({there}#{name.lower()})"
