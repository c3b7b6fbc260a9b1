"""What `pip install .` brings: the page is inside, and the server runs far away from any checkout."""

import os
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

import parlour
from tests.docs.blocks import Block
from tests.docs.session import Session
from tests.rules.sources import ROOT, files

LOOK = """
import os, pathlib, urllib.request
import parlour

place = pathlib.Path(parlour.__file__).resolve()
assert place.is_relative_to(os.environ["INSTALLED"]), place
page = urllib.request.urlopen(os.environ["PARLOUR_URL"] + "/").read().decode()
assert page == (place.parent / "web" / "index.html").read_text(), page
"""


def build(kind: str, folder: Path) -> Path:
    """The package of that kind, built by its own backend."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


def test_the_page_is_inside_the_wheel(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "parlour/web/index.html" in names
    assert [name for name in names if name.startswith("parlour/web/assets/") and name.endswith(".js")]
    assert not [name for name in names if not name.startswith(("parlour/", "parlour-"))]


def test_the_licence_and_every_data_file_are_inside_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert [name for name in names if name.endswith("licenses/LICENSE")]
    ours = {path.relative_to(ROOT / "src").as_posix() for path in files("src/parlour", suffixes=("",))}
    assert ours <= names


def test_the_source_package_can_build_the_page_again(tmp_path: Path) -> None:
    with tarfile.open(build("sdist", tmp_path)) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"web/package-lock.json", "web/node.py", "web/index.html", "hatch_build.py", "LICENSE"} <= names
    assert not [name for name in names if "node_modules" in name or name.startswith(("web/dist", ".venv"))]


def test_an_installed_parlour_runs_outside_the_checkout(wheel: Path, tmp_path: Path) -> None:
    target = tmp_path / "installed"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target"]
    subprocess.run([*command, str(target), str(wheel)], check=True)
    home = tmp_path / "home"
    home.mkdir()
    path = f"{target / 'bin'}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(target), "INSTALLED": str(target)}
    with Session(home, environment) as session:
        session.run(Block(Path(__file__), 1, "console", "$ parlour serve --demo"))
        session.run(Block(Path(__file__), 1, "python", LOOK))


def test_the_package_and_the_code_agree_on_the_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == parlour.__version__
