"""Every command and snippet that README.md and docs/*.md show is run, or stands here with a reason.

In the order of the pages: what one makes, such as `sr.onnx`, a later one may read.
"""

from __future__ import annotations

import re
import runpy
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import chdir
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from blocks import REPOSITORY, Block, Command, commands, snippets
from PIL import Image

from sweep.runner import Summary

pytestmark = [pytest.mark.docs, pytest.mark.slow, pytest.mark.usefixtures("_in_workspace")]

HELP = "--help"
SYNTAX = "bash -n"
PLANNING = "planning"


@dataclass(frozen=True)
class Apart:
    """Commands that are not run as they stand, or do not end with 0.

    Attributes:
        pattern: What they begin with, a regular expression.
        reason: Why.
        ends: The status that they must end with on a machine without weights, test sets and
            network, for 3, or anywhere; what is tried instead; None for nothing.
    """

    pattern: str
    reason: str
    ends: int | str | None = None


APART = (
    Apart(r"make ", "makes an environment, and is a gate of its own"),
    Apart(r"python3 -m venv|\S+python -m pip|pip |pipx |uv |docker |apt-get ", "installs"),
    Apart(r"ray ", "starts, tells or stops processes of a cluster"),
    Apart(r"wandb |mlflow ", "another program"),
    Apart(r"#!/bin/bash\n#SBATCH", "a job of Slurm", SYNTAX),
    Apart(r"export OMP_NUM_THREADS", "trains for days", SYNTAX),
    Apart(r"export |ls |eval |_SWEEP_COMPLETE", "the shell's own; completion has its unit test"),
    Apart(r"\S*python -m srgan_core.training ", "trains for hours", HELP),
    Apart(r"\S*python benchmarks/", "measures for minutes", HELP),
    Apart(r"python docs/ocr_chart.py", "draws a sweep that was scored with Tesseract", HELP),
    Apart(r"python tests/support/reliability", "tries for minutes", HELP),
    Apart(r"\S*python -m pytest ", "a test of its own"),
    Apart(r"sweep metrics --check", "needs Set5; tests/integration/test_known_answers.py runs it"),
    Apart(r"sweep fetch$", "needs the network", 3),
    Apart(r"sweep run --eval set5,bsd100", "needs BSD100", 3),
    Apart(r"sweep run --config standard --content", "needs photographs that differ", 2),
    Apart(r"sweep run --config voc2012", "needs a GPU, VGG-19 and Set5", 3),
    Apart(r"sweep interpolate results/seeds-cpu", "needs generators, which are not published", 2),
)

PLACEHOLDERS = {"NAME": "vgg16-53-adv0.001-srgan-s0-bf1bf9a9"}
"""A word in capitals, to what stands for it here."""

ARGUMENTS = {
    "folder = Path(sys.argv[1])": ["results/quick"],
    "trial, reference = map(Path, sys.argv[1:])": [
        "results/quick/trials/vgg16-53-adv0.001-srgan-s0-bf1bf9a9",
        "results/quick/reference/set5",
    ],
}
"""What a snippet reads, to the arguments of its command line."""


TESSERACT = re.compile(r"--metrics \S*\bocr\b")
"""What needs a program that pip does not install; 3 without it."""


def apart(command: Command) -> Apart | None:
    """The row that a command stands in."""
    matching = [row for row in APART if re.match(row.pattern, command.text)]
    return matching[0] if matching else None


def words_of(command: Command) -> list[str]:
    """The words of a command line, without where its output goes."""
    text = command.text
    for placeholder, meant in PLACEHOLDERS.items():
        text = re.sub(rf"\b{placeholder}\b", meant, text)
    words = shlex.split(text)
    return words[: words.index(">")] if ">" in words else words


def is_sweep(command: Command) -> bool:
    return re.match(r"(?:\.venv/bin/)?sweep ", command.text) is not None


def is_endless(words: list[str]) -> bool:
    return words[0] == "serve" or "--watch" in words


def start_and_stop(words: list[str]) -> None:
    """Waits until a server says its address, then ends it as Ctrl-C does."""
    port = ["--port", "0"] if words[0] == "serve" else []
    command = [sys.executable, "-m", "sweep", *words, *port]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert "http://127.0.0.1:" in server.stdout.readline()
        server.send_signal(signal.SIGINT)
        assert server.wait(timeout=60) == 0


