"""`sweep plot`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sweep.api.derived import bring_tables
from sweep.cli.messages import say
from sweep.cli.options import CommaList, name
from sweep.cli.paths import results_folder

EXAMPLES = (
    "Examples: sweep plot results/standard; "
    "sweep plot results/standard --x psnr_y --y niqe --style paper --width two --format pdf,png"
)


@click.command("plot", epilog=EXAMPLES)
@results_folder
@click.option("--x", metavar="COLUMN", help="Metric across; draws a chart for print.")
@click.option("--y", metavar="COLUMN", help="Metric upwards; draws a chart for print.")
@click.option(
    "--style", type=click.Choice(("paper", "slides")), help="What for; draws a chart for print."
)
@click.option(
    "--width",
    type=click.Choice(("one", "two")),
    help="Columns that a chart for print is wide.  [default: one]",
)
@click.option(
    "--format",
    "formats",
    type=CommaList(name, "pdf, svg or png"),
    help="Files of a chart for print, comma-separated: pdf, svg, png.  [default: pdf]",
)
@click.option(
    "--published",
    is_flag=True,
    help="Draw published results of the same protocol too, and list the others with the reason.",
)
def command(folder: Path, published: bool, **options: Any) -> None:
    """Draw the tradeoff charts from the tables in DIR (default results/quick).

    Writes tradeoff.png and tradeoff.svg; reads the tables alone: results.csv and metrics.json,
    and interpolation.csv and path.csv where they are there.

    With --x, --y, --style, --width or --format it draws one chart for print instead, a panel per
    test set, as DIR/<y>-over-<x>.<format> with the numbers in a .csv beside it. Defaults then:
    psnr_y, lpips_alex, paper, one, pdf.
    """
    from sweep.tables.tables import read_tables

    bring_tables(folder, say)
    chosen = {name: value for name, value in options.items() if value}
    if chosen:
        if published:
            raise click.UsageError("--published belongs to the tradeoff chart; leave it out")
        from sweep.visualization.plots.export import Export, export_chart

        for path in export_chart(read_tables(folder), Export(**chosen)):
            click.echo(path)
        return
    from sweep.analysis.summary import scores_by_dataset
    from sweep.metrics.axes import DISTORTION
    from sweep.visualization.plots.extras import published_lines
    from sweep.visualization.plots.tradeoff import PANELS, draw_tradeoff

    tables = read_tables(folder)
    written = draw_tradeoff(tables, published)
    if published:
        for line in published_lines(scores_by_dataset(tables.results), DISTORTION, PANELS):
            click.echo(line)
    for path in written:
        click.echo(path)
