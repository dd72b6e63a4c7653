"""What a program prints into whatever stands behind its standard streams."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from srgan_core.streams import PIPE_STATUS

PROGRAM = """
import os, sys
from srgan_core.streams import standard_streams
with standard_streams({results}):
    {body}
{after}
"""

MUCH = "for _ in range(3000): print('x' * 100)"


def run(
    body: str, results: bool = True, after: str = "", shell: str = "", **environment: str
) -> subprocess.CompletedProcess[bytes]:
    """Runs a program, its streams as redirections of the shell have them."""
    text = PROGRAM.format(body=body, results=results, after=after)
    command = ["sh", "-c", f'exec "$0" -c "$1" {shell}', sys.executable, text]
    known = {"PYTHONIOENCODING": "utf-8", **environment}
    return subprocess.run(command, capture_output=True, check=False, env=os.environ | known)


def closed_pipe(body: str, results: bool = True) -> tuple[int, bytes]:
    """Runs a program whose output nobody reads; gives its status and what it complained of."""
    reader, writer = os.pipe()
    os.close(reader)
    text = PROGRAM.format(body=body, results=results, after="")
    command = [sys.executable, "-c", text]
    done = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    return done.returncode, done.stderr


@pytest.mark.parametrize("body", [MUCH, "print('a line')"])
def test_a_closed_pipe_ends_results_quietly_with_the_status_of_shells(body):
    assert closed_pipe(body) == (PIPE_STATUS, b"")


def test_a_closed_pipe_never_ends_what_goes_on_without_readers():
    status, said = closed_pipe(f"{MUCH}\n    print('went on', file=sys.stderr)", results=False)
    assert (status, said) == (0, b"went on\n")


def test_a_closed_standard_error_never_ends_a_program():
    reader, writer = os.pipe()
    os.close(reader)
    body = "print('a' * 99999, file=sys.stderr)\n    print('went on')"
    text = PROGRAM.format(body=body, results=True, after="")
    command = [sys.executable, "-c", text]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=writer, check=False)
    os.close(writer)
    assert (done.returncode, done.stdout) == (0, b"went on\n")


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_streams_that_were_closed_before_the_start_do_no_harm(tmp_path, closed):
    file = tmp_path / "file"
    body = (
        f"print('out'); print('err', file=sys.stderr); f = open({str(file)!r}, 'w')\n"
        "    assert f.fileno() > 2, f.fileno()"
    )
    done = run(body, shell=closed)
    assert done.returncode == 0
    assert file.read_bytes() == b""
    assert done.stdout == (b"" if ">&-" in closed.split() else b"out\n")
    assert done.stderr == (b"" if "2>&-" in closed else b"err\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_behind_standard_output_is_an_error_with_a_name():
    done = run("print('out')", shell=">/dev/full")
    assert done.returncode == 1
    assert b"UnavailableError: standard output: No space left on device" in done.stderr


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("ascii", b"^v-> adv +- Bjontegaard \\u56fe \\xe9 \\udcff\n"),
        ("latin-1", b"^v-> adv \xb1 Bj\xf8ntegaard \\u56fe \xe9 \\udcff\n"),
        ("utf-8", "↑↓→ λ ± Bjøntegaard 图 é \\udcff\n".encode()),
    ],
)
@pytest.mark.parametrize("echo", ["print", "click.echo"])
def test_signs_that_an_encoding_lacks_are_spelled(encoding, expected, echo):
    text = "\\u2191\\u2193\\u2192 \\u03bb \\xb1 Bj\\xf8ntegaard \\u56fe \\xe9 \\udcff"
    done = run(f"import click; {echo}('{text}')", PYTHONIOENCODING=encoding)
    assert (done.returncode, done.stdout, done.stderr) == (0, expected, b"")


@pytest.mark.parametrize("columns", ["0", "-3", "\N{SUPERSCRIPT TWO}", "9" * 6000, "x", "0000"])
def test_a_terminal_of_no_columns_is_one_of_unknown_size(columns):
    assert run("print(os.environ.get('COLUMNS'))", COLUMNS=columns).stdout == b"None\n"


def test_a_terminal_that_is_lost_ends_nothing():
    ours, theirs = pty.openpty()
    text = PROGRAM.format(
        body="print('gone', file=sys.stderr, flush=True)\n    sys.stdin.readline()\n"
        "    print('lost' * 9999, file=sys.stderr)\n    print('went on')",
        results=True,
        after="",
    )
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", text], stderr=theirs, **pipes) as process:
        os.close(theirs)
        os.read(ours, 100)
        os.close(ours)
        said, _ = process.communicate(b"\n", timeout=60)
    assert (process.returncode, said) == (0, b"went on\n")


def test_streams_that_somebody_has_replaced_are_left_alone(capsys):
    from srgan_core.streams import standard_streams

    before = sys.stdout
    with standard_streams():
        assert sys.stdout is before
