"""What `pip install .` brings, and the image that is made of it: the page is inside, and no checkout is needed."""

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import time
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import parlour
from tests.docs.blocks import Block
from tests.docs.session import Session
from tests.package.containers import environment, runs, the
from tests.ports import free_port
from tests.rules.sources import ROOT, files

FETCHES = "--require-hashes"
"""What is fetched from the package index stands in the locks; `make run` installs the same, by the same words."""
WITHIN = 60.0
LOOK = """
import os, pathlib, urllib.request
import parlour

place = pathlib.Path(parlour.__file__).resolve()
assert place.is_relative_to(os.environ["INSTALLED"]), place
page = urllib.request.urlopen(os.environ["PARLOUR_URL"] + "/").read().decode()
assert page == (place.parent / "web" / "index.html").read_text(), page
"""


def leave_traces(checkout: Path) -> None:
    """What there is where somebody has worked, and what belongs into no package."""
    for name in ("web/dist/index.html", "web/dist/assets/old.js", "web/node_modules/left/index.js"):
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        (checkout / name).write_text("left over")
    (checkout / "src/parlour/__pycache__").mkdir()
    (checkout / "src/parlour/__pycache__/app.cpython-311.pyc").write_bytes(b"left over")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder `/opt/parlour` of the image, made by its own commands in a plain directory."""
    folder = tmp_path_factory.mktemp("image")
    work, opt = folder / "work", folder / "opt" / "parlour"
    named = subprocess.run(
        ["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in filter(None, named.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, work / name)
    leave_traces(work)
    opt.parent.mkdir(parents=True)
    for command in runs(0):
        if FETCHES in command:
            continue  # instead: the packages that this Python has
        here = command.replace("/opt/parlour", str(opt))
        done = subprocess.run(here, cwd=work, shell=True, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        if "venv" in command:
            for made in (work / "tools", opt):
                (site,) = made.glob("lib/python*/site-packages")
                (site / "here.pth").write_text(sysconfig.get_path("purelib"))
    return opt


@pytest.fixture(scope="module")
def wheel(image: Path) -> Path:
    """The package that the image was made from."""
    (made,) = image.parents[1].glob("work/wheel/*.whl")
    return made


@pytest.fixture
def running(image: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a container whose server has been started by the image's own command."""
    given = {name: value.replace("/opt/parlour", str(image)) for name, value in environment().items()}
    given |= {"PARLOUR_DATA_DIR": str(tmp_path / "data"), "PARLOUR_HOST": "127.0.0.1", "PARLOUR_PORT": str(free_port())}
    command = [shutil.which(the("ENTRYPOINT").command[0], path=given["PATH"]) or "", *the("CMD").command]
    with (tmp_path / "log").open("wb") as log:
        server = subprocess.Popen(command, env=given, cwd=tmp_path, stdout=log, stderr=log)
        yield given
        server.terminate()
        assert server.wait(WITHIN) == 0


def is_healthy(given: dict[str, str]) -> bool:
    """What the image's health check says."""
    python, *words = the("HEALTHCHECK").command
    found = shutil.which(python, path=given["PATH"])
    return subprocess.run([str(found), *words], env=given, capture_output=True, check=False).returncode == 0


def test_the_page_is_inside_the_wheel(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert "parlour/web/index.html" in names
    assert [name for name in names if name.startswith("parlour/web/assets/") and name.endswith(".js")]
    assert not [name for name in names if not name.startswith(("parlour/", "parlour-"))]
    assert not [name for name in names if name.endswith((".pyc", "/old.js"))]


def test_the_licence_and_every_data_file_are_inside_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert [name for name in names if name.endswith("licenses/LICENSE")]
    ours = {path.relative_to(ROOT / "src").as_posix() for path in files("src/parlour", suffixes=("",))}
    assert ours <= names


def test_the_source_package_can_build_the_page_again(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    (made,) = tmp_path.iterdir()
    with tarfile.open(made) as archive:
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
    given = {**os.environ, "PATH": path, "PYTHONPATH": str(target), "INSTALLED": str(target)}
    with Session(home, given) as session:
        session.run(Block(Path(__file__), 1, "console", "$ parlour serve --demo"))
        session.run(Block(Path(__file__), 1, "python", LOOK))


def test_the_image_is_built_by_its_commands_and_its_health_check_tells_whether_it_lives(
    running: dict[str, str],
) -> None:
    deadline = time.monotonic() + WITHIN
    while not is_healthy(running):
        assert time.monotonic() < deadline
    assert not is_healthy(running | {"PARLOUR_PORT": str(free_port())})


def test_the_server_in_the_image_comes_from_the_wheel_and_has_its_page(image: Path) -> None:
    (site,) = image.glob("lib/python*/site-packages")
    assert (site / "parlour" / "web" / "index.html").is_file()
    look = "import parlour; print(parlour.__file__)"
    told = subprocess.run([image / "bin" / "python", "-c", look], cwd="/", capture_output=True, text=True, check=True)
    assert Path(told.stdout.strip()).is_relative_to(image.resolve())


def test_the_package_and_the_code_agree_on_the_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == parlour.__version__
