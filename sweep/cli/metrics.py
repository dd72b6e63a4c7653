"""`sweep metrics`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from sweep.cli.options import json_option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from sweep.scoring.availability import Availability
    from sweep.scoring.known_answers import Verdict

EXAMPLES = """\b
Examples:
  sweep metrics
  sweep metrics lpips_vgg pi
  sweep metrics --check

Exit status of --check: 0 all known answers come out; 1 one is off or cannot be computed;
3 Set5 is not on this machine.
"""

AGGREGATIONS = {
    "mean": "arithmetic mean over the images",
    "root mean square": "root of the mean over the images of the squares",
    "set": "one value for all images together, none for a single one",
}


@click.command("metrics", epilog=EXAMPLES)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--check", is_flag=True, help="Recompute scores of Set5 that are known beforehand.")
@json_option("with every metric, those NAMEd, or the answers of --check")
def command(names: tuple[str, ...], check: bool, as_json: bool) -> int:
    """List the metrics, what each measures and whether it can run here. Downloads nothing.

    With a NAME (as for --metrics), its whole protocol: channel, border, rounding, source,
    versions, hashes of weights. With --check, recompute scores of Set5 that are known from the
    literature or from the metrics' own authors; AlexNet's weights are fetched if need be.
    """
    if check and names:
        raise click.UsageError(f"expected --check alone, got {' '.join(names)} beside it")
    if check:
        return _check(as_json)
    if as_json:
        _print_json(names)
    elif names:
        _describe(names)
    else:
        _list()
    return 0


def _print_json(names: Sequence[str]) -> None:
    from sweep.cli.documents import print_document
    from sweep.metrics.registry import METRICS, find_metric
    from sweep.scoring.availability import describe_availability

    statements = describe_availability(_columns(names) if names else tuple(METRICS))
    metrics = [
        {**find_metric(found.column).describe(), "ready": found.ready, "note": found.note}
        for found in statements
    ]
    print_document("metrics", metrics=metrics)


def _columns(names: Sequence[str]) -> tuple[str, ...]:
    """The columns behind names for --metrics; a column's own name is understood too."""
    from sweep.metrics.registry import METRICS, columns_for, in_table_order

    asked = [(name,) if name in METRICS else columns_for([name]) for name in names]
    return tuple(in_table_order(column for group in asked for column in group))


def _list() -> None:
    from rich.console import Console

    from sweep.metrics.pyiqa_names import pyiqa_names
    from sweep.metrics.registry import DEFAULT_GROUPS, METRICS
    from sweep.scoring.availability import describe_availability

    console = Console()
    statements = describe_availability(tuple(METRICS))
    console.print(_overview(statements))
    for statement in statements:
        if not statement.ready:
            note = f"{statement.column}: {statement.note}"
            console.print(note, style="dim", highlight=False, markup=False)
    others = sum(name not in METRICS for name in pyiqa_names())
    console.print(
        f"\nComputed by default: {', '.join(DEFAULT_GROUPS)}.\n"
        f"--metrics also takes {others} further names of pyiqa, with pyiqa's own defaults; "
        "`sweep metrics NAME` describes one.",
        highlight=False,
        markup=False,
    )


def _overview(statements: Sequence[Availability]) -> Table:
    from sweep.metrics.registry import find_metric

    table = _table("--metrics", "column", "kind", "reference", "better", "border", "here")
    for statement in statements:
        spec = find_metric(statement.column)
        table.add_row(
            spec.group,
            spec.column,
            spec.kind,
            spec.reference,
            "higher" if spec.higher_is_better else "lower",
            "none" if spec.border.startswith("none") else "scale px",
            "yes" if statement.ready else "no",
        )
    return table


def _table(*headings: str, numbers: Sequence[str] = ()) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for heading in headings:
        table.add_column(heading, justify="right" if heading in numbers else "left", no_wrap=True)
    return table


def _describe(names: Sequence[str]) -> None:
    from sweep.metrics.registry import find_metric
    from sweep.scoring.availability import describe_availability
    from sweep.scoring.provenance import library_versions

    for statement in describe_availability(_columns(names)):
        spec = find_metric(statement.column)
        versions = library_versions(spec.libraries).items()
        fields = {
            "asked for as": spec.group,
            "kind": spec.kind,
            "reference": spec.reference,
            "better": "higher" if spec.higher_is_better else "lower",
            "values": f"{spec.value_range} {spec.unit}".strip(),
            "test set": AGGREGATIONS[spec.aggregation],
            "channel": spec.channel,
            "border": spec.border,
            "rounding": spec.quantisation,
            "source": spec.source,
            "libraries": ", ".join(f"{name} {number or 'missing'}" for name, number in versions),
            "weights": ", ".join(w.summary() for w in spec.weights or ()) or "none",
            "runs here": "yes" if statement.ready else f"no: {statement.note}",
        }
        click.secho(f"{spec.column}: {spec.label}", bold=True)
        formatter = click.HelpFormatter(width=80)
        with formatter.indentation():
            formatter.write_dl(list(fields.items()))
        click.echo(formatter.getvalue())


def _check(as_json: bool) -> int:
    from sweep.cli.item_progress import item_progress
    from sweep.scoring.known_answers import check_known_answers, find_images

    paths = find_images()
    with item_progress("scoring Set5", 2 * len(paths)) as advance:
        verdicts = list(check_known_answers(paths, advance))
    if as_json:
        from sweep.cli.documents import print_document

        answers = [
            {"answer": v.answer, "got": v.got, "right": v.is_right, "problem": v.problem}
            for v in verdicts
        ]
        print_document("metrics", folder=paths[0].parent, known_answers=answers)
        return int(any(not verdict.is_right for verdict in verdicts))
    _print_verdicts(verdicts)
    wrong = sum(not verdict.is_right for verdict in verdicts)
    right = len(verdicts) - wrong
    click.echo(f"\n{right} of {len(verdicts)} known answers of {paths[0].parent} come out")
    return int(wrong > 0)


def _print_verdicts(verdicts: Sequence[Verdict]) -> None:
    from rich.console import Console

    numbers = ("expected", "got", "tolerance")
    table = _table("column", "images", "method", *numbers, "verdict", numbers=numbers)
    for verdict in verdicts:
        answer = verdict.answer
        table.add_row(
            answer.column,
            answer.image or "all five",
            answer.method,
            f"{answer.expected:g}",
            "-" if verdict.problem else f"{verdict.got:.4f}",
            f"{answer.tolerance:g}",
            "right" if verdict.is_right else ("not run" if verdict.problem else "OFF"),
        )
    console = Console()
    console.print(table)
    for problem in dict.fromkeys(verdict.problem for verdict in verdicts if verdict.problem):
        console.print(problem, highlight=False, markup=False)
