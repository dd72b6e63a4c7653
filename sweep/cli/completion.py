"""What the shell offers for values that this package knows: configs and trials."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sweep.cli.paths import DEFAULT_FOLDER
from sweep.config.names import CONFIGS

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem


def complete_configs(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offers the shipped configs and, as the shell knows them, files."""
    from click.shell_completion import CompletionItem

    shipped = [CompletionItem(name) for name in CONFIGS if name.startswith(incomplete)]
    return [*shipped, CompletionItem(incomplete, type="file")]


def complete_generators(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Offers the trials of --results that have their generator, and files."""
    from click.shell_completion import CompletionItem

    root = Path(context.params.get("results") or DEFAULT_FOLDER)
    found = sorted(path.parent.name for path in root.glob("*/*/generator.safetensors"))
    trials = [CompletionItem(name) for name in found if name.startswith(incomplete)]
    return [*trials, CompletionItem(incomplete, type="file")]
