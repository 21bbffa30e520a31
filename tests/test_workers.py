"""Workers that die, hang, print, cheat and leave a mess: their item fails, the next one is served as if nothing was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from project import AFFINE, Project, function_case

RUBBISH = """
for fd in range(3, 64):
    try:
        os.write(fd, b"rubbish" * 100)
    except OSError:
        pass
"""
COMMAND = [sys.executable, "-m", "pytest", "--fwparity", "-p", "no:cacheprovider"]
#: at the top of a file of cases: the id of every process that imports it
PIDS = "with open('pids.txt', 'a') as file:\n    file.write(f'{os.getpid()}\\n')\n"


def alive(pid: int) -> bool:
    """Whether a process runs; one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def pids(project: Project) -> list[int]:
    file = project.path / "pids.txt"
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def all_gone(project: Project) -> bool:
    end = time.monotonic() + 5
    while any(alive(pid) for pid in pids(project)) and time.monotonic() < end:
        time.sleep(0.02)
    return not any(alive(pid) for pid in pids(project))


def test_a_worker_that_ends_takes_its_item_along_and_no_other(project: Project) -> None:
    faults = {
        "Killed": "os.kill(os.getpid(), 9)",
        "Exited": "os._exit(3)",
        "Quit": "sys.exit()",
        "Full": "raise MemoryError('full')",
        "Rubbish": RUBBISH,
    }
    project.cases("".join(function_case(f"{n}", torch=body) + function_case(f"After{n}") for n, body in faults.items()))
    result = project.run("-v")
    result.assert_outcomes(failed=10, passed=10)
    result.stdout.fnmatch_lines(
        [
            f"*::{after}{n}::agree*float32? {what}*"
            for n in faults
            for after, what in (("", "FAILED"), ("After", "PASSED"))
        ]
    )
    worker = "  the worker of side 'fake-torch' (pid *, *python*)"
    result.stdout.fnmatch_lines(
        [
            "broken (died): own:ops/Killed?default? agree float64, seed 0",
            f"{worker} was killed by SIGKILL (out of memory, or somebody's kill)",
            "  run again: pytest --fwparity*",
            "broken (died): own:ops/Exited?default? agree float64, seed 0",
            f"{worker} ended with exit status 3",
            "broken (died): own:ops/Quit?default? agree float64, seed 0",
            f"{worker} ended with exit status 0",
            "broken (memory): own:ops/Full?default? agree float64, seed 0",
            "  MemoryError on fake-torch: full",
            "broken (garbled): own:ops/Rubbish?default? agree float64, seed 0",
            "  side 'fake-torch' broke its private pipe (rubbish in the pipe: b'rubbish*') and was killed; "
            "something in that process writes to a descriptor it did not open",
        ]
    )


def test_a_worker_that_hangs_is_killed_at_its_limit(project: Project) -> None:
    later = "if x.dtype == 'float32': time.sleep(60)"
    project.cases(
        function_case("Slow", torch="time.sleep(60)") + function_case("SlowLater", torch=later) + function_case("Fine")
    )
    result = project.run("--fwparity-timeout=first=1.2", "--fwparity-timeout", "call=0.7")
    result.assert_outcomes(failed=3, passed=3)
    result.stdout.fnmatch_lines(
        [
            "broken (hung): own:ops/Slow?default? agree float64, seed 0",
            "  side 'fake-torch' did not answer within 1.2 s and was killed; *",
            "broken (hung): own:ops/SlowLater?default? agree float32, seed 0",
            "  side 'fake-torch' did not answer within 0.7 s and was killed; "
            "raise the limit with --fwparity-timeout call=SECONDS if that is too short",
        ]
    )


def test_the_advice_names_the_limit_that_was_exceeded(project: Project) -> None:
    project.cases(function_case("Slow", torch="time.sleep(60)"))
    result = project.run("--fwparity-timeout", "first=0.4")
    result.stdout.fnmatch_lines(
        "*did not answer within 0.4 s *with --fwparity-timeout first=SECONDS if that is too short"
    )


