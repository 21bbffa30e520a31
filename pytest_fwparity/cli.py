"""The ``fwparity`` command: what a session would run on, and what it would run. Imports no framework."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from pytest_fwparity import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one subcommand; returns 0, 1 where a side is missing or the self-test fails, 3 for unusable input."""
    parser = argparse.ArgumentParser(prog="fwparity", description="Framework parity of Keras and PyTorch.")
    parser.add_argument("--version", action="version", version=f"pytest-fwparity {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    environment = commands.add_parser("environment", help="the machine, its devices, and each side's stack as loaded")
    environment.add_argument(
        "--python", metavar="PYTHON", default=sys.executable, help="interpreter (default: this one)"
    )
    environment.add_argument("--device", default="cpu", metavar="DEVICE", help="cpu (default), cuda or cuda:N")
    environment.add_argument("--host", metavar="NAME", help="name of this machine (default: a hash)")
    environment.add_argument("--json", metavar="FILE", help="write it")
    ids = commands.add_parser("ids", help="every case and variant of a suite, as its ids.txt lists them")
    ids.add_argument("suite", nargs="?", default="core", help="name of the suite (default core)")
    selftest = commands.add_parser(
        "selftest", help="break the frameworks on purpose and see it noticed; or run healthy ones over many seeds"
    )
    selftest.add_argument("--suite", default="core", help="name of the suite (default core)")
    selftest.add_argument("--sides", default="torch,keras-tensorflow", help="comma-separated sides")
    selftest.add_argument("--seeds", type=int, default=3, metavar="COUNT", help="number of seeds (default 3)")
    selftest.add_argument("--fault", default="*", metavar="GLOB", help="faults whose name matches")
    selftest.add_argument(
        "--healthy", action="store_true", help="run the suite itself: false alarms, distances to limits"
    )
    selftest.add_argument("--case", default="*", metavar="GLOB", help="with --healthy: cases whose id matches")
    selftest.add_argument(
        "--checks",
        default="agree,mixed,holds",
        help="with --healthy: comma-separated checks (default agree,mixed,holds)",
    )
    selftest.add_argument("--fit", action="store_true", help="with --healthy: print a proposal for the constants")
    selftest.add_argument("--json", metavar="FILE", help="write what was found")
    selftest.add_argument("--merge", nargs="+", metavar="FILE", help="with --healthy: report what these runs wrote")
    coverage = commands.add_parser("coverage", help="which public symbols of the frameworks a suite calls")
    coverage.add_argument("--suite", default="core", help="name of the suite (default core)")
    coverage.add_argument("--sides", default="torch,keras-tensorflow", help="comma-separated sides")
    coverage.add_argument("--case", default="*", metavar="GLOB", help="only cases whose id matches")
    coverage.add_argument("--json", metavar="FILE", help="write what was found")
    coverage.add_argument("--page", metavar="FILE", help="write it as a page of Markdown")
    coverage.add_argument("--against", metavar="FILE", help="fail where less is covered than FILE (of --json) says")
    compare = commands.add_parser("compare", help="what changed from one record to another, and whether it may")
    compare.add_argument("old", metavar="OLD", help="record to compare with, or a folder of baselines")
    compare.add_argument("new", metavar="NEW", nargs="+", help="record of the change; several: each against OLD")
    compare.add_argument("--policy", metavar="NAME|FILE", help="default, driver, or a TOML file")
    compare.add_argument(
        "--perf", choices=("report", "gate"), default="report", help="whether slower fails (default: report)"
    )
    compare.add_argument("--json", metavar="FILE", help="write what was found")
    accept = commands.add_parser("accept", help="make a record the baseline of its stack")
    accept.add_argument("record", metavar="RECORD", help="record that --fwparity-record left")
    accept.add_argument("baselines", metavar="BASELINES", help="folder of baselines, one for each stack")
    given = parser.parse_args(arguments)
    if given.command == "compare":
        from pytest_fwparity.records.command import compare as run_compare

        return run_compare(given)
    if given.command == "accept":
        from pytest_fwparity.records.command import accept as run_accept

        return run_accept(given)
    if given.command == "coverage":
        from pytest_fwparity.coverage.command import coverage as run_coverage

        return run_coverage(given)
    if given.command == "selftest":
        from pytest_fwparity.selftest.command import selftest as run_selftest

        return run_selftest(given)
    if given.command == "environment":
        from pytest_fwparity.records.command import environment as run_environment

        return run_environment(given)
    return _ids(given.suite)


def _ids(name: str) -> int:
    from pytest_fwparity.suites import case_ids, installed

    suites = installed()
    if name not in suites:
        sys.stderr.write(f"no suite is named {name!r}; suites are {', '.join(suites)}\n")
        return 3
    for line in case_ids(suites[name], importlib.import_module):
        sys.stdout.write(f"{line}\n")
    return 0
