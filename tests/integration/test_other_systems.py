"""Commands on a Python without the names that Windows' one lacks, which was not at hand itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from srgan_core.data.images import write_png

RESULTS = str(Path(__file__).resolve().parents[2] / "results" / "quick-cpu")

SCRIPT = """
import json, os, signal, sys
# What others look for on this system when they are imported is theirs.
import filelock, matplotlib.pyplot, multiprocessing, pandas, psutil, rich.progress
import skimage, socketserver, subprocess, tempfile, torch
from concurrent.futures import ProcessPoolExecutor
for name in ("SIGHUP", "SIGUSR1", "SIGUSR2", "SIGKILL", "SIGPIPE", "SIGALRM", "SIGCHLD", "SIGSTOP",
             "pthread_sigmask", "SIG_BLOCK", "SIG_UNBLOCK", "SIG_SETMASK", "alarm", "setitimer"):
    delattr(signal, name)
for name in ("sched_getaffinity", "setsid", "nice", "killpg", "getpgid", "geteuid", "mkfifo",
             "getloadavg", "uname"):
    delattr(os, name)
import srgan_sweep
for words in json.loads(sys.argv.pop()):
    sys.argv[1:] = words
    try:
        srgan_sweep.main()
    except SystemExit as ended:
        print(words[0], ended.code, file=sys.stderr)
"""

COMMANDS = [
    ["--version"],
    ["status", RESULTS],
    ["table", RESULTS],
    ["compare", f"{RESULTS}:mse", ":vgg16-53"],
    ["recommend", RESULTS, "--best", "niqe"],
    ["report", RESULTS, "-o", "page.html", "--images", "0"],
    ["doctor"],
    ["plan", "--config", "smoke", "--metrics", "psnr", "--device", "cpu"],
    ["score", "--sr", "sr", "--hr", "sr", "--metrics", "psnr", "--jobs", "1"],
    ["upscale", "sr/a.png", "--device", "cpu"],
]


@pytest.mark.slow
def test_commands_need_no_name_that_another_system_lacks(tmp_path):
    write_png(tmp_path / "sr" / "a.png", np.zeros((48, 48, 3), np.uint8))
    command = [sys.executable, "-c", SCRIPT, json.dumps(COMMANDS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    lines = done.stderr.splitlines()
    assert [f"{words[0]} 0" for words in COMMANDS] == [x for x in lines if x.endswith(" 0")], lines
    assert "Error" not in done.stderr
