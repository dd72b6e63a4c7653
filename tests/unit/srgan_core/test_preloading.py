"""Processes that are forked, begun by a program of its own: its server imports what it is told."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="for Linux alone")

PROGRAM = """
import os, sys
print("begun", flush=True)
from srgan_core.preloading import PreloadedContext, begin_preloading
import reporting
begin_preloading(["colorsys", "reporting"])
os.environ["SET_LATER"] = "now"
child = PreloadedContext().Process(target=reporting.report, args=("report.json",))
child.start()
child.join()
print("ended with", child.exitcode, __file__ is not None)
"""

REPORTING = """
import json, os, sys

# Of the process that imports this: the server's, unless the child does it itself.
parent = os.getppid()

def report(path):
    found = {
        "environment": os.environ.get("SET_LATER"),
        "imported_before": parent != os.getppid() and "colorsys" in sys.modules,
    }
    with open(path, "w") as file:
        json.dump(found, file)
"""


def test_a_child_has_what_the_server_imported_and_the_environment_of_now(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "reporting.py").write_text(REPORTING)
    command = [sys.executable, "program.py"]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    # A program without a guard does not begin again.
    assert done.stdout.splitlines() == ["begun", "ended with 0 True"], done.stderr
    found = json.loads((tmp_path / "report.json").read_text())
    assert found == {"environment": "now", "imported_before": True}
