"""`sweep table`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from sweep.api.derived import bring_tables
from sweep.cli.messages import say
from sweep.cli.options import json_option
from sweep.cli.paths import results_folder

FORMATS = ("terminal", "csv", "markdown", "latex")


@click.command("table", epilog="Example: sweep table results/standard --format latex > table.tex")
@results_folder
@click.option(
    "--format",
    "markup",
    type=click.Choice(FORMATS),
    default="terminal",
    show_default=True,
    help="How to write the table.",
)
@click.option(
    "--each-seed",
    is_flag=True,
    help="List every trial; otherwise several seeds become a mean ± its 95% interval.",
)
@json_option("with every row of results.csv")
def command(
    folder: Path,
    markup: Literal["terminal", "csv", "markdown", "latex"],
    each_seed: bool,
    as_json: bool,
) -> None:
    """Show the result table of DIR (default results/quick), best values marked."""
    from sweep.analysis.convergence import read_brackets
    from sweep.tables.files import csv_text, read_results
    from sweep.tables.metric_file import read_metric_file
    from sweep.visualization.printing.convergence import print_brackets
    from sweep.visualization.printing.markup import format_table
    from sweep.visualization.printing.terminal import print_table

    bring_tables(folder, say)
    results = read_results(folder)
    if as_json and markup != FORMATS[0]:
        raise click.UsageError("--json and --format: expected one of them, got both")
    if markup == "csv":
        click.echo(csv_text(results), nl=False)
        return
    file = read_metric_file(folder)
    if as_json:
        from sweep.cli.documents import print_document
        from sweep.tables.frames import records_of

        print_document("table", root=folder, metrics=file.metrics, rows=records_of(results))
        return
    made = file.low_resolution
    if markup == "terminal":
        print_table(results, file.metrics, each_seed=each_seed, low_resolution=made)
        print_brackets(read_brackets(folder, results, file.metrics))
    else:
        text = format_table(results, file.metrics, markup, each_seed=each_seed, low_resolution=made)
        click.echo(text)