def show_help(words: list[str], patch: pytest.MonkeyPatch) -> int:
    """Asks a program of Python for its options, in this process."""
    program = words[2] if words[1] == "-m" else str(REPOSITORY / words[1])
    patch.setattr(sys, "argv", [program, HELP])
    start: Callable[..., object] = runpy.run_module
    if words[1] != "-m":
        patch.syspath_prepend(Path(program).parent)
        start = runpy.run_path
    # Another test may have imported it, of which runpy warns.
    patch.delitem(sys.modules, f"{program}.__main__", raising=False)
    with pytest.raises(SystemExit) as ended:
        start(program, run_name="__main__")
    return int(ended.value.code or 0)


def run_command(command: Command, request: pytest.FixtureRequest) -> None:
    row = apart(command)
    if row is not None and row.ends is None:
        return
    if row is not None and row.ends == SYNTAX:
        subprocess.run(["bash", "-n"], input=command.text, text=True, check=True)
        return
    words = words_of(command)
    if row is not None and row.ends == HELP:
        assert show_help(words, request.getfixturevalue("monkeypatch")) == 0
        return
    assert is_sweep(command), "run it, or give a reason in APART"
    words = words[1:]
    if is_endless(words):
        start_and_stop(words)
        return
    wanted = row.ends if row is not None else 0
    if TESSERACT.search(command.text) and not shutil.which("tesseract"):
        wanted = 3
    elif wanted == 3:
        request.getfixturevalue("cut_off")
    plans = words[0] in ("run", "plan")
    if words[0] == "run" and "--dry-run" not in words:
        words.append("--dry-run")
    with chdir(PLANNING if plans else "."):
        assert request.getfixturevalue("run")(words) == wanted


def run_snippet(snippet: Block, patch: pytest.MonkeyPatch) -> None:
    """Runs what Python shows; of `Sweep.run`, as of `sweep run`, the planning alone."""
    patch.setattr("sweep.api.running.carry_out", lambda run, _: Summary({}, (), (), ()))
    given = [words for reads, words in ARGUMENTS.items() if reads in snippet.text]
    patch.setattr(sys, "argv", ["snippet.py", *(given[0] if given else [])])
    picture = Image.open("photo.png")
    names = {"picture": picture, "image": np.asarray(picture), "__name__": "__main__"}
    exec(compile(snippet.text, str(snippet), "exec"), names)


def shown() -> list[Command | Block]:
    """Commands and snippets in the order of the pages."""
    everything: list[Command | Block] = [*commands(), *snippets()]
    pages = list(dict.fromkeys(str(place(each).page) for each in everything))
    return sorted(everything, key=lambda each: (pages.index(place(each).page), place(each).line))


def place(each: Command | Block) -> Block:
    return each.block if isinstance(each, Command) else each


@pytest.mark.parametrize("each", shown(), ids=str)
def test_what_is_shown_works(each, request, monkeypatch):
    if isinstance(each, Command):
        run_command(each, request)
    else:
        run_snippet(each, monkeypatch)


@pytest.mark.parametrize("row", APART, ids=lambda row: row.pattern)
def test_every_reason_is_of_a_command(row):
    assert row.reason
    assert any(apart(command) == row for command in commands())


def test_every_placeholder_and_argument_is_used():
    texts = [command.text for command in commands()]
    assert all(any(name in text for text in texts) for name in PLACEHOLDERS)
    assert all(any(reads in each.text for each in snippets()) for reads in ARGUMENTS)


def test_files_of_the_repository_that_commands_name_are_there():
    named = re.compile(r"(?<=\s)(?:configs|srgan_core|benchmarks|docs|tests)/[\w./-]+(?=\s|$)")
    found = {path for each in commands() for path in named.findall(each.text)}
    assert found
    assert sorted(path for path in found if not (REPOSITORY / path).exists()) == []


def test_blocks_are_found_where_they_are():
    assert len(commands()) > 100
    for each in shown():
        lines = (REPOSITORY / Path(place(each).page)).read_text(encoding="utf-8").splitlines()
        assert lines[place(each).line - 1].strip() == place(each).text.splitlines()[0].strip()