def test_what_a_case_prints_hurts_nothing_and_is_shown_when_it_breaks(project: Project) -> None:
    loud = """
import subprocess
print("p" * 200_000)
sys.stderr.write("e" * 200_000)
os.write(1, b"o" * 200_000)
os.write(2, b"w" * 200_000)
subprocess.run("echo echoed; cat", shell=True)
"""
    broken = "print('told', 'you'); os.write(1, b'from C')\nraise ValueError('no good')"
    project.cases(function_case("Loud", torch=loud) + function_case("Broken", torch=broken))
    result = project.run()
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(
        [
            "broken (error): own:ops/Broken?default? agree float64, seed 0",
            "  ValueError on fake-torch: no good",
            "    Traceback (most recent call last):",
            '      File "*test_cases.py", line *, in torch',
            "        raise ValueError('no good')",
            "  printed by the worker meanwhile:",
            "  told you",
            "  from C",
        ]
    )
    result.stdout.no_fnmatch_line("*echoed*")
    result.stdout.no_fnmatch_line("*worker.py*")


def test_what_a_hook_leaves_out_is_not_taken_for_a_missing_kernel(project: Project) -> None:
    """The case's own NotImplementedError breaks the item; one raised elsewhere says that the side has no kernel."""
    project.cases(
        function_case("Unfinished", torch="raise NotImplementedError('later')")
        + function_case("NoKernel", torch="import no_kernel\nno_kernel.call(x)")
        + function_case("NoKernelOfC", torch="import datetime\ndatetime.tzinfo().utcoffset(None)")
    )
    body = "def call(x):\n    raise NotImplementedError('no kernel of ' + x.dtype.name)\n"
    site = project.write("site/no_kernel.py", body).parent
    project.monkeypatch.setenv("PYTHONPATH", str(site), prepend=os.pathsep)
    result = project.run("-k", "float64", "-rs")
    result.assert_outcomes(failed=1, skipped=2)
    result.stdout.fnmatch_lines(["*NotImplementedError: later*"])
    result.stdout.fnmatch_lines(["SKIPPED*fake-torch has no kernel for it in float64: a tzinfo subclass must *"])
    result.stdout.fnmatch_lines(["SKIPPED*fake-torch has no kernel for it in float64: no kernel of float64*"])


def test_what_a_case_prints_is_shown_when_it_differs(project: Project) -> None:
    project.cases(function_case("Differs", torch="print('told', 'you')\nreturn 3 * x"))
    result = project.run()
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["differ (semantic): own:ops/Differs*", "*told you*"])


def test_what_a_case_leaves_dirty_is_named_and_touches_no_other(project: Project) -> None:
    clean = """
assert torch.flag == "clean" and "FWPARITY_DIRT" not in os.environ
assert os.getcwd() != "/" and np.geterr()["over"] == "warn"
"""
    faults = {
        "Flag": "torch.flag = 'dirty'",
        "Directory": "os.chdir('/')",
        "Environ": "os.environ['FWPARITY_DIRT'] = '1'",
        "Errors": "np.seterr(over='ignore')",
    }
    project.cases(
        "".join(function_case(n, torch=b) + function_case(f"After{n}", torch=clean) for n, b in faults.items())
    )
    result = project.run()
    result.assert_outcomes(failed=8, passed=8)
    left = "  the case left global state changed on fake-torch:"
    result.stdout.fnmatch_lines(
        [
            "broken (dirty): own:ops/Flag?default? agree float64, seed 0",
            f"{left} fake flag: 'clean' -> 'dirty'",
            "  restore it in the hook that changes it (the worker was replaced, so that no other item is touched)",
            "broken (dirty): own:ops/Directory?default? agree float64, seed 0",
            f"{left} current directory: '*' -> '/'",
            "broken (dirty): own:ops/Environ?default? agree float64, seed 0",
            f"{left} environment variables, FWPARITY_DIRT: None -> '1'",
            "broken (dirty): own:ops/Errors?default? agree float64, seed 0",
            f"{left} numpy error handling, over: 'warn' -> 'ignore'",
        ]
    )


def test_a_side_is_lost_after_three_cases_in_a_row_that_end_its_worker(project: Project) -> None:
    project.cases("".join(function_case(f"Case{i}", torch=PIDS + "os._exit(9)") for i in range(3)))
    result = project.run()
    result.assert_outcomes(failed=6)
    assert len(pids(project)) == 5
    result.stdout.fnmatch_lines(
        [
            "broken (died): own:ops/Case0?default? agree float64, seed 0",
            "broken (lost): own:ops/Case2?default? agree float32, seed 0",
            "  side 'fake-torch' is lost: its worker ended in the same way in 3 cases in a row "
            "(the worker of side 'fake-torch' (pid *) ended with exit status 9); its other items fail at once",
        ]
    )


