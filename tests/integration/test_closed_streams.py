"""Commands whose output nobody reads, cannot be written, or can hold ASCII alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

RESULTS = Path(__file__).resolve().parents[2] / "results" / "quick-cpu"

COMMAND = [sys.executable, "-m", "sweep"]

READING: dict[str, list[object]] = {
    "table": ["table", RESULTS],
    "csv": ["table", RESULTS, "--format", "csv"],
    "compare": ["compare", f"{RESULTS}:mse", ":vgg16-53"],
    "status": ["status", RESULTS],
    "metrics": ["metrics", "psnr"],
    "help": ["run", "--help"],
}

ONE_AFTER_THE_OTHER = """
import json, sys
import srgan_sweep
for words in json.loads(sys.argv.pop()):
    sys.argv[1:] = words
    try:
        srgan_sweep.main()
    except SystemExit as ended:
        print(words[0], ended.code, file=sys.stderr)
"""


def run(*words: object, shell: str = "", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Runs a command, its streams as redirections of the shell have them."""
    command = ["sh", "-c", f'"$@" {shell}', "sh", *COMMAND, *map(str, words)]
    known = {"PYTHONIOENCODING": "utf-8", **environment}
    return subprocess.run(command, capture_output=True, check=False, env=os.environ | known)


def closed() -> int:
    reader, writer = os.pipe()
    os.close(reader)
    return writer


@pytest.mark.parametrize("name", READING)
def test_a_closed_pipe_ends_a_command_quietly_with_the_status_of_shells(name):
    pipe = closed()
    command = [*COMMAND, *map(str, READING[name])]
    done = subprocess.run(command, stdout=pipe, stderr=subprocess.PIPE, check=False)
    os.close(pipe)
    assert (done.returncode, done.stderr) == (141, b"")


def test_streams_that_are_closed_change_no_status():
    for shell in (">&-", "2>&-", ">&- 2>&-"):
        done = run("table", RESULTS, shell=shell)
        assert (done.returncode, done.stderr) == (0, b"")
        assert run("table", "nowhere", shell=shell).returncode == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_what_cannot_be_printed_is_a_disk_that_cannot_be_had():
    done = run("table", RESULTS, shell=">/dev/full")
    assert done.returncode == 3
    said = "error: standard output: No space left on device; what was to be printed is lost\n"
    assert done.stderr.decode() == said
    assert run("table", RESULTS, shell="2>/dev/full").returncode == 0


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_every_command_copes_with_an_encoding_that_lacks_its_signs(encoding):
    listed = [[str(word) for word in words] for words in READING.values()]
    done = subprocess.run(
        [sys.executable, "-c", ONE_AFTER_THE_OTHER, json.dumps(listed)],
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONIOENCODING": encoding, "COLUMNS": "0"},
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.decode().splitlines() == [f"{words[0]} 0" for words in listed]
    assert b"\\u" not in done.stdout
    assert encoding != "ascii" or done.stdout.isascii()


@pytest.mark.slow
def test_a_training_goes_on_when_nobody_reads_what_it_says(tmp_path):
    pipe = closed()
    words = ["run", "--config", "smoke", "--metrics", "psnr", "--device", "cpu", "--jobs", "1"]
    words += ["--set", "grid.control=false", "--out", str(tmp_path / "smoke")]
    command = [*COMMAND, *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=pipe, check=False)
    os.close(pipe)
    assert done.returncode == 0
    assert b"1 of 1 trial done, " in done.stdout
    assert (tmp_path / "smoke" / "tradeoff.png").is_file()
