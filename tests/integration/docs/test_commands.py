"""Every command that README.md and docs/*.md show, run where they say, or named with a reason."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

import pytest
from blocks import Command, commands

pytestmark = [pytest.mark.docs, pytest.mark.slow, pytest.mark.usefixtures("_in_workspace")]


@dataclass(frozen=True)
class Apart:
    """Commands that do not end with 0 here, or are not run at all.

    Attributes:
        pattern: What they begin with, a regular expression.
        reason: Why.
        status: What they must end with; None where they are not run.
    """

    pattern: str
    reason: str
    status: int | None = None


APART = (
    Apart(r"make ", "makes an environment; a gate of its own"),
    Apart(r"python3 -m venv |\S+python -m pip |pip |apt-get ", "installs"),
    Apart(r"sweep fetch$", "downloads VGG-19"),
)


def apart(command: Command) -> Apart | None:
    found = [each for each in APART if re.match(each.pattern, command.text)]
    return found[0] if found else None


def sweep_words(command: Command) -> list[str]:
    """The arguments of a `sweep` command; empty for another program's."""
    program, *words = shlex.split(command.text)
    if program.removeprefix(".venv/bin/") != "sweep":
        return []
    return words[: words.index(">")] if ">" in words else words


@pytest.mark.parametrize("command", [each for each in commands() if sweep_words(each)], ids=str)
def test_a_command_of_sweep_ends_as_stated(command, run):
    words = sweep_words(command)
    if words[0] == "run" and "--dry-run" not in words:
        words.append("--dry-run")
    if words[0] == "serve" or "--watch" in words:
        return
    exception = apart(command)
    if exception and exception.status is None:
        return
    assert run(words) == (exception.status if exception else 0)
