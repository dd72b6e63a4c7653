"""`sweep recommend`."""

from __future__ import annotations

import shlex
from math import isnan, nan
from pathlib import Path
from typing import TYPE_CHECKING

import click

from srgan_core.wording import counted
from sweep.api.derived import bring_tables
from sweep.cli.messages import say
from sweep.cli.options import json_option
from sweep.cli.paths import results_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sweep.analysis.recommendation import Condition, Recommendation
    from sweep.tables.metric_file import MetricColumn
    from sweep.tables.ranking import Record

EXAMPLES = """\b
Examples:
  sweep recommend results/standard --min psnr_y=28 --best niqe
  sweep recommend --max lpips_alex=0.15 --min ssim_y=0.8 --best psnr_y

Columns are those of results.csv; --best takes its direction from the metric. Unhealthy trials are
left out. Exit status: 0; 1 when no trial meets the conditions (the nearest one is named); 2 wrong
usage.
"""


def bound(text: str) -> tuple[str, float]:
    """Reads a condition as COLUMN=VALUE."""
    column, _, number = text.partition("=")
    try:
        value = float(number)
    except ValueError:
        value = nan
    if not column or isnan(value):
        raise click.BadParameter(f"expected COLUMN=NUMBER, got {text!r}; for example psnr_y=28")
    return column.strip(), value


@click.command("recommend", epilog=EXAMPLES)
@results_folder
@click.option(
    "--min", "least", type=bound, multiple=True, metavar="COLUMN=VALUE", help="Least value."
)
@click.option(
    "--max", "most", type=bound, multiple=True, metavar="COLUMN=VALUE", help="Greatest value."
)
@click.option("--best", required=True, metavar="COLUMN", help="Metric to be best in.")
@click.option("--dataset", help="Test set that decides.  [default: the first in the table]")
@json_option("with the row of the table")
def command(
    folder: Path,
    least: tuple[tuple[str, float], ...],
    most: tuple[tuple[str, float], ...],
    best: str,
    dataset: str | None,
    as_json: bool,
) -> int:
    """Name the trial of DIR (default results/quick) that is best under conditions."""
    from sweep.analysis.recommendation import Condition, recommend
    from sweep.tables.files import read_results
    from sweep.tables.metric_file import read_metrics

    conditions = [Condition(column, "min", value) for column, value in least]
    conditions += [Condition(column, "max", value) for column, value in most]
    bring_tables(folder, say)
    metrics = read_metrics(folder)
    found = recommend(read_results(folder), metrics, conditions, best, dataset)
    if as_json:
        _print_json(folder, found, conditions)
    elif found.chosen is None:
        asked = ", ".join(map(str, conditions))
        click.echo(f"no trial meets {asked} on {found.dataset}", err=True)
        if found.nearest is not None:
            say(f"nearest: {found.nearest['trial']}: {'; '.join(found.misses)}")
            _say_mean(found)
    else:
        _echo_choice(folder, found, found.chosen, metrics)
    for text in () if as_json else found.unhealthy:
        say(f"  left out: {text}")
    return int(found.chosen is None)


def _say_mean(found: Recommendation, err: bool = True) -> None:
    """Says that the point of several seeds was judged, and which of its trials is named."""
    from sweep.tables.curve_names import point_name, shown_point

    mean, row = found.mean, found.chosen or found.nearest
    if mean is not None and row is not None and (mean["seeds"] or 0) > 1:
        name = shown_point(point_name(mean))
        say(
            f"  {name} was judged by the means of its {mean['seeds']} seeds; named is seed "
            f"{row['seed']}, the nearest to the mean",
            err=err,
        )


def _print_json(folder: Path, found: Recommendation, conditions: Sequence[Condition]) -> None:
    from sweep.analysis.recommendation import generator_path
    from sweep.cli.documents import print_document

    print_document(
        "recommend",
        root=folder,
        dataset=found.dataset,
        images=found.images,
        conditions=conditions,
        chosen=_as_in_the_table(found.chosen),
        generator=None if found.chosen is None else generator_path(folder, found.chosen),
        ties=found.ties,
        nearest=_as_in_the_table(found.nearest),
        misses=found.misses,
        left_out=found.unhealthy,
    )


def _as_in_the_table(row: Record | None) -> Record | None:
    from sweep.tables.columns import CURVE

    return row and {column: value for column, value in row.items() if column != CURVE}


def _echo_choice(
    folder: Path, found: Recommendation, chosen: Record, metrics: Mapping[str, MetricColumn]
) -> None:
    from sweep.analysis.recommendation import generator_path
    from sweep.tables.columns import number_text

    click.secho(chosen["trial"], bold=True)
    _say_mean(found, err=False)
    images = counted(found.images, "image")
    click.echo(f"  scores on {found.dataset}, x{chosen['scale']}, {images}:")
    for column, metric in metrics.items():
        if chosen.get(column) is not None:
            unit = f" {metric.unit}" if metric.unit else ""
            click.echo(f"    {column:<12} {number_text(column, float(chosen[column]))}{unit}")
    if found.ties:
        click.echo(f"  equally good: {', '.join(found.ties)}")
    path = generator_path(folder, chosen)
    click.echo("  use it:")
    click.echo(f"    sweep upscale IMAGE --generator {shlex.quote(str(path))}")
    if not path.is_file():
        say(f"  note: {path} is not here; copy it from where the sweep ran")
    say(
        f"  note: chosen by its scores on {found.dataset}; report scores on other images", err=False
    )
