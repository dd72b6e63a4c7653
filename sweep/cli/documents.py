"""What --json writes: one object on standard output, by one rule for all commands.

`schema_version` and `command` come first, then what the command found, every key in every case.
What is not there or is no number is null; infinity is "inf" or "-inf". Sentences for people stay
on standard error. The version rises when a key goes or changes its meaning, not when one comes.
"""

from __future__ import annotations

import json
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import click

SCHEMA_VERSION = 1


def print_document(command: str, **content: Any) -> None:
    """Writes the document of a command.

    Args:
        command: Its name.
        content: Dataclasses, mappings, sequences, paths, text and numbers.
    """
    document = {"schema_version": SCHEMA_VERSION, "command": command, **content}
    click.echo(json.dumps(_plain(document), indent=1, allow_nan=False))


def _plain(value: Any) -> Any:
    from sweep.visualization.report.values import plain_tree

    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(below) for below in value]
    return str(value) if isinstance(value, Path) else plain_tree(value)