def test_one_case_that_ends_its_worker_loses_no_side(project: Project) -> None:
    """A crash of a framework comes again in every dtype of its case; the other cases still have their say."""
    deadly = function_case("Deadly", torch=PIDS + "os._exit(9)", facts="a: int = 0\nvariants = grid(a=[0, 1])")
    project.cases(deadly + function_case("Fine"))
    result = project.run()
    result.assert_outcomes(failed=4, passed=2)
    assert len(pids(project)) == 4


def test_a_side_that_cannot_start(project: Project) -> None:
    conftest = project.path / "conftest.py"
    conftest.write_text(conftest.read_text().replace(":FakeSide", ":NoSuchSide"))
    project.cases(function_case("Fine"))
    result = project.run()
    result.assert_outcomes(failed=2)
    start = "  side 'fake-*' cannot start in *python*: AttributeError: module * has no attribute 'NoSuchSide'"
    result.stdout.fnmatch_lines(["broken (start): own:ops/Fine?default? agree float64, seed 0", start])


def test_no_process_outlives_the_session(project: Project) -> None:
    child = PIDS.replace("os.getpid()", 'subprocess.Popen(["sleep", "60"]).pid')
    text = PIDS + AFFINE.replace("units: int", "speed = 'quick'\n    units: int")
    project.cases(text + function_case("Parent", torch="import subprocess\n" + child))
    result = project.alone("-v")
    assert result.parseoutcomes()["passed"] == 6 + 4
    assert len(set(pids(project))) > 5
    assert all_gone(project)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_a_session_that_is_ended(project: Project, number: signal.Signals) -> None:
    project.cases(function_case("Slow", torch=PIDS + "time.sleep(60)", keras=PIDS + "time.sleep(60)"))
    process = subprocess.Popen(COMMAND, cwd=project.path, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    while len(pids(project)) < 2 and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(number)
    assert process.wait(20) == (pytest.ExitCode.INTERRUPTED if number == signal.SIGINT else -signal.SIGKILL)
    assert all_gone(project)


def test_files_in_the_current_directory_shadow_nothing(project: Project) -> None:
    raising = "raise RuntimeError('the file in the current directory was imported')\n"
    for name in ("numpy.py", "torch.py", "keras/__init__.py", "csv.py", "json.py"):
        project.write(name, raising)
    here = "import csv\nassert csv.reader and os.getcwd() != sys.path[0] and '' not in sys.path"
    project.cases(function_case("Fine", torch=here, keras=here))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    script = str(Path(sys.executable).with_name("pytest"))
    command = [script, *COMMAND[3:], "--import-mode=importlib"]
    result = subprocess.run(command, cwd=project.path, env=environment, capture_output=True, text=True)
    assert "2 passed" in result.stdout, result.stderr


@pytest.mark.parametrize("line", ["fwparity_worker_requests = 1", "fwparity_worker_memory = 1"])
def test_a_worker_is_replaced_after_its_requests_or_memory(project: Project, line: str) -> None:
    project.ini(line)
    project.cases(PIDS + AFFINE)
    project.run().assert_outcomes(passed=4)
    assert len(set(pids(project)) - {os.getpid()}) == 8


def test_a_worker_serves_many_items(project: Project) -> None:
    project.cases(PIDS + AFFINE)
    project.run().assert_outcomes(passed=4)
    assert len(set(pids(project)) - {os.getpid()}) == 2


def test_a_side_in_the_pytest_process(project: Project) -> None:
    inside, outside = "assert 'pytest' in sys.modules", "assert 'pytest' not in sys.modules"
    project.cases(function_case("Fine", torch=inside, keras=outside))
    project.alone("--fwparity-in-process", "fake-torch").assert_outcomes(passed=2)


def test_a_dirty_case_in_the_pytest_process_is_not_said_to_be_harmless(project: Project) -> None:
    project.cases(function_case("Flag", torch="torch.flag = 'dirty'"))
    result = project.alone("--fwparity-in-process", "fake-torch")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines("*changed on fake-torch: fake flag: 'clean' -> 'dirty'*")
    result.stdout.no_fnmatch_line("*the worker was replaced*")


def test_a_variable_set_by_the_first_hook_of_a_worker_is_dirt(project: Project) -> None:
    project.cases(function_case("Env", torch="os.environ['FWPARITY_DIRT'] = '1'"))
    result = project.run()
    assert result.ret == 1
    result.stdout.fnmatch_lines("*changed on fake-torch: environment variables, FWPARITY_DIRT: None -> '1'")
