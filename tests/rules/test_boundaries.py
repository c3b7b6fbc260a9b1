"""What the import contracts in pyproject.toml cannot say."""

import ast
import sys
from collections.abc import Iterator

from tests.rules.sources import ROOT, files, name, python

SHAPELESS = {"utils", "util", "core", "common", "services", "helpers", "misc", "manager"}
READS_SETTINGS = (
    "src/parlour/cli/",
    "src/parlour/app.py",
    "src/parlour/answering.py",
    "src/parlour/config.py",
    "src/parlour/datasources.py",
    "src/parlour/environment.py",
)
LOADS_LATE = (
    "src/parlour/cli/",  # the command line answers at once, and a command loads what it needs
    "src/parlour/api/mcp.py",  # the package that speaks MCP takes a second, and is an extra
    "src/parlour/toolkits/data/mcp/kind.py",  # the same
    "src/parlour/models/offers.py",  # the HTTP client costs a quarter of a second, and most houses need none
    "src/parlour/toolkits/data/http/kind.py",  # the same
    "src/parlour/models/pydantic_ai.py",  # what it loads takes more than a second, and is an extra
    "src/parlour/models/pydantic_ai_access.py",  # each kind of provider is an extra of its own
    "src/parlour/journal/writer/__init__.py",  # PostgreSQL's driver is an extra
    "src/parlour/store/brief.py",  # the same
)
FENCES = {
    "src/parlour/models/instances.py": "a model that breaks must let the next one answer",
    "src/parlour/turn/runner.py": "a turn that breaks must end as failed",
    "src/parlour/tools/executor.py": "a tool that breaks must answer the model",
    "src/parlour/tools/acts.py": "what a tool that breaks has done must be found out",
    "src/parlour/tools/reading_back.py": "a tool that breaks while it looks cannot tell",
    "src/parlour/tools/hearsay.py": "a tool that breaks while it looks who wrote something is not believed",
    "src/parlour/tools/threads.py": "what a tool raises in a thread is for whoever waits for it",
    "src/parlour/tools/undoing.py": "what a tool that breaks has taken back must be found out",
    "src/parlour/tools/phrasing.py": "a tool whose words break has still done its work",
    "src/parlour/api/socket.py": "a frame that breaks must not close the connection",
    "src/parlour/api/errors.py": "a request that breaks must be answered",
    "src/parlour/cli/main.py": "a command that breaks must say so plainly",
}


def imported(tree: ast.AST) -> Iterator[str]:
    """The full names of what `tree` imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module or ''}.{alias.name}" for alias in node.names)


def packages(tree: ast.AST) -> set[str]:
    """The top packages that `tree` imports and that Python does not bring itself."""
    return {full.partition(".")[0] for full in imported(tree)} - sys.stdlib_module_names


def test_the_wire_needs_pydantic_and_the_standard_library_only() -> None:
    for path, tree in python("src/parlour/protocol"):
        assert packages(tree) <= {"pydantic", "parlour"}, name(path)


def test_settings_are_read_by_the_command_line_and_the_composition_root_only() -> None:
    for path, tree in python("src/parlour"):
        if not name(path).startswith(READS_SETTINGS):
            assert not [full for full in imported(tree) if full.startswith("parlour.config")], name(path)
            touched = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute) and n.attr in {"environ", "getenv"}]
            assert not touched, f"{name(path)}: only the command line reads the environment"


def test_nobody_imports_first_party_modules_inside_a_function() -> None:
    for path, tree in python("src/parlour"):
        if name(path).startswith(LOADS_LATE):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                inside = [full for full in imported(node) if full.startswith("parlour")]
                assert not inside, f"{name(path)}:{node.lineno} imports {inside} inside {node.name}"


def test_everything_is_caught_only_where_it_must_be() -> None:
    for path, tree in python("src/parlour"):
        for node in ast.walk(tree):
            if isinstance(node, ast.ExceptHandler) and catches_everything(node):
                fenced = name(path) in FENCES or raises_again(node)
                assert fenced, f"{name(path)}:{node.lineno} catches everything; name the errors"


def catches_everything(handler: ast.ExceptHandler) -> bool:
    """Whether the handler is bare or names Exception or BaseException."""
    if handler.type is None:
        return True
    return any(isinstance(n, ast.Name) and n.id in {"Exception", "BaseException"} for n in ast.walk(handler.type))


def raises_again(handler: ast.ExceptHandler) -> bool:
    """Whether the handler ends by raising what it caught: it cleans up, it hides nothing."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def test_no_room_fits_everything() -> None:
    for path in files("src", "web/src", "tests", "bench", "gen", suffixes=(".py", ".ts", ".tsx")):
        parts = {part.removesuffix(path.suffix) for part in path.relative_to(ROOT).parts}
        assert not parts & SHAPELESS, f"{name(path)}: say what it holds"


def test_a_package_says_what_it_is_and_little_more() -> None:
    for path, _ in python("src/parlour"):
        if path.name == "__init__.py":
            lines = path.read_text(encoding="utf-8").splitlines()
            assert "".join(lines[:1]).startswith('"""'), f"{name(path)} does not say what it holds"
            assert len(lines) <= 40, f"{name(path)} holds code; give it a file of its own"
