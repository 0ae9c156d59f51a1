"""What tests start does not outlive them."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.nursery import ROOT
from tests.support.waiting import wait_until

STARTED = """
import signal, sys
from pathlib import Path
from tests.support.programs import Program
own = Path(sys.argv[1])
print(Program(["sleep", "600"], own / "log", own=own).process.pid, flush=True)
signal.pause()
"""


def test_programs_and_their_folders_are_gone_when_tests_are_killed(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    command = [sys.executable, "-c", STARTED, str(own)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as tests:
        assert tests.stdout is not None
        started = int(tests.stdout.readline())
        assert _runs(started)
        tests.kill()
    wait_until(lambda: not _runs(started), "the program to be ended")
    wait_until(lambda: not own.exists(), "its folder to be taken away")


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
