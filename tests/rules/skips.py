"""What this machine lacks: said in the last line on a laptop, a failure where CI is set.

A test that needs PostgreSQL, Chromium or the like calls `missing("PostgreSQL")` when it is not there. With CI=true
nothing may be left out, so there any skip, however it was made, is a failure.
"""

import os
import shutil
from collections.abc import Generator
from typing import NoReturn

import pytest

MARK = "missing on this machine: "


def missing(what: str) -> NoReturn:
    """Leave the calling test or fixture out because `what` is not here; with CI=true, fail it."""
    if in_ci():
        pytest.fail(f"{MARK}{what}. With CI=true every store and the browser must be there.", pytrace=False)
    pytest.skip(MARK + what)


def chromium() -> str:
    """The path of the Chromium on this machine; leaves the calling test out where there is none."""
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return next((path for path in found if path), None) or missing("Chromium")


def in_ci() -> bool:
    """Whether this run decides about a change, so that nothing may be skipped."""
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}


def reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Why it was skipped, in the words of whoever skipped it."""
    return str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else str(report.longrepr)


class Skips:
    """Collects what was missing, and says it after everything else."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._missing: dict[str, int] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Turn the skip of a test into a failure where CI is set."""
        report = yield
        if report.skipped and in_ci():
            report.outcome = "failed"
            report.longrepr = f"Skipped, which CI=true does not allow: {reason(report)}"
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Turn the skip of a whole file into a failure where CI is set."""
        report = yield
        if report.skipped and in_ci():
            report.outcome = "failed"
            report.longrepr = f"Skipped, which CI=true does not allow: {reason(report)}"
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember what a skipped test lacked."""
        self._remember(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Remember what a skipped file lacked."""
        self._remember(report)

    def _remember(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if not report.skipped:
            return
        what = reason(report).removeprefix("Skipped: ")
        what = what.removeprefix(MARK) if what.startswith(MARK) else f"other ({what})"
        self._missing[what] = self._missing.get(what, 0) + 1

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self) -> Generator[None, None, None]:
        """Say it in the very last line, below the summary."""
        yield
        terminal = self._config.pluginmanager.get_plugin("terminalreporter")
        if self._missing and terminal is not None:
            left_out = ", ".join(f"{what} ({count})" for what, count in sorted(self._missing.items()))
            terminal.write_line(
                f"Left out, because it is missing here: {left_out}. CI does not allow this.", yellow=True
            )


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Skips(config), "skips")
