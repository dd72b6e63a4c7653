"""Sentences on the terminal: broken between words there, one line each in files and pipes."""

from __future__ import annotations

import shutil
import sys
import textwrap

import click

NARROWEST = 40
"""Columns below which nothing is broken any further."""


def say(text: str, err: bool = True) -> None:
    """Prints one message.

    Args:
        text: Lines; the indentation of each is that of what it is broken into.
        err: Whether it goes to the standard error stream, as what is no result should.
    """
    stream = sys.stderr if err else sys.stdout
    click.echo(_wrapped(text) if stream.isatty() else text, err=err)


def _wrapped(text: str) -> str:
    width = max(shutil.get_terminal_size().columns, NARROWEST)
    return "\n".join(_wrapped_line(line, width) for line in text.splitlines())


def _wrapped_line(line: str, width: int) -> str:
    indent = line[: len(line) - len(line.lstrip())]
    # Paths and options can be copied whole.
    return textwrap.fill(
        line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
