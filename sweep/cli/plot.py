"""`sweep plot`."""

from __future__ import annotations

from pathlib import Path

import click

from sweep.cli.options import results_folder


@click.command("plot", epilog="Example: sweep plot results/standard")
@results_folder
def command(folder: Path) -> None:
    """Draw the tradeoff charts from the tables in DIR (default results/quick).

    Writes tradeoff.png and tradeoff.svg; reads results.csv and metrics.json alone.
    """
    from sweep.plots import draw_tradeoff

    for path in draw_tradeoff(folder):
        click.echo(path)
