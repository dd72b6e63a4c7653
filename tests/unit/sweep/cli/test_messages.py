import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios

import pytest

from sweep.cli.messages import say

LONG = "note: the folder results/a-name-that-is-long-enough-to-fill-half-a-line is not here, so"


def shown_on_a_terminal(text: str, columns: int) -> list[str]:
    reader, writer = pty.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    try:
        # The width is that of the stream that is written to, not of the standard output.
        subprocess.run(
            [sys.executable, "-c", f"from sweep.cli.messages import say; say({text!r})"],
            stdout=subprocess.DEVNULL,
            stderr=writer,
            check=True,
        )
        return os.read(reader, 1 << 16).decode().splitlines()
    finally:
        os.close(writer)
        os.close(reader)


@pytest.mark.parametrize("columns", [60, 80])
def test_a_terminal_breaks_between_words_and_keeps_paths_whole(columns):
    lines = shown_on_a_terminal(LONG, columns)
    assert max(map(len, lines)) <= columns
    assert len(lines) > 1
    assert " ".join(lines) == LONG


def test_further_lines_keep_the_indentation_and_line_breaks_stay():
    *indented, last = shown_on_a_terminal(f"  {LONG}\nsecond", 60)
    assert all(line.startswith("  ") for line in indented)
    assert last == "second"


def test_files_and_pipes_get_one_line(capsys):
    say(LONG)
    say(LONG, err=False)
    captured = capsys.readouterr()
    assert (captured.err, captured.out) == (f"{LONG}\n", f"{LONG}\n")


@pytest.mark.parametrize("command", ["run", "plan"])
@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("grid.adv=1e-3",), "--set grid.adv=1e-3"),
        (("scale=2",), "--set scale=2"),
        (
            ("--set", "scale=2", "grid.seeds=[1]", "threads=1"),
            "--set grid.seeds=[1] --set threads=1",
        ),
        (("--grid.adv=1e-3",), "--set grid.adv=1e-3"),
        (("--grid.adv", "1e-3"), "--set grid.adv=VALUE"),
    ],
)
def test_a_key_of_the_config_without_its_option_points_to_it(sweep, command, words, hint):
    answer = sweep(command, *words)
    assert answer.status == 2
    assert answer.err.endswith(f"Change the config by {hint}\n")


@pytest.mark.parametrize(
    "words",
    [("run", "quick"), ("run", "--advv=1"), ("score", "scale=2"), ("run", "--scale=x.y")],
)
def test_what_the_option_cannot_mend_does_not_point_to_it(sweep, words):
    answer = sweep(*words)
    assert answer.status == 2
    assert "Change the config" not in answer.err
