"""Sentences on the terminal: broken between words there, one line each in files and pipes."""

from __future__ import annotations

import os
import re
import sys
import textwrap
from collections.abc import Sequence
from typing import TextIO

import click

NARROWEST = 40
"""Columns below which nothing is broken any further."""

ASSIGNMENT = re.compile(r"[a-z_]\w*(\.\w+)*=.*")
"""A key of the config and its value."""

LONGEST_WORD, LONGEST_BEGINNING = 1000, 80


def say(text: str, err: bool = True) -> None:
    """Prints one message.

    Args:
        text: Lines; the indentation of each is that of what it is broken into.
        err: Whether it goes to the standard error stream, as what is no result should.
    """
    columns = _columns(sys.stderr if err else sys.stdout)
    if columns:
        text = "\n".join(_broken(line, max(columns, NARROWEST)) for line in text.split("\n"))
    click.echo(text, err=err)


def shortened(text: str) -> str:
    """Cuts words that nobody typed by hand, such as a number of 6,000 digits."""
    return re.sub(rf"(\S{{{LONGEST_BEGINNING}}})\S{{{LONGEST_WORD},}}", r"\1...", text)


def pointed_to_set(error: click.ClickException, words: Sequence[str]) -> str:
    """Words that `--set` takes what a command did not understand, if it has that option.

    Args:
        error: What click refused.
        words: The command line.

    Returns:
        A line; empty where the option would not help.
    """
    context = getattr(error, "ctx", None)
    if context is None or not any("--set" in each.opts for each in context.command.params):
        return ""
    if isinstance(error, click.NoSuchOption):
        refused = [w for w in words if w.partition("=")[0] == error.option_name and "." in w]
    elif isinstance(error, click.UsageError) and "extra argument" in error.message:
        refused = [w for w in words if ASSIGNMENT.fullmatch(w) and w in error.message]
    else:
        return ""
    given = [word.lstrip("-") for word in refused]
    whole = [word if "=" in word else f"{word}=VALUE" for word in given]
    return f"Change the config by {' '.join(f'--set {word}' for word in whole)}" if whole else ""


def _columns(stream: TextIO) -> int:
    """Width of the terminal behind a stream; 0 where there is none."""
    try:
        return os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return 0


def _broken(line: str, width: int) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    # A path or an option without a space stays whole, so that it can be copied.
    return textwrap.fill(
        line,
        width,
        subsequent_indent=indent,
        expand_tabs=False,
        replace_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )
